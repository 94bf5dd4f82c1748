// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule whose exe= cannot do what its writer believes is loaded, and the log
 * says so with the rule's number.
 */
#include "audit.h"

/* What this test logs after a load. */
#define END "portacl: warn_test"

FIXTURE(warn)
{
	int log;
	char dir[32];
	char program[64];
};

FIXTURE_SETUP(warn)
{
	ASSERT_EQ(0, reset_policy());
	snprintf(self->dir, sizeof(self->dir), "/opt/portacl.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, chmod(self->dir, 0755));
	snprintf(self->program, sizeof(self->program), "%s/prog", self->dir);
	ASSERT_EQ(0, copy_self(self->program));
	self->log = kmsg_open(false);
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(warn)
{
	char link[64];

	snprintf(link, sizeof(link), "%s/link", self->dir);
	unlink(link);
	unlink(self->program);
	EXPECT_EQ(0, rmdir(self->dir));
	close(self->log);
	EXPECT_EQ(0, reset_policy());
}

/* Load a rule for this program as the second one; the warning, or "". */
static const char *load_verb(struct __test_metadata *_metadata, int log,
			     const char *verb, const char *exe,
			     const char *more)
{
	char *line;

	/* Drop the messages of the load before this one. */
	lseek(log, 0, SEEK_END);
	EXPECT_EQ(0, load_rules("deny tcp 1\n%s tcp 80 exe=%s uid=33 %s",
				verb, exe, more));
	EXPECT_STREQ("2", status_value("rules"));
	EXPECT_STREQ("none", status_value("error"));
	EXPECT_EQ(0, write_file("/dev/kmsg", END "\n"));
	do
		line = kmsg_find(log, "portacl: ", 20000);
	while (line && strstr(line, "loaded by"));
	return line && !strstr(line, END) ? line : "";
}

static void expect_warning(struct __test_metadata *_metadata, int log,
			   const char *exe, const char *fault)
{
	const char *line = load_verb(_metadata, log, "allow", exe, "");
	char want[256];

	snprintf(want, sizeof(want), "rule 2: exe=%s %s", exe, fault);
	EXPECT_NE(NULL, strstr(line, want))
	{
		TH_LOG("'%s', expected '%s'", line, want);
	}
}

#define LOAD(exe, more) load_verb(_metadata, self->log, "allow", exe, more)
#define EXPECT_WARNING(exe, fault) \
	expect_warning(_metadata, self->log, exe, fault)

TEST_F(warn, sound)
{
	EXPECT_STREQ("", LOAD(self->program, ""));
}

TEST_F(warn, missing)
{
	ASSERT_EQ(0, unlink(self->program));
	EXPECT_WARNING(self->program, "does not exist");
}

TEST_F(warn, symlink)
{
	char link[64], exe[96], fault[128];

	snprintf(link, sizeof(link), "%s/link", self->dir);
	ASSERT_EQ(0, symlink(self->program, link));
	snprintf(fault, sizeof(fault), "is not canonical: it resolves to %s",
		 self->program);
	EXPECT_WARNING(link, fault);

	/* So too where not the last component is the link. */
	ASSERT_EQ(0, unlink(link));
	ASSERT_EQ(0, symlink(self->dir, link));
	snprintf(exe, sizeof(exe), "%s/prog", link);
	EXPECT_WARNING(exe, fault);
	/* A denial that denies nothing is worse than a grant. */
	EXPECT_NE(NULL, strstr(load_verb(_metadata, self->log, "deny", exe, ""),
			       fault));
}

/* Such a rule grants nothing, and the refusal says what to write. */
TEST_F(warn, symlink_reason)
{
	char link[64], want[128];
	const char *line;
	pid_t pid;

	snprintf(link, sizeof(link), "%s/link", self->dir);
	ASSERT_EQ(0, symlink(self->program, link));
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=%s uid=33", link));
	pid = fork();
	if (!pid) {
		if (!become(&user))
			execl(link, "prog", "--bind", NULL);
		_exit(CHILD_BROKEN);
	}
	EXPECT_EQ(EACCES, wait_child(pid));
	line = kmsg_find(self->log, "portacl: denied", 20000);
	ASSERT_NE(NULL, line);
	snprintf(want, sizeof(want), "resolves to %s", self->program);
	EXPECT_NE(NULL, strstr(line, want))
	{
		TH_LOG("%s", line);
	}
}

TEST_F(warn, not_roots)
{
	ASSERT_EQ(0, chown(self->program, 33, 33));
	EXPECT_WARNING(self->program, "is not owned by root");
}

TEST_F(warn, writable)
{
	static const char fault[] =
		"can be written or replaced by others than root";
	char strict[128];
	const char *line;

	ASSERT_EQ(0, chmod(self->program, 0775));
	EXPECT_WARNING(self->program, fault);
	ASSERT_EQ(0, chmod(self->program, 0755));
	EXPECT_STREQ("", LOAD(self->program, ""));
	ASSERT_EQ(0, chmod(self->dir, 0777));
	EXPECT_WARNING(self->program, fault);
	/* A rule that takes it has been told, but the next does not. */
	EXPECT_STREQ("", LOAD(self->program, "accept=writable"));
	snprintf(strict, sizeof(strict),
		 "accept=writable\nallow tcp 81 exe=%s uid=33", self->program);
	lseek(self->log, 0, SEEK_END);
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=%s uid=33 %s", self->program,
				strict));
	line = kmsg_find(self->log, fault, 20000);
	EXPECT_NE(NULL, line);
	ASSERT_EQ(0, chmod(self->dir, 0755));
	ASSERT_EQ(0, chown(self->dir, 33, 0));
	EXPECT_WARNING(self->program, fault);
}

/* A launcher is a program like any other. */
TEST_F(warn, launcher)
{
	lseek(self->log, 0, SEEK_END);
	ASSERT_EQ(0, load_rules("launcher %s", self->program));
	EXPECT_EQ(NULL, kmsg_find(self->log, "launcher", 1000));
	ASSERT_EQ(0, chmod(self->program, 0775));
	ASSERT_EQ(0, load_rules("launcher %s\nlauncher /no/such",
				self->program));
	EXPECT_NE(NULL, kmsg_find(self->log, "can be written", 20000));
	EXPECT_NE(NULL, kmsg_find(self->log,
				  "launcher /no/such does not exist", 20000));
}

int main(int argc, char **argv)
{
	return audit_main(argc, argv);
}
