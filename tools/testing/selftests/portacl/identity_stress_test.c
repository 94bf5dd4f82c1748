// SPDX-License-Identifier: GPL-2.0-only
/*
 * Execs, binds, package upgrades, policy loads, readers, tracers and namespaces
 * at the same time, while a processor goes and comes back, the clock jumps and the
 * kernel freezes all processes.
 *
 * The words stress=SECONDS and seed=NUMBER on the kernel's command line change
 * how long this takes and what the processes choose.
 */
#include "identity.h"

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <time.h>

#define SECONDS 10

#define CPU1 "/sys/devices/system/cpu/cpu1/online"
#define POWER "/sys/power/"
#define FROZEN_SECONDS "/sys/module/suspend/parameters/pm_test_delay"

/* Shared by all processes of the test. */
struct counts {
	int stop;
	pid_t service;
	int granted;
	int replaced;
	int attacks;
};

static struct counts *counts;
static unsigned int seed;

static const char stress_rules[] = ONLY_SVC " nolog";

static void count(int *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static int draw(int n)
{
	return rand_r(&seed) % n;
}

static long number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? atol(at + strlen(key)) : 0;
}

/* Refusals of programs that were replaced, since boot; some were traced as well. */
static long refusals(void)
{
	char text[16384];

	if (portacl_read("stats", text, sizeof(text)) < 0)
		return -1;
	return number_after(text, "reason=\"deleted\" count=") +
	       number_after(text, "reason=\"traced\" count=");
}

/* Each of the following is called over and over; 0, or an errno that is wrong. */

static int serve(void)
{
	struct svc s;
	long err;

	if (svc_run(&s, SVC)) {
		svc_stop(&s);
		return ENOEXEC;
	}
	counts->service = s.pid;
	err = ask(&s, "tcp 80");
	svc_stop(&s);
	if (err && err != EACCES)
		return EPROTO;
	count(err ? &counts->replaced : &counts->granted);
	return 0;
}

static int attack(void)
{
	struct svc s;
	long err = svc_run(&s, EVIL) ? LONG_MIN : ask(&s, "tcp 80");

	svc_stop(&s);
	count(&counts->attacks);
	return err == EACCES ? 0 : EPROTO;
}

static int upgrade(void)
{
	usleep(100000);
	return copy_program("svc", SVC ".new") || rename(SVC ".new", SVC) ?
		       errno : 0;
}

/* Rules come and go round the one that stays. */
static int reload(void)
{
	char rules[8192];
	int i, n = draw(100);
	size_t len = 0;

	for (i = 0; i < n; i++)
		len += snprintf(rules + len, sizeof(rules) - len,
				"allow tcp %d exe=%s%d uid=%d\n", 1000 + draw(n),
				SVC, i, draw(40));
	return -load_rules("%.*s%s", (int)len, rules, stress_rules);
}

static int set_mode(void)
{
	usleep(draw(10000));
	return -portacl_write("mode", "enforce");
}

static int read_files(void)
{
	static const char *const names[] = { "status", "policy", "mode",
					     "observed", "stats", "lock" };
	const char *name = names[draw(ARRAY_SIZE(names) - has_backend())];
	char path[128], text[16384];
	ssize_t n;
	int fd;

	if (has_backend())
		return portacl_read(name, text, sizeof(text)) < 0 ? EIO : 0;
	snprintf(path, sizeof(path), PORTACL_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	while ((n = read(fd, text, 1 + draw(sizeof(text)))) > 0)
		;
	close(fd);
	return n < 0 ? errno : 0;
}

static int ask_kernel(void)
{
	bool granted = draw(2);
	char text[256] = "";
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);

	if (has_backend())
		return usleep(100000);
	if (fd < 0)
		return errno;
	dprintf(fd, "tcp 80 exe=%s uid=%d\n", SVC, granted ? 33 : 34);
	pread(fd, text, sizeof(text) - 1, 0);
	close(fd);
	return strncmp(text, granted ? "allow" : "deny ", 5) ? EPROTO : 0;
}

/* Only a service whose file was replaced before its exec lets itself be traced. */
static int trace(void)
{
	pid_t pid = counts->service;
	char path[32], exe[64] = "";

	if (ptrace(PTRACE_SEIZE, pid, 0, 0))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	readlink(path, exe, sizeof(exe) - 1);
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	return strcmp(exe, SVC) ? 0 : EPROTO;
}

