// SPDX-License-Identifier: GPL-2.0-only
/*
 * Execs, binds, package upgrades and policy loads at the same time.
 */
#include "identity.h"

#define SECONDS 10

/* Shared by all processes of the test. */
struct counts {
	int stop;
	int granted;
	int refused;
	int other;
};

static const char stress_rules[] = ONLY_SVC " nolog";

/* Refusals for this reason since boot. */
static long refusals(const char *reason)
{
	char text[16384], key[64], *line;
	long count = 0;

	snprintf(key, sizeof(key), "reason=\"%s\" count=", reason);
	if (portacl_read("stats", text, sizeof(text)) < 0)
		return -1;
	line = strstr(text, key);
	if (line)
		count = atol(line + strlen(key));
	return count;
}

/* Execute it and bind, over and over. */
static int run_program(const char *path, struct counts *c)
{
	struct svc s;

	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		long err = svc_run(&s, path) ? -1 : ask(&s, "tcp 80");

		__atomic_add_fetch(!err ? &c->granted :
				   err == EACCES ? &c->refused : &c->other, 1,
				   __ATOMIC_RELAXED);
		svc_stop(&s);
	}
	return 0;
}

static int upgrade(const char *path, struct counts *c)
{
	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		if (copy_program("svc", SVC ".new") || rename(SVC ".new", path))
			return 1;
		usleep(100000);
	}
	return 0;
}

/* Rules come and go round the one that stays. */
static int reload(const char *path, struct counts *c)
{
	char rules[4096];
	int i, n = 0;

	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		size_t len = 0;

		for (i = 0; i < n; i++)
			len += snprintf(rules + len, sizeof(rules) - len,
					"allow tcp %d exe=%s%d uid=33\n",
					1000 + i, path, i);
		if (load_rules("%.*s%s", (int)len, rules, stress_rules))
			return 1;
		n = (n + 7) % 50;
	}
	return 0;
}

static pid_t start(int (*run)(const char *, struct counts *), const char *path,
		   struct counts *c)
{
	pid_t pid = fork();

	if (!pid)
		_exit(run(path, c));
	return pid;
}

FIXTURE(stress)
{
	struct counts *good;
	struct counts *bad;
};

FIXTURE_SETUP(stress)
{
	self->good = mmap(NULL, 2 * sizeof(*self->good),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	ASSERT_NE(MAP_FAILED, self->good);
	self->bad = self->good + 1;
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(stress_rules));
}

FIXTURE_TEARDOWN(stress)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/*
 * No process gets a port that the policy denies it.  A process that the policy
 * allows may be refused in one case: the file was replaced between the open and
 * the exec.
 */
TEST_F_TIMEOUT(stress, all_at_once, 6 * SECONDS)
{
	long deleted = refusals("deleted");
	pid_t pids[6];
	size_t i;

	ASSERT_LE(0, deleted);
	pids[0] = start(run_program, SVC, self->good);
	pids[1] = start(run_program, SVC, self->good);
	pids[2] = start(run_program, SVC, self->good);
	pids[3] = start(run_program, EVIL, self->bad);
	pids[4] = start(upgrade, SVC, self->good);
	pids[5] = start(reload, SVC, self->good);
	sleep(SECONDS);
	self->good->stop = 1;
	self->bad->stop = 1;
	for (i = 0; i < ARRAY_SIZE(pids); i++)
		EXPECT_EQ(0, wait_child(pids[i]));
	TH_LOG("granted %d, refused %d while being replaced; another %d",
	       self->good->granted, self->good->refused, self->bad->refused);
	EXPECT_LT(0, self->good->granted);
	EXPECT_EQ(refusals("deleted") - deleted, self->good->refused);
	EXPECT_EQ(0, self->good->other);
	EXPECT_EQ(0, self->bad->granted);
	EXPECT_LT(0, self->bad->refused);
	EXPECT_EQ(0, self->bad->other);
}

int main(int argc, char **argv)
{
	return audit_main(argc, argv);
}
