// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file `lock`: after a 1 nothing changes until the next boot, so this
 * program can run once per boot.
 */
#include "common.h"

FIXTURE(lock)
{
	char text[4096];
	char digest[80];
};

FIXTURE_SETUP(lock)
{
	char now[16];

	if (!strcmp(status_value("locked"), "0")) {
		/* Not yet locked: the control. */
		ASSERT_EQ(0, reset_policy());
		ASSERT_LT(0, portacl_read("lock", now, sizeof(now)));
		ASSERT_STREQ("0\n", now);
		ASSERT_EQ(-EINVAL, portacl_write("lock", "2\n"));
		ASSERT_EQ(-EINVAL, portacl_write("lock", "yes\n"));
		ASSERT_STREQ("0", status_value("locked"));
		ASSERT_EQ(0, load_rules("allow tcp 80 uid=33\ndeny tcp 81"));
		ASSERT_EQ(0, portacl_write("lock", "1\n"));
	}
	ASSERT_LT(0, portacl_read("policy", self->text, sizeof(self->text)));
	save_status(self->digest, sizeof(self->digest), "digest");
}

FIXTURE_TEARDOWN(lock)
{
	char now[4096] = "";

	portacl_read("policy", now, sizeof(now));
	EXPECT_STREQ(self->text, now);
	EXPECT_STREQ(self->digest, status_value("digest"));
	EXPECT_STREQ("enforce", status_value("mode"));
	EXPECT_STREQ("1", status_value("locked"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 81));
}

TEST_F(lock, policy)
{
	EXPECT_EQ(-EPERM, portacl_write("policy", EMPTY_POLICY));
	EXPECT_EQ(-EPERM, portacl_write("policy", self->text));
	EXPECT_EQ(-EPERM, portacl_write("policy", "version 1\ncommit"));
}

TEST_F(lock, mode)
{
	EXPECT_EQ(-EPERM, portacl_write("mode", "permissive\n"));
	EXPECT_EQ(-EPERM, portacl_write("mode", "learn\n"));
	EXPECT_EQ(-EPERM, portacl_write("mode", "enforce\n"));
}

TEST_F(lock, lock)
{
	char now[16] = "";

	EXPECT_EQ(-EPERM, portacl_write("lock", "0\n"));
	portacl_read("lock", now, sizeof(now));
	EXPECT_STREQ("1\n", now);
}

/* Reads and queries still work. */
TEST_F(lock, questions)
{
	char answer[128] = "";
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, write_all(fd, "tcp 80 uid=33\n", 14));
	EXPECT_LT(0, pread(fd, answer, sizeof(answer) - 1, 0));
	EXPECT_STREQ("allow rule=1\n", answer);
	close(fd);
}

int main(int argc, char **argv)
{
	need_root();
	if (!portacl_active())
		ksft_exit_skip("portacl is not active: no %sstatus\n",
			       PORTACL_DIR);
	return test_harness_run(argc, argv);
}
