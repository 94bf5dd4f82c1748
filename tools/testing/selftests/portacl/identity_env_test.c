// SPDX-License-Identifier: GPL-2.0-only
/*
 * The launcher of a program acts on it before its first instruction; and a
 * program was started before its rule was loaded.
 */
#include "identity.h"

#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/xattr.h>

#define ENV_DYN "allow tcp 80 exe=" SVC_DYN " uid=33 accept=env only"
/* Not READ_IMPLIES_EXEC, which this binary's own headers clear. */
#define PERSONA (ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO | ADDR_COMPAT_LAYOUT)

FIXTURE(env)
{
	struct svc s;
};

FIXTURE_SETUP(env)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, identity_install_dyn());
	ASSERT_EQ(0, load_rules(ONLY_SVC));
}

FIXTURE_TEARDOWN(env)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* The part of the environment that an attacker chooses. */
static int prepare(const struct launch *how)
{
	struct rlimit big = { 16 << 20, RLIM_INFINITY };

	(void)how;
	if (setrlimit(RLIMIT_STACK, &big) || prctl(PR_SET_PDEATHSIG, SIGUSR1) ||
	    personality(PERSONA) < 0)
		return errno;
	return 0;
}

static int suid_dumpable(void)
{
	char text[16] = "";

	read_file("/proc/sys/fs/suid_dumpable", text, sizeof(text));
	return atoi(text);
}

static uid_t owner_of_environ(pid_t pid)
{
	struct stat st = { .st_uid = -1 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	stat(path, &st);
	return st.st_uid;
}

/* An unlisted program is as it was. */
TEST_F(env, unlisted)
{
	struct launch how = { .path = EVIL, .last = prepare };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(0, ask(&self->s, "secure"));
	EXPECT_EQ(1, ask(&self->s, "dumpable"));
	EXPECT_EQ(33, owner_of_environ(self->s.pid));
	EXPECT_EQ(PERSONA, ask(&self->s, "personality"));
	EXPECT_EQ(SIGUSR1, ask(&self->s, "pdeathsig"));
	EXPECT_EQ(16 << 20, ask(&self->s, "rlimit"));
	svc_stop(&self->s);
}

static void expect_protected(struct __test_metadata *_metadata, struct svc *s)
{
	EXPECT_EQ(1, ask(s, "secure"));
	EXPECT_EQ(suid_dumpable(), ask(s, "dumpable"));
	EXPECT_EQ(0, owner_of_environ(s->pid));
	EXPECT_EQ(0, ask(s, "personality"));
	EXPECT_EQ(0, ask(s, "pdeathsig"));
	EXPECT_EQ(8 << 20, ask(s, "rlimit"));
}

TEST_F(env, listed)
{
	struct launch how = { .path = SVC, .last = prepare };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	expect_protected(_metadata, &self->s);
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/* Any uid: the saved one may be 33. */
	how.who = &other;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	expect_protected(_metadata, &self->s);
	EXPECT_STREQ("wrong uid", outcome(&self->s));
	svc_stop(&self->s);
}

/* Real root may choose what it likes. */
TEST_F(env, listed_by_root)
{
	struct launch how = { .path = SVC, .who = &root, .last = prepare };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(0, ask(&self->s, "secure"));
	EXPECT_EQ(PERSONA, ask(&self->s, "personality"));
	EXPECT_EQ(1, ask(&self->s, "dumpable"));
	svc_stop(&self->s);
}

FIXTURE(preload)
{
	struct svc s;
};

FIXTURE_VARIANT(preload)
{
	char *const env[2];
};

/* clang-format off */
FIXTURE_VARIANT_ADD(preload, ld_preload) { { "LD_PRELOAD=" INJECT } };
FIXTURE_VARIANT_ADD(preload, ld_audit) { { "LD_AUDIT=" INJECT } };
FIXTURE_VARIANT_ADD(preload, ld_library_path) {
	{ "LD_LIBRARY_PATH=" EVIL_DIR "/lib" }
};
/* clang-format on */

FIXTURE_SETUP(preload)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, identity_install_dyn());
	ASSERT_EQ(0, make_dirs(EVIL_DIR "/lib"));
	ASSERT_EQ(0, copy_file(INJECT, EVIL_DIR "/lib/libm.so.6"));
	ASSERT_EQ(0, load_rules(ONLY_DYN));
}

