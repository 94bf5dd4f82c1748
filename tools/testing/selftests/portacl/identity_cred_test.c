// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the identity goes after the exec: with the credentials, and nowhere
 * else.
 */
#include "identity.h"

#include <linux/keyctl.h>

FIXTURE(cred)
{
	struct svc s;
	struct svc evil;
};

FIXTURE_SETUP(cred)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, svc_run(&self->evil, EVIL));
	ASSERT_EQ(0, svc_run(&self->s, SVC));
}

FIXTURE_TEARDOWN(cred)
{
	svc_stop(&self->s);
	svc_stop(&self->evil);
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

TEST_F(cred, children)
{
	static const char *const ways[] = {
		"fork tcp 80", "thread tcp 80", "vm tcp 80",
		"fork fork tcp 80", "fork thread tcp 80",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		EXPECT_EQ(0, ask(&self->s, "%s", ways[i]));
		EXPECT_EQ(EACCES, ask(&self->evil, "%s", ways[i]));
	}
}

/* A child gives its parent new credentials (cred_transfer). */
TEST_F(cred, session_to_parent)
{
	if (syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING,
		    0) < 0 && errno == ENOSYS)
		SKIP(return, "this kernel has no keys");
	EXPECT_EQ(0, ask(&self->s, "session"));
	EXPECT_GRANTED(&self->s);
	EXPECT_EQ(0, ask(&self->evil, "session"));
	EXPECT_REFUSED(&self->evil, ONLY_SVC, REASON_OTHER_EXE);
}

/* The effective uid counts, as it is at the bind. */
TEST_F(cred, setuid_after_exec)
{
	static const struct {
		const char *uids;
		const char *outcome;
	} tries[] = {
		{ "0 0 0", "wrong uid" },   { "0 33 0", "granted" },
		{ "33 33 33", "granted" },  { "34 33 34", "granted" },
		{ "33 34 33", "wrong uid" }, { "34 34 34", "wrong uid" },
	};
	struct launch how = { .path = SVC, .who = &root };
	struct svc s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		ASSERT_EQ(0, svc_start(&s, &how));
		ASSERT_EQ(0, ask(&s, "uid %s", tries[i].uids));
		EXPECT_STREQ(tries[i].outcome, outcome(&s))
		{
			TH_LOG("uids %s", tries[i].uids);
		}
		svc_stop(&s);
	}
}

/* Only what root executed; an exec by uid 33 ends it. */
TEST_F(cred, launch_root)
{
	static const char *const rules =
		"allow tcp 80 exe=" SVC " uid=33 launch=root only";
	struct launch how = { .path = SVC, .who = &root };
	struct svc s;

	ASSERT_EQ(0, load_rules("%s", rules));
	EXPECT_REFUSED(&self->s, rules, "not launched by root");
	ASSERT_EQ(0, svc_start(&s, &how));
	ASSERT_EQ(0, ask(&s, "uid 33 33 33"));
	EXPECT_GRANTED(&s);
	EXPECT_STREQ("granted", outcome_of(&s, "fork tcp 80"));
	ASSERT_EQ(0, ask(&s, "exec " SVC));
	EXPECT_REFUSED(&s, rules, "not launched by root");
	svc_stop(&s);
}

/* A sibling that shares the working directory moves the program about. */
TEST_F(cred, clone_fs)
{
	struct launch how = { .path = EVIL, .flags = CLONE_FS };
	struct svc s;

	ASSERT_EQ(0, svc_start(&s, &how));
	ASSERT_EQ(0, chdir(EVIL_DIR));
	EXPECT_EQ(1, ask(&s, "iscwd " EVIL_DIR));
	ASSERT_EQ(0, chdir("/"));
	svc_stop(&s);

	how.path = SVC;
	ASSERT_EQ(0, svc_start(&s, &how));
	EXPECT_REFUSED(&s, ONLY_SVC, "shared");
	/* It was fixed at exec. */
	ASSERT_EQ(0, unshare(CLONE_FS));
	EXPECT_STREQ("shared", outcome(&s));
	ASSERT_EQ(0, ask(&s, "exec " SVC));
	EXPECT_GRANTED(&s);
	svc_stop(&s);
}

/* A socket has no identity: who binds it counts. */
TEST_F(cred, unbound_socket)
{
	int fd = ask_fd(&self->s, "sendsocket");

	ASSERT_LE(0, fd);
	ASSERT_TRUE(give_fd(&self->evil, fd));
	EXPECT_STREQ(REASON_OTHER_EXE, outcome_of(&self->evil, "bindfd 80"));
	ASSERT_TRUE(give_fd(&self->s, fd));
	EXPECT_STREQ("granted", outcome_of(&self->s, "bindfd 80"));
	close(fd);
}

/* No kernel can close this: the program passes on its bound socket. */
TEST_F(cred, bound_socket)
{
	int fd = ask_fd(&self->s, "sendsocket 80");

	ASSERT_LE(0, fd);
	EXPECT_EQ(80, local_port(fd));
	ASSERT_TRUE(give_fd(&self->evil, fd));
	EXPECT_EQ(0, ask(&self->evil, "listen"));
	close(fd);
}

TEST_F(cred, io_uring)
{
	static const char *const ways[] = { "uring", "sqpoll" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		long err = ask(&self->evil, "%s 8080", ways[i]);

		if (err)
			SKIP(return, "io_uring cannot bind: %s", strerror(err));
		EXPECT_EQ(0, ask(&self->s, "%s 80", ways[i]));
		EXPECT_EQ(EACCES, ask(&self->evil, "%s 80", ways[i]));
		ASSERT_EQ(0, load_rules(ANY_EXE));
		EXPECT_EQ(0, ask(&self->evil, "%s 80", ways[i]));
		ASSERT_EQ(0, load_rules(ONLY_SVC));
	}
}

static int other_net(const struct launch *how)
{
	int err = own_net();

	if (!err && how->arg)
		err = write_file(PORT_START, "0\n");
	return -err;
}

/* The rule is for the initial network namespace, unless it says net=any. */
TEST_F(cred, other_net)
{
	struct launch how = { .path = SVC, .root = other_net };
	struct svc s, open;

	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	ASSERT_EQ(0, svc_start(&s, &how));
	how.arg = 1;
	ASSERT_EQ(0, svc_start(&open, &how));
	warm_up(&s);
	EXPECT_EQ(EACCES, ask(&s, "tcp 80"));
	EXPECT_EQ(0, ask(&open, "tcp 80"));
	ASSERT_EQ(0, load_rules(ONLY_SVC " net=any"));
	EXPECT_GRANTED(&s);
	EXPECT_GRANTED(&open);
	svc_stop(&s);
	svc_stop(&open);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
