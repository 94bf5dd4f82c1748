// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file `policy`: a transaction that takes effect whole or not at all, and
 * only for who may change the policy.
 */
#include "common.h"

/* In force before each test; the digest tells whether it still is. */
#define OLD_POLICY "version 1\nallow tcp 80 uid=33\ncommit\n"

FIXTURE(policy)
{
	char text[4096];
	char digest[128];
	char generation[32];
	int fd;
};

FIXTURE_SETUP(policy)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, portacl_write("policy", OLD_POLICY));
	ASSERT_LT(0, portacl_read("policy", self->text, sizeof(self->text)));
	save_status(self->digest, sizeof(self->digest), "digest");
	save_status(self->generation, sizeof(self->generation), "generation");
	self->fd = open(PORTACL_DIR "policy", O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(policy)
{
	close(self->fd);
	EXPECT_EQ(0, reset_policy());
}

/* Nothing changed, byte for byte. */
#define EXPECT_OLD_POLICY()                                                \
	do {                                                               \
		char now[4096] = "";                                       \
									   \
		portacl_read("policy", now, sizeof(now));                  \
		EXPECT_STREQ(self->text, now);                             \
		EXPECT_STREQ(self->digest, status_value("digest"));        \
		EXPECT_STREQ(self->generation, status_value("generation")); \
	} while (0)

static int put(int fd, const char *text)
{
	return write_all(fd, text, strlen(text));
}

#define PUT(text) put(self->fd, text)

/* Many writes, cut anywhere, are one text. */
TEST_F(policy, many_writes)
{
	ASSERT_EQ(0, PUT("ver"));
	ASSERT_EQ(0, PUT("sion 1\nallow tcp 4"));
	ASSERT_EQ(0, PUT("43 uid=33\nallow tcp 80"));
	EXPECT_OLD_POLICY();
	ASSERT_EQ(0, PUT("\ncommit\n"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 443));
	EXPECT_STREQ("2", status_value("rules"));
	EXPECT_STREQ("none", status_value("error"));
}

TEST_F(policy, byte_by_byte)
{
	const char *text = "version 1\n# a comment\n\nallow tcp 443 uid=33\n"
			   "commit\n";

	for (; *text; text++) {
		EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
		ASSERT_EQ(0, write_all(self->fd, text, 1));
	}
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 443));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 80));
}

TEST_F(policy, closed_before_commit)
{
	ASSERT_EQ(0, PUT("version 1\ndeny any any\n"));
	close(self->fd);
	EXPECT_OLD_POLICY();
	EXPECT_STRNE("none", status_value("error"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	/* A good load afterwards takes the error back. */
	ASSERT_EQ(0, portacl_write("policy", OLD_POLICY));
	EXPECT_STREQ("none", status_value("error"));
}

/* Opening the file, or writing nothing to it, is no attempt. */
TEST_F(policy, closed_unwritten)
{
	close(self->fd);
	EXPECT_OLD_POLICY();
	EXPECT_STREQ("none", status_value("error"));
}

TEST_F(policy, killed_before_commit)
{
	pid_t pid = fork();

	if (!pid) {
		PUT("version 1\ndeny any any\n");
		kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	close(self->fd);
	EXPECT_OLD_POLICY();
}

TEST_F(policy, killed_within_commit)
{
	pid_t pid = fork();

	close(self->fd);
	if (!pid) {
		write_all(open(PORTACL_DIR "policy", O_WRONLY),
			  "version 1\ndeny any any\ncommit", 29);
		kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_OLD_POLICY();
	EXPECT_STREQ("line 3, column 1: closed before commit",
		     status_value("error"));
}

/* Blanks and a comment after commit are accepted, other text is an error. */
TEST_F(policy, text_behind_commit)
{
	ASSERT_EQ(0, PUT("version 1\nallow tcp 443 uid=33\ncommit\n \t# end"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 443));
	EXPECT_EQ(-EINVAL, PUT("version 1\n"));
	EXPECT_EQ(-EINVAL, portacl_write("policy", "version 1\ncommit\nallow"));
	EXPECT_STREQ("line 3, column 1: text after commit",
		     status_value("error"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 443));
}

/* The write that holds the fault fails, and so does all that follows it. */
TEST_F(policy, malformed)
{
	ASSERT_EQ(0, PUT("version 1\nallow tcp 443 uid=33\n"));
	ASSERT_EQ(-EINVAL, PUT("allow tcp 65616\n"));
	EXPECT_STREQ("line 3, column 11: number out of range",
		     status_value("error"));
	EXPECT_GT(0, PUT("allow tcp 80\n"));
	EXPECT_GT(0, PUT("commit\n"));
	close(self->fd);
	EXPECT_OLD_POLICY();
	EXPECT_STREQ("line 3, column 11: number out of range",
		     status_value("error"));
}

/* It counts when its newline has come: a generation might have followed. */
TEST_F(policy, commit_without_newline)
{
	ASSERT_EQ(0, PUT("version 1\ndeny any any\ncommit"));
	EXPECT_OLD_POLICY();
	ASSERT_EQ(0, close(self->fd));
	EXPECT_OLD_POLICY();
	EXPECT_STREQ("line 3, column 1: closed before commit",
		     status_value("error"));
	self->fd = open(PORTACL_DIR "policy", O_WRONLY | O_CLOEXEC);
	ASSERT_EQ(0, PUT("version 1\ndeny tcp 80\ncommit"));
	ASSERT_EQ(0, PUT("\n"));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 80));
}

TEST_F(policy, commit_generation)
{
	unsigned long long generation = atoll(self->generation);
	char line[64];

	snprintf(line, sizeof(line), "commit generation=%llu\n",
		 generation + 1);
	ASSERT_EQ(0, PUT("version 1\ndeny tcp 80\n"));
	EXPECT_EQ(-ESTALE, PUT(line));
	close(self->fd);
	EXPECT_OLD_POLICY();
	EXPECT_STRNE("none", status_value("error"));

	snprintf(line, sizeof(line), "version 1\ncommit generation=%llu\n",
		 generation);
	ASSERT_EQ(0, portacl_write("policy", line));
	EXPECT_LT(generation, (unsigned long long)
			      atoll(status_value("generation")));
	/* Once more is too late. */
	EXPECT_EQ(-ESTALE, portacl_write("policy", line));
}

/* Two open files are two transactions. */
TEST_F(policy, two_at_once)
{
	int second = open(PORTACL_DIR "policy", O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, second);
	ASSERT_EQ(0, PUT("version 1\nallow tcp 443 uid=33\n"));
	ASSERT_EQ(0, write_all(second, "version 1\ndeny any", 18));
	ASSERT_EQ(0, write_all(second, " 80\ncommit\n", 11));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 80));
	ASSERT_EQ(0, PUT("commit\n"));
	EXPECT_EQ(0, try_bind(&root, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 443));
	EXPECT_STREQ("1", status_value("rules"));
	close(second);
}

