// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random writes to each file, and random addresses bound by sockets of each
 * family: a policy is replaced as a whole or not at all, and no socket gets a
 * port that the policy denies to all.
 *
 * The words fuzz=NUMBER and seed=NUMBER on the kernel's command line change how
 * much is tried, and what.
 */
#include "identity.h"

#include <poll.h>

#define TRIES 3000
#define FIRST 80
#define LAST 89

static unsigned int seed;
/*
 * How many sockets and programs were judged: by root, by the user.  Shared with
 * the children.
 */
static int *done;

static const char policy[] = "version 1\ndeny any 80-89 nolog\ncommit\n";

static int draw(int n)
{
	return rand_r(&seed) % n;
}

/* Words that come near a policy or a request, and some that do not. */
static const char *const words[] = {
	"version", "1", "commit", "allow", "deny", "default", "legacy",
	"launcher", "tcp", "udp", "sctp", "any", "tcp,udp", "80", "80-89",
	"1-65535", "0", "65536", "-1", "99999999999999999999", "80,", ",80",
	"exe=", "exe=" SVC, "exe=/usr/../x", "exe=/a\\040b", "exe=relative",
	"uid=", "uid=33", "uid=33,34", "uid=0-4294967294", "uid=4294967295",
	"gid=33", "gid=1-", "addr=127.0.0.1", "addr=::/0", "addr=10.0.0.0/33",
	"cgroup=/a", "cgroup=a", "net=any", "net=host", "launch=root", "only",
	"log", "nolog", "accept=env", "accept=env,writable", "accept=", "#",
	"clear", "enforce", "permissive", "learn", "legacy legacy", "\\",
	"\"", "'", "uid", "=", "==", "\x80\xff", "exe=/\x01",
};

static const char *const blanks[] = { " ", " ", " ", "\n", "\n", "\t", "",
				      "; ", "\r\n", "  " };

/* Returns the length; the text may have any byte in it. */
static size_t random_text(char *text, size_t size)
{
	int n = 1 + draw(draw(8) ? 30 : 2000);
	size_t len = 0;

	while (n-- && len < size - 64) {
		if (!draw(50))
			text[len++] = draw(256);
		len += sprintf(text + len, "%s%s", words[draw(ARRAY_SIZE(words))],
			       blanks[draw(ARRAY_SIZE(blanks))]);
	}
	return len;
}

/* As a rule would be; in half of all policies one byte is another. */
static size_t random_policy(char *text)
{
	static const char *const keys[] = { "", " exe=" SVC, " only", " log",
					    " gid=1-9,33", " net=any",
					    " addr=::1", " cgroup=/a" };
	size_t len = sprintf(text, "version 1\n");
	int n = draw(draw(8) ? 10 : 300);

	while (n--)
		len += sprintf(text + len, "%s %s %d uid=%d%s\n",
			       draw(2) ? "allow" : "deny",
			       draw(2) ? "tcp" : "any", 1 + draw(65535),
			       draw(1000), keys[draw(ARRAY_SIZE(keys))]);
	len += sprintf(text + len, "commit\n");
	if (draw(2))
		text[draw(len)] = draw(256);
	return len;
}

/* The parts are as long as chance has it. */
static void write_parts(int fd, const char *text, size_t len)
{
	while (len) {
		size_t part = 1 + draw(draw(4) ? 16 : 8192);
		ssize_t n = write(fd, text, part < len ? part : len);

		if (n <= 0)
			return;
		text += n;
		len -= n;
	}
}

/* To a command that may end before it has read all. */
static void fuzz_backend(void)
{
	static const char *const names[] = { "policy", "mode", "observed" };
	static char text[65536];
	FILE *f = backend_open("write", names[draw(ARRAY_SIZE(names))], "we");
	size_t len = draw(2) ? random_policy(text) :
			       random_text(text, sizeof(text));

	if (!f)
		return;
	fwrite(text, 1, len, f);
	pclose(f);
}

