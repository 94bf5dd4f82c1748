// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files `stats` and `observed`: what was decided, and who asked.
 */
#include "audit.h"

#include <sys/stat.h>
#include <time.h>

static char text[1 << 20];

FIXTURE(stats)
{
};

FIXTURE_SETUP(stats)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, portacl_write("observed", "clear\n"));
}

FIXTURE_TEARDOWN(stats)
{
	EXPECT_EQ(0, portacl_write("observed", "clear\n"));
	EXPECT_EQ(0, reset_policy());
}

/* The number that follows @key in the line that starts with @start; -1: none */
static long long number(const char *file, const char *start, const char *key)
{
	char *line, *rest = text, *at;

	if (portacl_read(file, text, sizeof(text)) < 0)
		return -1;
	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, start, strlen(start)))
			continue;
		at = strstr(line, key);
		return at ? atoll(at + strlen(key)) : -1;
	}
	return -1;
}

#define STAT(start, key) number("stats", start, key)

TEST_F(stats, rules)
{
	time_t now = time(NULL);
	long long last;
	int i;

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 only\ndeny udp 53"));
	EXPECT_EQ(0, STAT("rule=1 ", " grants="));
	EXPECT_EQ(0, STAT("rule=1 ", " last="));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &udp, "127.0.0.1", 53));
	EXPECT_EQ(EACCES, try_bind(&user, &udp, "127.0.0.1", 53));

	EXPECT_EQ(3, STAT("rule=1 ", " grants="));
	EXPECT_EQ(1, STAT("rule=1 ", " denies="));
	EXPECT_EQ(0, STAT("rule=2 ", " grants="));
	EXPECT_EQ(2, STAT("rule=2 ", " denies="));
	last = STAT("rule=2 ", " last=");
	EXPECT_TRUE(last >= now && last <= now + 60)
	{
		TH_LOG("last %lld, now %lld", last, (long long)now);
	}
	EXPECT_EQ(-1, STAT("rule=3 ", " grants="));

	/* The counters of a new policy start at 0. */
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 only\ndeny udp 53"));
	EXPECT_EQ(0, STAT("rule=1 ", " grants="));
}

#define COUNT(reason) \
	({ long long n = STAT("reason=\"" reason "\"", "count="); \
	   n < 0 ? 0 : n; })

