// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot parameters portacl.rules=, portacl= and portacl.lock= are in force
 * before the first program runs.  Only those of this boot are tested.
 */
#include "audit.h"

static const struct {
	const char *word;
	char *test;
} tests[] = {
	{ "portacl.rules=\"allow tcp 80 uid=33; deny tcp 1-1023\"", "rules" },
	{ "portacl.rules=\"allow tcp 80 uid=33; deny tcp 65616\"", "bad_rules" },
	{ "portacl.rules=\"version 1; deny tcp 82\"", "compiled_in" },
	{ "portacl.rules=\"deny tcp 65537\"", "compiled_in_alone" },
	{ "portacl=permissive", "mode" },
	{ "portacl=strict", "bad_mode" },
	{ "portacl.lock=1", "lock" },
};

FIXTURE(boot)
{
	char text[4096];
};

FIXTURE_SETUP(boot)
{
	portacl_read("policy", self->text, sizeof(self->text));
}

FIXTURE_TEARDOWN(boot)
{
}

TEST_F(boot, rules)
{
	EXPECT_STREQ("version 1\n"
		     "default legacy\n"
		     "allow tcp 80 uid=33\n"
		     "deny tcp 1-1023\n"
		     "commit\n", self->text);
	EXPECT_STREQ("enforce", status_value("mode"));
	EXPECT_STREQ("2", status_value("rules"));
	EXPECT_STREQ("none", status_value("error"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 81));
	EXPECT_EQ(0, try_bind(&root, &udp, "127.0.0.1", 81));
}

/* The policy in boot.conf comes before the rules of the command line. */
TEST_F(boot, compiled_in)
{
	EXPECT_STREQ("version 1\n"
		     "default legacy\n"
		     "allow tcp 81 uid=33 only\n"
		     "deny tcp 82\n"
		     "commit\n", self->text);
	EXPECT_STREQ("none", status_value("error"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 81));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 81));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 82));
}

TEST_F(boot, compiled_in_alone)
{
	EXPECT_STREQ("version 1\n"
		     "default legacy\n"
		     "allow tcp 81 uid=33 only\n"
		     "commit\n", self->text);
	EXPECT_EQ(0, strncmp(status_value("error"), "line 1, column ", 15));
}

TEST_F(boot, mode)
{
	EXPECT_STREQ("permissive", status_value("mode"));
	EXPECT_STREQ("boot", status_value("loaded"));
}

/* A fault leaves all of the boot rules out, and the log and status say it. */
TEST_F(boot, bad_rules)
{
	int log = kmsg_open(true);
	char *line = kmsg_find(log, "portacl.rules=: ", 0);

	EXPECT_STREQ(EMPTY_POLICY, self->text);
	EXPECT_STREQ("boot", status_value("loaded"));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(0, strncmp(status_value("error"), "line 2, column ", 15));
	ASSERT_NE(NULL, line);
	EXPECT_NE(NULL, strstr(line, "number out of range"));
	close(log);
}

/* A mode that is not known is the strictest one. */
TEST_F(boot, bad_mode)
{
	int log = kmsg_open(true);

	EXPECT_NE(NULL, kmsg_find(log, "portacl=strict: ", 0));
	EXPECT_STREQ("enforce", status_value("mode"));
	close(log);
}

TEST_F(boot, lock)
{
	EXPECT_STREQ("1", status_value("locked"));
	EXPECT_EQ(-EPERM, portacl_write("policy", EMPTY_POLICY));
	EXPECT_EQ(-EPERM, portacl_write("mode", "permissive\n"));
}

int main(int argc, char **argv)
{
	char *args[1 + 2 * ARRAY_SIZE(tests)] = { argv[0] }, cmdline[4096];
	size_t i, n = 1;

	need_root();
	if (!portacl_active())
		ksft_exit_skip("portacl is not active: no %sstatus\n",
			       PORTACL_DIR);
	read_file("/proc/cmdline", cmdline, sizeof(cmdline));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (!strstr(cmdline, tests[i].word))
			continue;
		args[n++] = "-t";
		args[n++] = tests[i].test;
	}
	if (n == 1)
		ksft_exit_skip("this boot has none of the parameters\n");
	return test_harness_run(argc > 1 ? argc : (int)n,
				argc > 1 ? argv : args);
}