FIXTURE_TEARDOWN(preload)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* Code that a variable of the environment brings in. */
TEST_F(preload, inject)
{
	struct launch how = { .path = EVIL_DYN, .env = variant->env };

	/* The control: in an unlisted program it runs. */
	EXPECT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(EACCES, self->s.injected);
	svc_stop(&self->s);

	how.path = SVC_DYN;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(-1, self->s.injected);
	EXPECT_EQ(0, ask(&self->s, "haveenv LD_PRELOAD"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);

	/* accept=env protects against other uids only. */
	ASSERT_EQ(0, load_rules(ENV_DYN));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(0, self->s.injected);
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	how.who = &other;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(EACCES, self->s.injected);
	svc_stop(&self->s);
}

TEST_F(env, accept_env)
{
	struct launch how = { .path = SVC, .last = prepare };
	static const char *const env =
		"allow tcp 80 exe=" SVC " uid=33 accept=env only";

	ASSERT_EQ(0, load_rules("%s", env));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(0, ask(&self->s, "secure"));
	EXPECT_EQ(1, ask(&self->s, "dumpable"));
	EXPECT_EQ(PERSONA, ask(&self->s, "personality"));
	EXPECT_GRANTED(&self->s);
	/* It was executed without protection: a strict rule refuses it. */
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_ENV);
	svc_stop(&self->s);
	/* One strict rule is enough to have it protected. */
	ASSERT_EQ(0, load_rules("%s\nallow tcp 81 exe=" SVC " uid=34", env));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	expect_protected(_metadata, &self->s);
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/* It takes no other weakness. */
	ASSERT_EQ(0, load_rules("%s", env));
	ASSERT_EQ(0, chmod(SVC, 0777));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, env, "writable");
	svc_stop(&self->s);
}

/* Executed by uid 33 before the rule: unprotected, and so refused. */
TEST_F(env, r21_rule_after_exec)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(0, ask(&self->s, "secure"));
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 80"));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_ENV);
	/* A rule that takes it matches at once. */
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=" SVC
				" uid=33 accept=env only"));
	EXPECT_GRANTED(&self->s);
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	/* Restarted, which an exec of itself is too. */
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* A file with a capability that only who has it already gets: `setcap =ei`. */
static int set_inheritable(const char *path)
{
	struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].inheritable = CAP_BIT(CAP_NET_BIND_SERVICE),
	};

	return setxattr(path, "security.capability", &caps, sizeof(caps), 0) ?
		       -errno : 0;
}

/* The kernel clears its environment, but its user may trace it. */
TEST_F(env, rule_after_secure_exec)
{
	ASSERT_EQ(0, set_inheritable(SVC));
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(1, ask(&self->s, "secure"));
	EXPECT_EQ(1, ask(&self->s, "dumpable"));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_ENV);
	/* Restarted, it is protected. */
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	expect_protected(_metadata, &self->s);
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* Executed by root before the rule: root chose its environment. */
TEST_F(env, rule_after_exec_by_root)
{
	struct launch how = { .path = SVC, .who = &root };

	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 80"));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* A taint found at exec outlives any number of policies. */
TEST_F(env, reload)
{
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_GRANTED(&self->s);
	ASSERT_EQ(0, reset_policy());
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 80"));
	ASSERT_EQ(0, load_rules(ONLY_DYN));
	EXPECT_STREQ(REASON_OTHER_EXE, outcome(&self->s));
	ASSERT_EQ(0, load_rules("allow tcp 1-1023 exe=" SVC " uid=33 only"));
	EXPECT_GRANTED(&self->s);
	EXPECT_EQ(0, ask(&self->s, "tcp 81"));
	svc_stop(&self->s);
}

static int core_here(const struct launch *how)
{
	struct rlimit any = { RLIM_INFINITY, RLIM_INFINITY };

	(void)how;
	return chdir(EVIL_DIR) || setrlimit(RLIMIT_CORE, &any) ? errno : 0;
}

static bool dumps_core(struct svc *s)
{
	int status = 0;

	ask(s, "crash");
	waitpid(s->started, &status, 0);
	close(s->fd);
	return WIFSIGNALED(status) && WCOREDUMP(status);
}

/* A core would show the secrets that the program keeps from its own user. */
TEST_F(env, core)
{
	struct launch how = { .path = EVIL, .last = core_here };
	char pattern[256];

	ASSERT_LT(0, read_file("/proc/sys/kernel/core_pattern", pattern,
			       sizeof(pattern)));
	if (suid_dumpable())
		SKIP(return, "fs.suid_dumpable is set");
	ASSERT_EQ(0, write_file("/proc/sys/kernel/core_pattern", "core"));
	EXPECT_EQ(0, svc_start(&self->s, &how));
	EXPECT_TRUE(dumps_core(&self->s));
	how.path = SVC;
	EXPECT_EQ(0, svc_start(&self->s, &how));
	EXPECT_FALSE(dumps_core(&self->s));
	EXPECT_EQ(0, write_file("/proc/sys/kernel/core_pattern", pattern));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