/* One bind is one verdict, whichever gate came first. */
TEST_F(stats, totals)
{
	long long grants = STAT("total grants=", "grants=");
	long long denies = STAT("total grants=", "denies=");
	long long legacy = STAT("total grants=", "legacy=");
	long long by_rule = COUNT("deny rule");
	long long reserved = COUNT("reserved");

	ASSERT_EQ(0, load_rules("allow any 80 uid=33 only\ndeny any 81\n"
				"allow any 82 uid=33"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(0, try_bind(&user, &udp, "::1", 80));
	EXPECT_EQ(0, try_bind(&user, &mptcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 81));
	EXPECT_EQ(EACCES, try_bind(&root, &mptcp, "127.0.0.1", 81));
	EXPECT_EQ(EACCES, try_bind(&root, &udp, "127.0.0.1", 81));
	EXPECT_EQ(EACCES, try_bind(&other, &tcp, "127.0.0.1", 82));
	EXPECT_EQ(EACCES, try_bind(&other, &mptcp, "127.0.0.1", 82));
	/* No rule names this port, so there is no verdict on it. */
	EXPECT_EQ(0, try_bind(&root, &tcp, "127.0.0.1", 443));

	EXPECT_EQ(grants + 3, STAT("total grants=", "grants="));
	EXPECT_EQ(denies + 4, STAT("total grants=", "denies="));
	EXPECT_EQ(legacy + 2, STAT("total grants=", "legacy="));
	EXPECT_EQ(by_rule + 3, COUNT("deny rule"));
	EXPECT_EQ(reserved + 1, COUNT("reserved"));
}

/* Two processors at once lose no count. */
TEST_F(stats, parallel)
{
	pid_t pids[4];
	int i, n;

	ASSERT_EQ(0, load_rules("deny udp 9 nolog"));
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			for (n = 0; n < 500; n++)
				open_bound(&udp, "127.0.0.1", 9);
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, wait_child(pids[i]));
	EXPECT_EQ(2000, STAT("rule=1 ", " denies="));
}

/* Is there a line in `observed` that holds all of this? */
static bool seen(const char *what)
{
	return portacl_read("observed", text, sizeof(text)) > 0 &&
	       strstr(text, what);
}

TEST_F(stats, observed)
{
	char exe[4096] = "", line[8192];

	ASSERT_LT(0, readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33\ndeny udp 53"));
	/* The other modes observe nothing. */
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	ASSERT_LT(0, portacl_read("observed", text, sizeof(text)));
	EXPECT_STREQ("overflow=0\n", text);

	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(0, try_bind(&user, &tcp, "::1", 80));
	EXPECT_EQ(EACCES, try_bind(&other, &tcp, "127.0.0.1", 80));
	/* A denial is not enforced while learning; the old rule is. */
	EXPECT_EQ(0, try_bind(&root, &udp, "127.0.0.1", 53));
	EXPECT_EQ(EACCES, try_bind(&user, &udp, "127.0.0.1", 53));

	snprintf(line, sizeof(line),
		 "exe=%s verified=1 uid=33 proto=tcp port=80 outcome=grant count=2 taint=",
		 exe);
	EXPECT_TRUE(seen(line))
	{
		TH_LOG("%s", text);
	}
	EXPECT_TRUE(seen("uid=34 proto=tcp port=80 outcome=legacy count=1 "));
	EXPECT_TRUE(seen("uid=0 proto=udp port=53 outcome=deny count=1 "));
	EXPECT_TRUE(seen("uid=33 proto=udp port=53 outcome=deny count=1 "));
	EXPECT_FALSE(seen("port=0 "));

	ASSERT_EQ(0, portacl_write("observed", "clear\n"));
	EXPECT_TRUE(seen("overflow=0\n"));
	EXPECT_FALSE(seen("exe="));
	EXPECT_EQ(-EINVAL, portacl_write("observed", "forget\n"));

	/* Once, also where both gates are asked. */
	EXPECT_EQ(0, try_bind(&user, &mptcp, "127.0.0.1", 80));
	EXPECT_TRUE(seen("proto=tcp port=80 outcome=grant count=1 "));
}

static int bind_many(const void *arg)
{
	int port;

	for (port = 20000; port < 20000 + *(const int *)arg; port++)
		close(open_bound(&udp, "127.0.0.1", port));
	return 0;
}

/* The number of observations is limited; the rest is counted. */
TEST_F_TIMEOUT(stats, overflow, 180)
{
	static const int many = 6000;
	long long overflow;
	int lines = 0;
	char *at;

	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(0, run_as(&user, bind_many, &many));
	overflow = number("observed", "overflow=", "=");
	EXPECT_LT(0, overflow);
	ASSERT_LT(0, portacl_read("observed", text, sizeof(text)));
	for (at = text; (at = strstr(at, "exe=")); at++)
		lines++;
	EXPECT_EQ(many, lines + overflow);
	/* A bind that was observed before still adds to its count. */
	EXPECT_EQ(0, try_bind(&user, &udp, "127.0.0.1", 20000));
	EXPECT_TRUE(seen("port=20000 outcome=legacy count=2 "));
	EXPECT_EQ(overflow, number("observed", "overflow=", "="));
}

#define COPIES 5
/* Five times as many are more than there is room for. */
static const int many_of_a_copy = 500;

/* A copy of this program in a path of its own, which binds many ports. */
static int exec_copy(const void *arg)
{
	const char *const *argv = arg;

	execl(argv[0], "copy", argv[1], NULL);
	return CHILD_BROKEN;
}

/* Have each copy run, all by one user or each by a user of its own. */
static int run_copies(const char *how, struct subject who, int step)
{
	char dir[] = "/opt/portacl.XXXXXX", path[64];
	const char *const argv[] = { path, how };
	int i, err = !mkdtemp(dir) || chmod(dir, 0755);

	for (i = 0; !err && i < COPIES; i++, who.uid += step) {
		snprintf(path, sizeof(path), "%s/copy%d", dir, i);
		err = copy_self(path) ?: run_as(&who, exec_copy, argv);
		unlink(path);
	}
	rmdir(dir);
	return err;
}

/*
 * A user with many programs leaves room for another user's, also as a second
 * user in user namespaces.
 */
TEST_F_TIMEOUT(stats, overflow_by_copies, 240)
{
	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(0, run_copies("--bind-many", user, 0));
	EXPECT_EQ(0, run_copies("--bind-many-in-userns", user, 0));
	EXPECT_LT(0, number("observed", "overflow=", "="));
	EXPECT_EQ(0, try_bind(&other, &udp, "127.0.0.1", 19999));
	EXPECT_TRUE(seen("uid=34 proto=udp port=19999 "));
}

/* A program of many users leaves room for other programs. */
TEST_F_TIMEOUT(stats, overflow_by_users, 240)
{
	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(0, run_as(&user, bind_many, &many_of_a_copy));
	EXPECT_EQ(0, number("observed", "overflow=", "="));
	EXPECT_EQ(0, run_as(&other, bind_many, &many_of_a_copy));
	EXPECT_LT(0, number("observed", "overflow=", "="));
}

/* In user namespaces, where one has many users, they are all one. */
TEST_F_TIMEOUT(stats, overflow_in_userns, 240)
{
	static const struct subject someone = { .uid = 10000, .gid = 10000 };

	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(0, run_copies("--bind-many-in-userns", someone, 1));
	EXPECT_LT(0, number("observed", "overflow=", "="));
	EXPECT_EQ(0, try_bind(&other, &udp, "127.0.0.1", 19999));
	EXPECT_TRUE(seen("uid=34 proto=udp port=19999 "));
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strncmp(argv[1], "--bind-many", 11))
		return argv[1][11] && unshare(CLONE_NEWUSER) ?
			       CHILD_BROKEN : bind_many(&many_of_a_copy);
	need_portacl();
	return test_harness_run(argc, argv);
}