static void fuzz_file(void)
{
	static const char *const names[] = { "policy", "query", "mode",
					     "observed", "stats", "status" };
	static char text[65536];
	char path[128];
	int fd;

	snprintf(path, sizeof(path), PORTACL_DIR "%s",
		 names[draw(ARRAY_SIZE(names))]);
	fd = open(path, draw(2) ? O_RDWR : O_WRONLY);
	if (fd < 0)
		return;
	if (!draw(8))
		lseek(fd, draw(100), SEEK_SET);
	write_parts(fd, text, draw(2) ? random_policy(text) :
				      random_text(text, sizeof(text)));
	if (!draw(4))
		pread(fd, text, draw(sizeof(text)), draw(3) ? 0 : draw(10000));
	close(fd);
}

/* A port that the policy denies, where an address of the family may have it. */
static void random_address(struct sockaddr_storage *ss, int family)
{
	static const char *const addrs[] = { "127.0.0.1", "0.0.0.0", "::",
					     "::1", "::ffff:127.0.0.1" };
	size_t i;

	if (!draw(4)) {
		for (i = 0; i < sizeof(*ss); i++)
			((char *)ss)[i] = draw(256);
	} else {
		make_addr(ss, addrs[draw(ARRAY_SIZE(addrs))],
			  FIRST + draw(LAST - FIRST + 1));
	}
	if (!draw(4))
		ss->ss_family = draw(2) ? family : draw(AF_MAX);
}

static int option(int fd, int name)
{
	socklen_t len = sizeof(int);
	int value = 0;

	getsockopt(fd, SOL_SOCKET, name, &value, &len);
	return value;
}

/* What raw and ping sockets show in place of a port is none. */
static bool has_port(int fd)
{
	int family = option(fd, SO_DOMAIN), proto = option(fd, SO_PROTOCOL);
	int port = local_port(fd);

	return (family == AF_INET || family == AF_INET6 || family == AF_SMC) &&
	       option(fd, SO_TYPE) != SOCK_RAW && proto != IPPROTO_ICMP &&
	       proto != IPPROTO_ICMPV6 && port >= FIRST && port <= LAST;
}

static const int protos[] = { 0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
			      IPPROTO_UDPLITE, IPPROTO_DCCP, IPPROTO_MPTCP,
			      256 /* SMC */ };

/* Each socket of a foreign family would load a module, which takes long. */
static void load_no_more_modules(void)
{
	int type;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (type = SOCK_STREAM; type <= SOCK_DCCP; type++)
			close(socket(AF_INET6, type, protos[i]));
	write_file("/proc/sys/kernel/modprobe", "\n");
}

static int fuzz_socket(void)
{
	struct sockaddr_storage ss = {};
	int family = draw(3) ? (draw(2) ? AF_INET : AF_INET6) : draw(AF_MAX);
	int fd = socket(family, SOCK_NONBLOCK | (1 + draw(draw(4) ? 2 : 10)),
			draw(8) ? protos[draw(ARRAY_SIZE(protos))] : draw(256));
	int i, one = 1;
	bool wrong = false;

	if (fd < 0)
		return 0;
	for (i = 0; i < 3 && !wrong; i++) {
		if (!draw(3))
			setsockopt(fd, draw(2) ? SOL_SOCKET : draw(300), draw(80),
				   &one, sizeof(one));
		random_address(&ss, family);
		if (draw(4))
			bind(fd, (struct sockaddr *)&ss,
			     draw(4) ? (int)sizeof(ss) : draw(sizeof(ss)));
		else
			connect(fd, (struct sockaddr *)&ss, sizeof(ss));
		done[!!geteuid()]++;
		wrong = has_port(fd);
	}
	if (wrong)
		fprintf(stderr, "# family %d, protocol %d: port %d\n", family,
			option(fd, SO_PROTOCOL), local_port(fd));
	close(fd);
	return wrong;
}

