// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fail each allocation and each copy from or to user space, one at a time:
 * the policy in force stays, and a verdict is the right one or a refusal.
 * The kernel counts the faults of a task in /proc/PID/fail-nth.
 *
 * A boot of the debug kernel also looks for leaks and splats afterwards.
 */
#include "identity.h"

#define DEBUGFS "/sys/kernel/debug"
#define MOST_FAULTS 20000

#define OLD ONLY_SVC "\ndeny tcp 81\n"                                \
	    "allow tcp 82 uid=33\n"                                   \
	    "deny tcp 83 cgroup=/"
#define NEW "version 1\n"                                             \
	    "allow tcp 80-89,443 uid=33,40-50 exe=/usr/bin/a,/x\n"    \
	    "allow any 100 gid=5 cgroup=/a/b only log\n"              \
	    "deny udp 53 addr=10.0.0.0/8 net=any\n"                   \
	    "allow tcp 1-1023 uid=1000-2000\n"                        \
	    "launcher /usr/lib/systemd/systemd\n"                     \
	    "commit\n"

/* The result of an operation, and true if it ended before the fault came. */
struct result {
	int err;
	bool complete;
};

static int set_nth(int fd, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	return pwrite(fd, text, len, 0) == len ? 0 : -errno;
}

/* Is the fault still to come?  It is disarmed either way. */
static bool disarm(int fd)
{
	char text[16] = "";

	pread(fd, text, sizeof(text) - 1, 0);
	set_nth(fd, 0);
	return atoi(text) > 0;
}

/* Run @op in a child that is @who, where the @n-th site fails. */
static struct result run_with_fault(const struct subject *who, int n,
				    int (*op)(const void *), const void *arg)
{
	struct result r = { .err = CHILD_BROKEN, .complete = true };
	int pipe_fd[2];
	pid_t pid;

	if (pipe(pipe_fd))
		return r;
	pid = fork();
	if (!pid) {
		int fd = open("/proc/self/fail-nth", O_RDWR);

		if (fd >= 0 && !become(who) && !set_nth(fd, n)) {
			r.err = op(arg);
			r.complete = disarm(fd);
		}
		_exit(write(pipe_fd[1], &r, sizeof(r)) != sizeof(r));
	}
	close(pipe_fd[1]);
	if (read(pipe_fd[0], &r, sizeof(r)) != sizeof(r))
		r.err = CHILD_BROKEN;
	close(pipe_fd[0]);
	waitpid(pid, NULL, 0);
	return r;
}

static int prepare(const char *attribute)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "/%s/verbose", attribute);
	if (write_file(path, "0"))
		return -errno;
	/* Also allocations that may sleep, and single pages */
	snprintf(path, sizeof(path), DEBUGFS "/%s/ignore-gfp-wait", attribute);
	write_file(path, "N");
	snprintf(path, sizeof(path), DEBUGFS "/%s/min-order", attribute);
	write_file(path, "0");
	return 0;
}

FIXTURE(fault)
{
};

FIXTURE_SETUP(fault)
{
	mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	if (prepare("failslab") || prepare("fail_page_alloc"))
		SKIP(return, "the kernel has no failslab");
	if (!access("/proc/self/fail-nth", F_OK))
		ASSERT_EQ(0, prepare("fail_usercopy"));
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(OLD));
	ASSERT_EQ(0, portacl_write("mode", "enforce"));
}

FIXTURE_TEARDOWN(fault)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

static int op_load(const void *arg)
{
	int fd = open(PORTACL_DIR "policy", O_WRONLY | O_CLOEXEC), err;

	(void)arg;
	if (fd < 0)
		return errno;
	err = write(fd, NEW, strlen(NEW)) == (ssize_t)strlen(NEW) ? 0 : errno;
	close(fd);
	return err;
}

