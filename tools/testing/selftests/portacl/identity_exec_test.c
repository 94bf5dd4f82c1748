// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which executable a process is, by how it was executed.
 */
#include "identity.h"

FIXTURE(exec)
{
	struct svc s;
};

FIXTURE_SETUP(exec)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, identity_install_dyn());
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	self->s.fd = -1;
}

FIXTURE_TEARDOWN(exec)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

TEST_F(exec, listed)
{
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_GRANTED(&self->s);
	/* No other port, no other protocol. */
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 81"));
	EXPECT_EQ(EACCES, ask(&self->s, "udp 80"));
	svc_stop(&self->s);
}

TEST_F(exec, other_path)
{
	struct launch how = { .path = EVIL, .who = &root };

	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	svc_stop(&self->s);
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_STREQ(REASON_OTHER_EXE, outcome(&self->s));
	svc_stop(&self->s);
}

/* The kernel has room for short paths on its stack, and allocates it for others. */
TEST_F(exec, long_path)
{
	static const int lengths[] = { 255, 256, 400 };
	char path[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		int dir = snprintf(path, sizeof(path), "%s/%0200d/", SVC_DIR, 0);

		ASSERT_EQ(0, make_dirs(path));
		memset(path + dir, 'x', lengths[i] - dir);
		path[lengths[i]] = '\0';
		ASSERT_EQ(0, copy_file(SVC, path));
		ASSERT_EQ(0, load_rules("allow tcp 80 exe=%s uid=33 only", path));
		ASSERT_EQ(0, svc_run(&self->s, path));
		EXPECT_GRANTED(&self->s);
		ASSERT_EQ(0, load_rules(ONLY_SVC));
		EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
		svc_stop(&self->s);
	}
}