/* A text that goes on behind its commit is refused. */
TEST_F(policy, text_after_commit)
{
	EXPECT_EQ(-EINVAL, PUT("version 1\ncommit\nallow tcp 443 uid=33\n"));
	close(self->fd);
	EXPECT_OLD_POLICY();
	EXPECT_EQ(0, strncmp(status_value("error"), "line 3, ", 8));
}

TEST_F(policy, write_after_commit)
{
	ASSERT_EQ(0, PUT("version 1\nallow tcp 443 uid=33\ncommit\n"));
	EXPECT_GT(0, PUT("deny any any\n"));
	EXPECT_GT(0, PUT("commit\n"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 443));
	EXPECT_STREQ("1", status_value("rules"));
}

/* Blank lines and comments are no text. */
TEST_F(policy, nothing_after_commit)
{
	EXPECT_EQ(0, PUT("version 1\ncommit # now\n\n\t# the end\n"));
	EXPECT_STREQ("0", status_value("rules"));
}

TEST_F(policy, long_line)
{
	static char line[65537];
	int err;

	memset(line, '#', sizeof(line));
	ASSERT_EQ(0, PUT("version 1\n"));
	err = write_all(self->fd, line, sizeof(line));
	EXPECT_TRUE(err == -E2BIG || err == -EFBIG)
	{
		TH_LOG("%s", strerror(-err));
	}
	EXPECT_GT(0, PUT("\ncommit\n"));
	close(self->fd);
	EXPECT_OLD_POLICY();
	EXPECT_STRNE("none", status_value("error"));
}

/* The bound on the whole text holds whatever the text is. */
TEST_F_TIMEOUT(policy, long_text, 240)
{
	static char chunk[1 << 20];
	int err = 0, i;

	for (i = 0; i < (int)sizeof(chunk); i++)
		chunk[i] = i % 32768 == 32767 ? '\n' : '#';
	ASSERT_EQ(0, PUT("version 1\n"));
	for (i = 0; i < 1024 && !err; i++)
		err = write_all(self->fd, chunk, sizeof(chunk));
	EXPECT_TRUE(err == -E2BIG || err == -EFBIG)
	{
		TH_LOG("%d MiB: %s", i, strerror(-err));
	}
	EXPECT_GT(0, PUT("\ncommit\n"));
	close(self->fd);
	EXPECT_OLD_POLICY();
	EXPECT_STRNE("none", status_value("error"));
}

/* More than a page, and more rules than ports. */
TEST_F(policy, one_write_over_a_page)
{
	char *text = malloc(200000), *end = text;
	int i;

	end += sprintf(end, "version 1\n");
	for (i = 1; i <= 4000; i++)
		end += sprintf(end, "allow tcp %d uid=%d\n", 1 + i % 1000,
			       i < 4000 ? 100 + i : 33);
	sprintf(end, "commit\n");
	ASSERT_EQ(0, PUT(text));
	EXPECT_STREQ("4000", status_value("rules"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 1));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 80));
	free(text);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
