// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies that replace each other while two processes bind: each verdict is
 * that of a whole policy, and nothing is left of those before.
 */
#include "common.h"

#include <linux/fuse.h>
#include <sys/uio.h>
#include <time.h>

/* As many as this, or as many as the machine makes in this time. */
#define RELOADS 10000
#define SECONDS 150
/* In a debug kernel, each reload takes ten times as long. */
#define DEBUG_SECONDS 1200

/*
 * Both say the same about 80 to 83, by different rules in a different order;
 * what one allows alone the other denies for all but this user.
 */
static const char *const policies[] = {
	"version 1\n"
	"allow tcp,udp 80 uid=33 only\n"
	"deny any 81\n"
	"allow any 1000-2000 uid=1-9\n"
	"allow udp 82-83 uid=30-40\n"
	"commit\n",

	"version 1\n"
	"default deny\n"
	"deny tcp 1-79,81-65535\n"
	"deny udp 81 uid=0-4294967294\n"
	"allow udp 82 uid=33\n"
	"allow any 3000-4000 gid=7\n"
	"allow udp 83 uid=33\n"
	"allow any 80 uid=32-34\n"
	"commit\n",
};

static const struct {
	const struct proto *proto;
	int port;
	int expected;
} binds[] = {
	{ &udp, 80, 0 }, { &udp, 81, EACCES }, { &udp, 82, 0 },
	{ &udp, 83, 0 }, { &tcp, 80, 0 },      { &tcp, 81, EACCES },
};

/* Bind until told to stop; the status tells whether a verdict was wrong. */
static int bind_until_stopped(const int *stop, const char *addr)
{
	size_t i;
	int n = 0;

	/* The change of uid has taken it back until now. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (!__atomic_load_n(stop, __ATOMIC_RELAXED) || !n++) {
		for (i = 0; i < ARRAY_SIZE(binds); i++) {
			int fd = open_bound(binds[i].proto, addr,
					    binds[i].port);

			if ((fd < 0 ? -fd : 0) != binds[i].expected) {
				fprintf(stderr, "# %s port %d: %d\n",
					binds[i].proto->name, binds[i].port,
					fd);
				return 1;
			}
			close(fd);
		}
	}
	return 0;
}

/* A line of /proc/meminfo, in kB. */
static long kb_of(const char *key)
{
	char text[8192] = "\n", *at;

	read_file("/proc/meminfo", text + 1, sizeof(text) - 1);
	at = strstr(text, key);
	return at ? atol(at + strlen(key)) : 0;
}

/* Memory that policies can be in, in kB. */
static long kernel_memory(void)
{
	return kb_of("\nSUnreclaim:") + kb_of("\nVmallocUsed:");
}

/* Does this kernel have kmemleak and, as in debug.config, KASAN? */
static bool is_debug(void)
{
	return !access("/sys/kernel/debug/kmemleak", F_OK);
}

/*
 * Memory that may be in use although it was freed, in kB.  KASAN keeps up to a
 * 32nd of all memory in quarantine; in such kernels kmemleak looks for leaks.
 */
static long slack(void)
{
	return 16 * 1024 + (is_debug() ? kb_of("\nMemTotal:") / 32 : 0);
}

/* Freed memory may be counted as free only later. */
static long settled_memory(long limit)
{
	long now;
	int i;

	for (i = 0; (now = kernel_memory()) > limit && i < 100; i++)
		usleep(100000);
	return now;
}

FIXTURE(reload)
{
};

FIXTURE_SETUP(reload)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, portacl_write("policy", policies[0]));
}

FIXTURE_TEARDOWN(reload)
{
	EXPECT_EQ(0, reset_policy());
}

TEST_F_TIMEOUT(reload, while_binding, DEBUG_SECONDS + 90)
{
	static const char *const addrs[] = { "127.0.0.1", "127.0.0.2" };
	time_t end = time(NULL) + (is_debug() ? DEBUG_SECONDS : SECONDS);
	long limit = kernel_memory() + slack();
	pid_t pids[2];
	int i, n, *stop;

	stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, stop);
	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(become(&user) ? CHILD_BROKEN :
					      bind_until_stopped(stop,
								 addrs[i]));
	}
	for (n = 1; n <= RELOADS && time(NULL) < end; n++)
		ASSERT_EQ(0, portacl_write("policy", policies[n % 2]));
	__atomic_store_n(stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, wait_child(pids[i]));
	TH_LOG("%d reloads", n - 1);
	EXPECT_LT(100, n);
	/* The smallest policy takes 16 kB. */
	EXPECT_GT(limit, settled_memory(limit));
}

/* So many rules, each of another kind if @many is set. */
static int load_number(int rules, bool many)
{
	static char text[1 << 20];
	int fd = open(PORTACL_DIR "policy", O_WRONLY | O_CLOEXEC), i, err;
	char *end = text;

	if (fd < 0)
		return -errno;
	end += sprintf(end, "version 1\n");
	for (i = err = 0; i < rules && !err; i++) {
		end += many ? sprintf(end, "allow tcp %d uid=%d\n",
				      1 + i % 65535, 1000 + i) :
			      sprintf(end, "deny tcp 1\n");
		if (end < text + sizeof(text) - 64)
			continue;
		err = write_all(fd, text, end - text);
		end = text;
	}
	end += sprintf(end, "commit\n");
	err = err ?: write_all(fd, text, end - text);
	close(fd);
	return err;
}