TEST_F_TIMEOUT(fault, load, 900)
{
	struct result r = {};
	char text[4096], old[4096];
	int n;

	ASSERT_LT(0, portacl_read("policy", old, sizeof(old)));
	for (n = 1; !r.complete && n < MOST_FAULTS; n++) {
		r = run_with_fault(&root, n, op_load, NULL);
		ASSERT_NE(CHILD_BROKEN, r.err);
		ASSERT_LT(0, portacl_read("policy", text, sizeof(text)));
		if (r.err) {
			ASSERT_STREQ(old, text) TH_LOG("fault %d", n);
			continue;
		}
		ASSERT_NE(0, strcmp(old, text)) TH_LOG("fault %d", n);
		ASSERT_EQ(0, load_rules(OLD));
	}
	TH_LOG("%d faults", n - 1);
	EXPECT_TRUE(r.complete);
	EXPECT_EQ(0, r.err);
	/* The parser alone allocates more often than this. */
	EXPECT_LT(10, n);
}

static int op_bind(const void *arg)
{
	const struct endpoint *ep = arg;
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, ep->addr, ep->port);
	int fd = socket_for(ep->proto, ep->addr);

	if (fd < 0)
		return -fd;
	return bind(fd, (struct sockaddr *)&ss, len) ? errno : 0;
}

static const struct verdict {
	const char *name;
	const struct subject *who;
	struct endpoint ep;
	bool granted;
} verdicts[] = {
	{ "granted", &user, { &tcp, "127.0.0.1", 82 }, true },
	{ "granted v6", &user, { &tcp, "::1", 82 }, true },
	{ "wrong user", &other, { &tcp, "127.0.0.1", 82 }, false },
	{ "other program", &user, { &tcp, "127.0.0.1", 80 }, false },
	{ "deny", &root, { &tcp, "127.0.0.1", 81 }, false },
	{ "deny udp of only", &root, { &tcp, "::1", 80 }, false },
	{ "deny by cgroup", &root, { &tcp, "127.0.0.1", 83 }, false },
};

TEST_F_TIMEOUT(fault, bind, 900)
{
	const struct verdict *v;

	for (v = verdicts; v < verdicts + ARRAY_SIZE(verdicts); v++) {
		struct result r = {};
		int n;

		for (n = 1; !r.complete && n < MOST_FAULTS; n++) {
			r = run_with_fault(v->who, n, op_bind, &v->ep);
			ASSERT_NE(CHILD_BROKEN, r.err);
			EXPECT_NE(v->granted ? EACCES : 0, r.err)
				TH_LOG("%s: fault %d", v->name, n);
		}
		TH_LOG("%s: %d faults", v->name, n - 1);
		EXPECT_TRUE(r.complete);
		EXPECT_EQ(v->granted ? 0 : EACCES, r.err);
	}
}

/* In mode learn a grant stays a grant even if it cannot be recorded. */
TEST_F_TIMEOUT(fault, learn, 900)
{
	static const struct endpoint ep = { &tcp, "127.0.0.1", 82 };
	struct result r = {};
	char text[8192];
	int n;

	for (n = 1; !r.complete && n < MOST_FAULTS; n++) {
		ASSERT_EQ(0, portacl_write("mode", "learn"));
		ASSERT_EQ(0, portacl_write("observed", "clear"));
		r = run_with_fault(&user, n, op_bind, &ep);
		ASSERT_NE(CHILD_BROKEN, r.err);
		EXPECT_NE(EACCES, r.err) TH_LOG("fault %d", n);
		ASSERT_LE(0, portacl_read("observed", text, sizeof(text)));
	}
	EXPECT_TRUE(r.complete);
	EXPECT_EQ(0, r.err);
	EXPECT_NE(NULL, strstr(text, "82"));
}

static int op_mode(const void *arg)
{
	return -portacl_write("mode", arg);
}

TEST_F_TIMEOUT(fault, mode, 900)
{
	struct result r = {};
	int n;

	for (n = 1; !r.complete && n < MOST_FAULTS; n++) {
		ASSERT_EQ(0, portacl_write("mode", "enforce"));
		r = run_with_fault(&root, n, op_mode, "permissive");
		ASSERT_NE(CHILD_BROKEN, r.err);
		EXPECT_STREQ(r.err ? "enforce" : "permissive",
			     status_value("mode"));
	}
	EXPECT_TRUE(r.complete);
	EXPECT_EQ(0, r.err);
}

/* The whole file, or an error. */
struct wanted {
	const char *name;
	const char *text;
};

