// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file `query`: what the policy would say, without a bind.
 */
#include "common.h"

static const char policy[] =
	"allow tcp 80 exe=/usr/sbin/nginx uid=33\n"
	"deny tcp 81 uid=0-99\n"
	"allow udp 53 uid=53 only\n"
	"allow tcp 82 uid=33 gid=7,9\n"
	"allow tcp 83 uid=33 addr=127.0.0.0/8\n"
	"allow tcp 84 uid=33 net=any cgroup=/a/b\n"
	"allow tcp 85 exe=/x uid=33 launch=root\n"
	"allow tcp 86 exe=/x uid=33 accept=env,nnp\n"
	"allow tcp,udp 90-99,443 exe=/a\\040b\n"
	"allow tcp 87 uid=7 exe=/x\n"
	"deny any 87\n";

static const struct {
	const char *question;
	const char *answer;
	const char *reason;
} asked[] = {
	/* clang-format off */
	{ "tcp 80 exe=/usr/sbin/nginx uid=33", "allow rule=1", "" },
	{ "tcp 80 uid=33 exe=/usr/sbin/nginx", "allow rule=1", "" },
	{ "tcp 80 exe=/usr/sbin/nginx uid=34", "legacy",
	  "reason=\"wrong uid\" nearest=1" },
	{ "tcp 80 exe=/usr/sbin/apache2 uid=33", "legacy",
	  "reason=\"other program\" nearest=1" },
	{ "tcp 80 uid=33", "legacy", "reason=\"other program\" nearest=1" },
	{ "udp 80 exe=/usr/sbin/nginx uid=33", "legacy", "" },
	{ "tcp 81 uid=0", "deny rule=2", "reason=\"deny rule\"" },
	{ "tcp 87 uid=8", "deny rule=11", "reason=\"deny rule\" nearest=10" },
	{ "tcp 87 uid=8 exe=/x", "deny rule=11",
	  "reason=\"wrong uid\" nearest=10" },
	{ "tcp 87 uid=7 exe=/x taint=nnp", "deny rule=11",
	  "reason=\"no_new_privs\" nearest=10" },
	{ "tcp 81 uid=99", "deny rule=2", "reason=\"deny rule\"" },
	{ "tcp 81 uid=100", "legacy", "" },
	{ "udp 53 uid=53", "allow rule=3", "" },
	{ "udp 53 uid=0", "deny only", "reason=\"wrong uid\" nearest=3" },
	{ "udp 53 uid=53 net=other", "legacy", "" },
	{ "tcp 53 uid=0", "legacy", "" },
	{ "tcp 82 uid=33 gid=9", "allow rule=4", "" },
	{ "tcp 82 uid=33 gid=1,2,7", "allow rule=4", "" },
	{ "tcp 82 uid=33 gid=8", "legacy", "reason=\"wrong gid\" nearest=4" },
	{ "tcp 82 uid=33", "legacy", "reason=\"wrong gid\" nearest=4" },
	{ "tcp 83 uid=33 addr=127.0.0.1", "allow rule=5", "" },
	{ "tcp 83 uid=33 addr=::ffff:127.0.0.1", "allow rule=5", "" },
	{ "tcp 83 uid=33 addr=0.0.0.0", "legacy",
	  "reason=\"address outside addr=\" nearest=5" },
	{ "tcp 83 uid=33", "legacy", "nearest=5" },
	{ "tcp 84 uid=33 cgroup=/a/b", "allow rule=6", "" },
	{ "tcp 84 uid=33 cgroup=/a/b/c net=other", "allow rule=6", "" },
	{ "tcp 84 uid=33 cgroup=/a/bc", "legacy",
	  "reason=\"other cgroup\" nearest=6" },
	{ "tcp 85 uid=33 exe=/x launch=root", "allow rule=7", "" },
	{ "tcp 85 uid=33 exe=/x", "legacy",
	  "reason=\"not launched by root\" nearest=7" },
	{ "tcp 86 uid=33 exe=/x taint=env", "allow rule=8", "" },
	{ "tcp 86 uid=33 exe=/x taint=env,nnp", "allow rule=8", "" },
	{ "tcp 86 uid=33 exe=/x taint=env,chroot", "legacy",
	  "reason=\"chroot\" nearest=8" },
	{ "tcp 86 uid=33 exe=/x taint=traced", "legacy",
	  "reason=\"traced\" nearest=8" },
	{ "tcp 99 uid=1 exe=/a\\040b", "allow rule=9", "" },
	{ "udp 443 uid=1 exe=/a\\040b", "allow rule=9", "" },
	{ "tcp 100 uid=1 exe=/a\\040b", "legacy", "" },
	/* clang-format on */
};

FIXTURE(query)
{
};

FIXTURE_SETUP(query)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, load_rules("%s", policy));
}

FIXTURE_TEARDOWN(query)
{
	EXPECT_EQ(0, reset_policy());
}