/* Namespaces of its own for some, and then execs of what may not bind. */
static int fuzz_exec(void)
{
	static const int flags[] = { 0, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID };
	/* Root stays who it is, and so does the user. */
	struct launch how = { .path = draw(2) ? SVC : EVIL, .who = &root,
			      .flags = flags[draw(ARRAY_SIZE(flags))] };
	long err = EACCES;
	struct svc s;

	if (draw(2) || (how.flags && geteuid()))
		how.flags |= CLONE_NEWUSER;
	if (!svc_start(&s, &how)) {
		err = ask(&s, "tcp %d", FIRST);
		done[!!geteuid()]++;
	}
	svc_stop(&s);
	return !err && !(how.flags & CLONE_NEWNET);
}

static int run_some(int (*fuzz)(void), int tries)
{
	int wrong = 0;

	alarm(60);
	while (tries-- && !wrong)
		wrong = fuzz();
	return wrong;
}

static bool is_crash(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL ||
	       signal == SIGFPE || signal == SIGABRT;
}

/* In children, so that none ends the test, as root and as a user. */
static void run(struct __test_metadata *_metadata, int (*fuzz)(void), int tries)
{
	int n;

	for (n = 0; n < tries; n += 100, seed++) {
		pid_t pid = fork();
		int status;

		if (!pid)
			_exit((n / 100 % 2 && become(&user)) ||
			      run_some(fuzz, 100));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		/* By a signal: the alarm, or one that an option of a socket set. */
		EXPECT_FALSE(WIFSIGNALED(status) ? is_crash(WTERMSIG(status)) :
						   WEXITSTATUS(status))
			TH_LOG("seed=%u", seed);
	}
	TH_LOG("%d times by root, %d by the user", done[0], done[1]);
	EXPECT_LT(0, done[0]);
	if (tries > 100)
		EXPECT_LT(0, done[1]);
}

FIXTURE(fuzz)
{
	int tries;
};

FIXTURE_SETUP(fuzz)
{
	self->tries = parameter(" fuzz=", TRIES);
	seed = parameter(" seed=", 1);
	TH_LOG("fuzz=%d seed=%u", self->tries, seed);
	done = mmap(NULL, 2 * sizeof(*done), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, done);
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, portacl_write("policy", policy));
	ASSERT_EQ(0, portacl_write("mode", "enforce"));
}

FIXTURE_TEARDOWN(fuzz)
{
	EXPECT_EQ(0, portacl_write("mode", "enforce"));
	EXPECT_EQ(0, portacl_write("observed", "clear"));
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

TEST_F_TIMEOUT(fuzz, sockets, 1300)
{
	load_no_more_modules();
	run(_metadata, fuzz_socket, self->tries);
	write_file("/proc/sys/kernel/modprobe", "/sbin/modprobe\n");
}

TEST_F_TIMEOUT(fuzz, execs, 1300)
{
	run(_metadata, fuzz_exec, self->tries / 10);
}

/* The policy stays, or another one is in force, which loads as it is printed. */
TEST_F_TIMEOUT(fuzz, files, 1300)
{
	static char before[65536], after[65536];
	char generation[32];
	int i, loads = 0;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < self->tries; i++) {
		save_status(generation, sizeof(generation), "generation");
		ASSERT_LT(0, portacl_read("policy", before, sizeof(before)));
		if (has_backend())
			fuzz_backend();
		else
			fuzz_file();
		ASSERT_LT(0, portacl_read("policy", after, sizeof(after)));
		if (!strcmp(generation, status_value("generation"))) {
			ASSERT_STREQ(before, after) TH_LOG("try %d", i);
			continue;
		}
		ASSERT_EQ(0, portacl_write("policy", after)) TH_LOG("try %d", i);
		loads++;
	}
	TH_LOG("%d policies loaded", loads);
	EXPECT_LT(0, loads);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
