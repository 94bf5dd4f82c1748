// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a policy is charged to the control group of its loader.
 */
#include "common.h"

#define CGROUP "/sys/fs/cgroup"
#define GROUP CGROUP "/charge"
#define RULES 20000

FIXTURE(charge)
{
	char *text;
};

FIXTURE_SETUP(charge)
{
	size_t size = RULES * 80;
	char *at;
	int i;

	if (access(CGROUP "/cgroup.procs", W_OK))
		SKIP(return, "there are no control groups at " CGROUP);
	if (write_file(CGROUP "/cgroup.subtree_control", "+memory"))
		SKIP(return, "the kernel has no memory controller");
	ASSERT_EQ(0, mkdir(GROUP, 0755));
	self->text = malloc(size);
	ASSERT_NE(NULL, self->text);
	at = self->text + sprintf(self->text, "version 1\n");
	for (i = 0; i < RULES; i++)
		at += sprintf(at, "allow tcp %d exe=/usr/sbin/d%d uid=%d\n",
			      1024 + i, i, 1000 + i);
	sprintf(at, "commit\n");
}

FIXTURE_TEARDOWN(charge)
{
	EXPECT_EQ(0, reset_policy());
	EXPECT_EQ(0, rmdir(GROUP));
	free(self->text);
}

static long long charged(void)
{
	char text[32];

	return read_file(GROUP "/memory.current", text, sizeof(text)) < 0 ?
		       -1 : atoll(text);
}

/* Load in a child that has entered the group. */
static int load_in_group(const char *text)
{
	pid_t pid = fork();

	if (!pid)
		_exit(write_file(GROUP "/cgroup.procs", "0") ||
		      portacl_write("policy", text));
	return wait_child(pid);
}

TEST_F(charge, policy)
{
	long long before = charged(), after, size;

	ASSERT_EQ(0, load_in_group(self->text));
	after = charged();
	size = atoll(status_value("bytes"));
	ASSERT_LE(RULES * 32, size);
	EXPECT_LE(size, after - before);
}

/* A loader whose group may not have so much keeps the old policy. */
TEST_F(charge, limit)
{
	char digest[80];

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33"));
	save_status(digest, sizeof(digest), "digest");
	ASSERT_EQ(0, write_file(GROUP "/memory.max", "1M"));
	EXPECT_NE(0, load_in_group(self->text));
	EXPECT_STREQ(digest, status_value("digest"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