/* The port of another network is another one. */
static int enter_namespaces(const void *arg)
{
	(void)arg;
	if (own_user_net())
		return CHILD_BROKEN;
	return open_bound(&tcp, "127.0.0.1", 80) < 0;
}

static int use_namespaces(void)
{
	return run_as(&user, enter_namespaces, NULL) ? EPROTO : 0;
}

/* EBUSY: the kernel is about to freeze. */
static int plug(void)
{
	int err;

	usleep(200000);
	err = -(write_file(CPU1, "0") ?: write_file(CPU1, "1"));
	return err == EBUSY ? 0 : err;
}

/*
 * Begin to suspend to idle: the kernel freezes all processes for a second.  EBUSY: one
 * could not be frozen.  A kernel without PM_DEBUG would not come back.
 */
static int suspend(void)
{
	int err;

	usleep(500000);
	if (access(POWER "pm_test", W_OK))
		return 0;
	err = -(write_file(FROZEN_SECONDS, "1") ?:
		write_file(POWER "pm_test", "freezer") ?:
		write_file(POWER "state", "freeze"));
	return err == EBUSY ? 0 : err;
}

static int set_clock(void)
{
	static const int years[] = { 20, -20 };
	static int n;
	struct timespec now;

	usleep(50000);
	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += years[n++ % 2] * 365 * 86400L;
	return clock_settime(CLOCK_REALTIME, &now) ? errno : 0;
}

static const struct actor {
	const char *name;
	int (*act)(void);
	const struct subject *who;
} actors[] = {
	{ "serve", serve, &root },
	{ "serve", serve, &root },
	{ "attack", attack, &root },
	{ "upgrade", upgrade, &root },
	{ "reload", reload, &root },
	{ "set_mode", set_mode, &root },
	{ "read_files", read_files, &root },
	{ "ask_kernel", ask_kernel, &root },
	{ "trace", trace, &user },
	{ "use_namespaces", use_namespaces, &root },
	{ "plug", plug, &root },
	{ "suspend", suspend, &root },
	{ "set_clock", set_clock, &root },
};

static int run_actor(const struct actor *a)
{
	int err = 0;

	seed += a - actors;
	if (become(a->who))
		return CHILD_BROKEN;
	/* An even number: the clock is back. */
	while (!err && !__atomic_load_n(&counts->stop, __ATOMIC_RELAXED))
		err = a->act() ?: a->act();
	if (err)
		fprintf(stderr, "# %s: %s\n", a->name, strerror(err));
	return err;
}

FIXTURE(stress)
{
};

FIXTURE_SETUP(stress)
{
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, counts);
	seed = parameter(" seed=", 1);
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(stress_rules));
	ASSERT_EQ(0, portacl_write("mode", "enforce"));
}

FIXTURE_TEARDOWN(stress)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/*
 * No process gets a port that the policy denies it.  A process that the policy
 * allows may be refused in one case: the file was replaced between the open and
 * the exec.  Each refusal is counted once.
 */
TEST_F_TIMEOUT(stress, all_at_once, 1300)
{
	int seconds = parameter(" stress=", SECONDS);
	long before = refusals();
	pid_t pids[ARRAY_SIZE(actors)];
	size_t i;

	ASSERT_LE(0, before);
	TH_LOG("stress=%d seed=%u", seconds, seed);
	for (i = 0; i < ARRAY_SIZE(actors); i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(run_actor(actors + i));
	}
	sleep(seconds);
	counts->stop = 1;
	for (i = 0; i < ARRAY_SIZE(actors); i++)
		EXPECT_EQ(0, wait_child(pids[i]));
	TH_LOG("granted %d, refused %d while being replaced; another %d",
	       counts->granted, counts->replaced, counts->attacks);
	EXPECT_LT(0, counts->granted);
	EXPECT_LT(0, counts->attacks);
	/* Another backend does not count reasons. */
	if (!has_backend())
		EXPECT_EQ(refusals() - before, counts->replaced);
}

int main(int argc, char **argv)
{
	return audit_main(argc, argv);
}