static int op_read(const void *arg)
{
	static char text[65536];
	const struct wanted *wanted = arg;
	int len = portacl_read(wanted->name, text, sizeof(text));

	if (len < 0)
		return -len;
	return wanted->text && strcmp(text, wanted->text) ? EBADMSG : 0;
}

TEST_F_TIMEOUT(fault, read, 900)
{
	static char text[65536];
	static const char *const names[] = { "status", "policy", "mode",
					     "observed", "lock", "stats" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct wanted wanted = { names[i], text };
		struct result r = {};
		int n;

		ASSERT_LE(0, portacl_read(names[i], text, sizeof(text)));
		for (n = 1; !r.complete && n < MOST_FAULTS; n++) {
			r = run_with_fault(&root, n, op_read, &wanted);
			ASSERT_NE(CHILD_BROKEN, r.err);
			EXPECT_NE(EBADMSG, r.err)
				TH_LOG("%s: fault %d", names[i], n);
		}
		EXPECT_TRUE(r.complete);
		EXPECT_EQ(0, r.err) TH_LOG("%s", names[i]);
	}
}

static int op_query(const void *arg)
{
	char text[256] = "";
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, arg, strlen(arg)) < 0 ||
	    pread(fd, text, sizeof(text) - 1, 0) < 0)
		err = errno;
	close(fd);
	return err ?: strncmp(text, "deny only", 9) ? EBADMSG : 0;
}

TEST_F_TIMEOUT(fault, query, 900)
{
	struct result r = {};
	int n;

	for (n = 1; !r.complete && n < MOST_FAULTS; n++) {
		r = run_with_fault(&root, n, op_query, "tcp 80 uid=0\n");
		ASSERT_NE(CHILD_BROKEN, r.err);
		EXPECT_NE(EBADMSG, r.err) TH_LOG("fault %d", n);
	}
	EXPECT_TRUE(r.complete);
	EXPECT_EQ(0, r.err);
}

static int fail_nth_fd;

static int open_nth(const struct launch *how)
{
	(void)how;
	fail_nth_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	return fail_nth_fd < 0 ? errno : 0;
}

static int arm(const struct launch *how)
{
	return -set_nth(fail_nth_fd, how->arg);
}

/* As disarm(), in a program that waits for a request. */
static bool disarm_svc(const struct svc *s)
{
	char path[64];
	bool left;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", s->pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	left = fd >= 0 && disarm(fd);
	close(fd);
	return left;
}

/*
 * Launch a program again and again, with a fault at each site of the exec.  No
 * program binds after a fault unless @granted.  The last one has no fault.
 */
static void sweep_exec(struct __test_metadata *_metadata, const char *path,
		       bool granted)
{
	long err = CHILD_BROKEN;
	bool complete = false;
	int n, grants = 0;

	for (n = 1; !complete && n < MOST_FAULTS; n++) {
		struct launch how = { .path = path, .root = open_nth,
				      .last = arm, .arg = n };
		struct svc s;

		if (svc_start(&s, &how)) {
			close(s.fd);
			continue;
		}
		complete = disarm_svc(&s);
		err = ask(&s, "tcp 80");
		/* LONG_MIN: the fault ended the program. */
		if (err != LONG_MIN && err != EACCES)
			EXPECT_EQ(granted ? 0 : EACCES, err)
				TH_LOG("%s: fault %d", path, n);
		grants += !err;
		svc_stop(&s);
	}
	TH_LOG("%s: %d faults, %d grants", path, n - 1, grants);
	EXPECT_TRUE(complete);
	EXPECT_EQ(granted ? 0 : EACCES, err);
}

/* An exec that lost an allocation grants a program less, never more. */
TEST_F_TIMEOUT(fault, exec, 900)
{
	/* The loader allocates pages, the module does not. */
	ASSERT_EQ(0, write_file(DEBUGFS "/fail_page_alloc/min-order", "11"));
	/* A program that ended reads no request. */
	signal(SIGPIPE, SIG_IGN);
	sweep_exec(_metadata, EVIL, false);
	sweep_exec(_metadata, SVC, true);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