/* The answer, without its newline; of several lines, or an error: "". */
static const char *ask(int fd, const char *question)
{
	static char answer[512];
	char line[256];
	ssize_t n;

	snprintf(line, sizeof(line), "%s\n", question);
	answer[0] = '\0';
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		return answer;
	n = read(fd, answer, sizeof(answer) - 1);
	if (n < 1 || memchr(answer, '\n', n) != answer + n - 1)
		n = 1;
	answer[n - 1] = '\0';
	return answer;
}

static const char *ask_once(const char *question)
{
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);
	const char *answer = ask(fd, question);

	close(fd);
	return answer;
}

/* A read after a write answers that write, even if the write failed. */
TEST_F(query, failed_question)
{
	static char large[20000];
	char answer[512] = "";
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);

	EXPECT_STREQ("allow rule=1",
		     ask(fd, "tcp 80 exe=/usr/sbin/nginx uid=33"));
	ASSERT_EQ(-1, write(fd, "tcp 80 uid=x", 12));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_LT(0, read(fd, answer, sizeof(answer) - 1));
	EXPECT_STREQ("error line 1, column 12: not a decimal number\n",
		     answer);
	memset(large, 'x', sizeof(large));
	ASSERT_EQ(-1, write(fd, large, sizeof(large)));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(0, read(fd, answer, sizeof(answer)));
	ASSERT_EQ(-1, write(fd, "tcp 80 uid=33", 14));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
}

TEST_F(query, answers)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		const char *answer = ask_once(asked[i].question);
		size_t len = strlen(asked[i].answer);

		EXPECT_TRUE(!strncmp(answer, asked[i].answer, len) &&
			    (!answer[len] || answer[len] == ' ') &&
			    strstr(answer, asked[i].reason))
		{
			TH_LOG("%s: %s, expected %s %s", asked[i].question,
			       answer, asked[i].answer, asked[i].reason);
		}
	}
}

TEST_F(query, defaults)
{
	ASSERT_EQ(0, load_rules("default allow\ndeny tcp 80"));
	EXPECT_STREQ("allow default", ask_once("tcp 81 uid=33"));
	EXPECT_STREQ("deny rule=1 reason=\"deny rule\"",
		     ask_once("tcp 80 uid=33"));
	ASSERT_EQ(0, load_rules("default deny\nallow tcp 80 uid=0"));
	EXPECT_EQ(0, strncmp("deny default", ask_once("tcp 81 uid=33"), 12));
	/* The default is about the host's network namespace. */
	EXPECT_EQ(0, strncmp("legacy", ask_once("tcp 81 uid=33 net=other"), 6));
}

/* Several questions on one open file; each sees the policy of its time. */
TEST_F(query, again)
{
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_STREQ("allow rule=3", ask(fd, "udp 53 uid=53"));
	EXPECT_STREQ("deny rule=2 reason=\"deny rule\"",
		     ask(fd, "tcp 81 uid=33"));
	ASSERT_EQ(0, load_rules("allow udp 53 uid=53"));
	EXPECT_STREQ("allow rule=1", ask(fd, "udp 53 uid=53"));
	close(fd);
}

TEST_F(query, refused)
{
	static const char *const bad[] = {
		"", "tcp", "tcp 80", "tcp 80 exe=/x", "any 80 uid=1",
		"icmp 80 uid=1", "tcp 0 uid=1", "tcp 65536 uid=1",
		"tcp 80-81 uid=1", "tcp 80 uid=", "tcp 80 uid=1-2",
		"tcp 80 uid=1 uid=1", "tcp 80 uid=1 exe=x", "tcp 80 uid=1 gid=x",
		"tcp 80 uid=1 addr=10.0.0.0/8", "tcp 80 uid=1 net=any",
		"tcp 80 uid=1 launch=user", "tcp 80 uid=1 taint=tired",
		"tcp 80 uid=1 only", "tcp 80 uid=1\ntcp 81 uid=1",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		char line[128];
		int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);

		snprintf(line, sizeof(line), "%s\n", bad[i]);
		EXPECT_EQ(-EINVAL, write_all(fd, line, strlen(line)))
		{
			TH_LOG("%s", bad[i]);
		}
		close(fd);
	}
	/* Not a policy's error. */
	EXPECT_STREQ("none", status_value("error"));
}

TEST_F(query, too_long)
{
	static char line[16385];
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);

	memset(line, ' ', sizeof(line));
	ASSERT_LE(0, fd);
	EXPECT_EQ(-E2BIG, write_all(fd, line, sizeof(line)));
	close(fd);
}

/* A question is no bind: nothing is counted or changed. */
TEST_F(query, changes_nothing)
{
	char before[8192], after[8192], digest[80];

	save_status(digest, sizeof(digest), "digest");
	ASSERT_LT(0, portacl_read("stats", before, sizeof(before)));
	ask_once("tcp 81 uid=33");
	ask_once("udp 53 uid=53");
	ask_once("tcp 443 uid=0");
	ASSERT_LT(0, portacl_read("stats", after, sizeof(after)));
	EXPECT_STREQ(before, after);
	EXPECT_STREQ(digest, status_value("digest"));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