TEST_F_TIMEOUT(reload, million_rules, 240)
{
	/* The last one whose port is 80 */
	static const struct subject last = { .uid = 1000 + 15 * 65535 + 79 };
	long before = kernel_memory();

	ASSERT_EQ(0, load_number(1000000, true));
	EXPECT_STREQ("1000000", status_value("rules"));
	EXPECT_EQ(0, try_bind(&last, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&last, &tcp, "127.0.0.1", 79));
	EXPECT_LT(before + 64 * 1024, kernel_memory());
	ASSERT_EQ(0, reset_policy());
	EXPECT_GT(before + slack(), settled_memory(before + slack()));
}

/* Commit a policy for this generation when told, which is when both have written theirs. */
static int commit_when_told(int ready, int start, const char *generation)
{
	int fd = open(PORTACL_DIR "policy", O_WRONLY | O_CLOEXEC), i, err;
	char line[64], byte;

	err = fd < 0 ? -errno : write_all(fd, "version 1\n", 10);
	for (i = 0; i < 5000 && !err; i++)
		err = write_all(fd, line, sprintf(line, "deny tcp %d uid=%d\n",
						  1 + i, i));
	if (err || write(ready, "r", 1) != 1 || read(start, &byte, 1) != 1)
		return CHILD_BROKEN;
	return -write_all(fd, line, sprintf(line, "commit generation=%s\n",
					    generation));
}

/* Of two that were made for the same generation, one replaces it. */
TEST_F_TIMEOUT(reload, same_generation, 240)
{
	int ready[2], start[2], i, n, loaded, stale;
	char generation[32], byte;
	pid_t pids[2];

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(start));
	for (n = 0; n < 20; n++) {
		save_status(generation, sizeof(generation), "generation");
		for (i = 0; i < 2; i++) {
			pids[i] = fork();
			if (!pids[i])
				_exit(commit_when_told(ready[1], start[0],
						       generation));
		}
		for (i = 0; i < 2; i++)
			ASSERT_EQ(1, read(ready[0], &byte, 1));
		ASSERT_EQ(2, write(start[1], "go", 2));
		for (i = loaded = stale = 0; i < 2; i++) {
			int err = wait_child(pids[i]);

			loaded += !err;
			stale += err == ESTALE;
		}
		ASSERT_EQ(1, loaded);
		ASSERT_EQ(1, stale);
	}
}

#define SILENT "/mnt"

/* Mount a file system (FUSE) of which nobody answers the requests. */
static int mount_silent(void)
{
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128];

	if (fuse < 0)
		return -errno;
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	if (!mount("silent", SILENT, "fuse", MS_NOSUID | MS_NODEV, options))
		return fuse;
	close(fuse);
	return -errno;
}

/* The opcode of the next request. */
static int next_request(int fuse, __u64 *unique)
{
	static char buf[FUSE_MIN_READ_BUFFER];
	struct fuse_in_header *head = (void *)buf;

	if (read(fuse, buf, sizeof(buf)) < (ssize_t)sizeof(*head))
		return -errno;
	*unique = head->unique;
	return head->opcode;
}

/* Answer the request that comes first: without it no other one is sent. */
static int answer_init(int fuse, __u64 unique)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_write = 4096,
	};
	struct fuse_out_header head = {
		.len = sizeof(head) + sizeof(init),
		.unique = unique,
	};
	struct iovec iov[] = {
		{ &head, sizeof(head) }, { &init, sizeof(init) },
	};

	return writev(fuse, iov, 2) < 0 ? -errno : 0;
}

/* The file system of a named program does not answer: the policy is in force. */
TEST_F(reload, silent_file_system)
{
	__u64 unique = 0;
	pid_t pid;
	int fuse;

	fuse = mount_silent();
	if (fuse == -ENOENT || fuse == -ENODEV)
		SKIP(return, "no FUSE: %s", strerror(-fuse));
	ASSERT_LE(0, fuse);
	EXPECT_EQ(FUSE_INIT, next_request(fuse, &unique));
	EXPECT_EQ(0, answer_init(fuse, unique));
	pid = fork();
	if (!pid) {
		close(fuse);
		_exit(-load_rules("allow tcp 500 exe=" SILENT "/svc only"));
	}
	EXPECT_EQ(FUSE_LOOKUP, next_request(fuse, &unique));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 500));
	/* Nor does the loader hold up the next one. */
	EXPECT_EQ(0, reset_policy());
	EXPECT_EQ(0, try_bind(&root, &tcp, "127.0.0.1", 500));
	EXPECT_EQ(0, waitpid(pid, NULL, WNOHANG));
	close(fuse);
	EXPECT_EQ(0, wait_child(pid));
	EXPECT_EQ(0, umount2(SILENT, MNT_DETACH));
}

TEST_F_TIMEOUT(reload, too_many_rules, 240)
{
	char generation[32];

	save_status(generation, sizeof(generation), "generation");
	EXPECT_EQ(-E2BIG, load_number(1048577, false));
	EXPECT_NE(NULL, strstr(status_value("error"),
			       "more than 1048576 rules"));
	EXPECT_STREQ(generation, status_value("generation"));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