TEST_F(exec, other_uid)
{
	struct launch how = { .path = SVC, .who = &other };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_STREQ("wrong uid", outcome(&self->s));
	svc_stop(&self->s);
	how.who = &root;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_STREQ("wrong uid", outcome(&self->s));
	EXPECT_EQ(0, ask(&self->s, "uid 33 33 33"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

TEST_F(exec, symlink)
{
	ASSERT_EQ(0, symlink(SVC, EVIL_DIR "/link"));
	ASSERT_EQ(0, svc_run(&self->s, EVIL_DIR "/link"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* As systemd does it: by a descriptor, or relative to one. */
TEST_F(exec, descriptor)
{
	struct launch how = { .path = "" };

	how.at = open(SVC, O_PATH | O_CLOEXEC);
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	close(how.at);
	how.at = open(SVC, O_RDONLY | O_CLOEXEC);
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	close(how.at);
	how.at = open(SVC_DIR, O_PATH | O_CLOEXEC);
	how.path = "svc";
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* The listed bytes, in a file that has no path. */
TEST_F(exec, memfd)
{
	struct launch how = { .path = "" };

	how.at = syscall(SYS_memfd_create, SVC, 0);
	ASSERT_LT(0, how.at);
	ASSERT_EQ(0, copy_to_fd(SVC, how.at));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	/* The control: nothing else is wrong with it. */
	EXPECT_EQ(1, ask(&self->s, "isexe /memfd:" SVC " (deleted)"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	svc_stop(&self->s);
}

/* The identity of a script is that of its interpreter. */
TEST_F(exec, script)
{
	const char *script = SVC_DIR "/script";

	ASSERT_EQ(0, create_text(script, "#!" EVIL "\n"));
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=%s uid=33 only", script));
	ASSERT_EQ(0, svc_run(&self->s, script));
	EXPECT_EQ(1, ask(&self->s, "isexe " EVIL));
	EXPECT_STREQ(REASON_OTHER_EXE, outcome(&self->s));
	EXPECT_STREQ("granted", outcome_by_uid(&self->s, ONLY_SVC));
	svc_stop(&self->s);

	unlink(script);
	ASSERT_EQ(0, create_text(script, "#!" SVC "\n"));
	ASSERT_EQ(0, svc_run(&self->s, script));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* ld.so PROGRAM: what runs is the loader. */
TEST_F(exec, loader)
{
	char *argv[] = { "ld.so", SVC_DYN, NULL };
	char real[PATH_MAX];

	if (!realpath(LDSO, real))
		SKIP(return, "no " LDSO);
	ASSERT_EQ(0, load_rules(ONLY_DYN));
	ASSERT_EQ(0, svc_start(&self->s, &(struct launch){
		.path = real, .argv = argv }));
	EXPECT_EQ(1, ask(&self->s, "isexe %s", real));
	EXPECT_REFUSED(&self->s, ONLY_DYN, REASON_OTHER_EXE);
	svc_stop(&self->s);
	/* The control: the same program, executed. */
	ASSERT_EQ(0, svc_run(&self->s, SVC_DYN));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

TEST_F(exec, hard_link)
{
	const char *name = SVC_DIR "/link";

	ASSERT_EQ(0, link(SVC, name));
	ASSERT_EQ(0, svc_run(&self->s, name));
	EXPECT_EQ(inode_of(SVC), ask(&self->s, "inode"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	svc_stop(&self->s);
}

static int replace_svc(void)
{
	return copy_program("svc", SVC ".dpkg-new") ?:
	       rename(SVC ".dpkg-new", SVC);
}

/* A package upgrade needs no action. */
TEST_F(exec, upgrade)
{
	struct svc old;

	ASSERT_EQ(0, svc_run(&old, SVC));
	ASSERT_EQ(0, replace_svc());
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_NE(ask(&old, "inode"), ask(&self->s, "inode"));
	EXPECT_GRANTED(&self->s);
	EXPECT_GRANTED(&old);
	EXPECT_STREQ("granted", outcome_of(&old, "fork tcp 80"));
	svc_stop(&self->s);
	svc_stop(&old);
}

/* The binary of before the upgrade, which may have been a vulnerable one. */
TEST_F(exec, deleted)
{
	struct launch how = { .path = "" };
	char path[64];
	struct svc old;

	how.at = open(SVC, O_PATH | O_CLOEXEC);
	/* Else its /proc/PID/exe is closed to the user. */
	ASSERT_EQ(0, load_rules(ONLY_SVC " accept=env"));
	ASSERT_EQ(0, svc_run(&old, SVC));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, replace_svc());
	snprintf(path, sizeof(path), "/proc/%d/exe", old.pid);
	ASSERT_EQ(0, svc_run(&self->s, path));
	EXPECT_EQ(ask(&old, "inode"), ask(&self->s, "inode"));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC " (deleted)"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "deleted");
	svc_stop(&self->s);
	/* By a descriptor that was kept. */
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(ask(&old, "inode"), ask(&self->s, "inode"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "deleted");
	svc_stop(&self->s);
	svc_stop(&old);
}

TEST_F(exec, exec_of_another)
{
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_GRANTED(&self->s);
	ASSERT_EQ(0, ask(&self->s, "exec " EVIL));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* AT_EXECVE_CHECK asks whether one could execute, and executes nothing. */
TEST_F(exec, exec_check)
{
	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	if (ask(&self->s, "execcheck " SVC) == EINVAL) {
		svc_stop(&self->s);
		SKIP(return, "this kernel has no AT_EXECVE_CHECK");
	}
	EXPECT_EQ(0, ask(&self->s, "execcheck " SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	svc_stop(&self->s);
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(0, ask(&self->s, "execcheck " EVIL));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/*
 * /proc/self/exe says SVC, though it was never executed; the process is still
 * in the initial user namespace, or in one of its own.
 */
TEST_F(exec, forged_link)
{
	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	ASSERT_EQ(0, ask(&self->s, "lievm " SVC));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC));
	EXPECT_EQ(inode_of("/proc/self/ns/user"), ask(&self->s, "userns"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	svc_stop(&self->s);

	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	ASSERT_EQ(0, ask(&self->s, "lie " SVC));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	svc_stop(&self->s);
}

/* A rule made of it would allow a program that never asked. */
TEST_F(exec, forged_link_learned)
{
	static const char *const forged =
		"exe=" SVC " verified=0 uid=33 proto=tcp port=81 ";
	static char text[65536];

	ASSERT_EQ(0, portacl_write("observed", "clear"));
	ASSERT_EQ(0, portacl_write("mode", "learn"));
	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	ASSERT_EQ(0, ask(&self->s, "lievm " SVC));
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 81"));
	svc_stop(&self->s);
	ASSERT_LT(0, portacl_read("observed", text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, forged)) TH_LOG("%s", text);
	EXPECT_EQ(0, portacl_write("observed", "clear"));
}

#define BINFMT "/proc/sys/fs/binfmt_misc"
#define FOREIGN SVC_DIR "/foreign"

/* With C the program gives the credentials, else its interpreter. */
TEST_F(exec, binfmt_misc)
{
	static const char *const rules =
		"allow tcp 80 exe=" FOREIGN " uid=33 only";

	ASSERT_EQ(0, own_mounts());
	if (mount("binfmt_misc", BINFMT, "binfmt_misc", 0, NULL) &&
	    errno != EBUSY)
		SKIP(return, "no binfmt_misc: %s", strerror(errno));
	ASSERT_EQ(0, create_text(FOREIGN, "PORTACL foreign code\n"));
	ASSERT_EQ(0, load_rules("%s", rules));

	ASSERT_EQ(0, write_file(BINFMT "/register",
				":ptest:M::PORTACL::" SVC ":"));
	EXPECT_EQ(0, svc_run(&self->s, FOREIGN));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC));
	EXPECT_REFUSED(&self->s, rules, REASON_OTHER_EXE);
	svc_stop(&self->s);
	EXPECT_EQ(0, write_file(BINFMT "/ptest", "-1"));

	ASSERT_EQ(0, write_file(BINFMT "/register",
				":ptest:M::PORTACL::" SVC ":C"));
	EXPECT_EQ(0, svc_run(&self->s, FOREIGN));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	EXPECT_EQ(0, write_file(BINFMT "/ptest", "-1"));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
