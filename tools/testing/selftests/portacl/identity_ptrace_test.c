// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing code into a program that runs: by a tracer that was there before
 * the exec, and by all ways in after it.
 */
#include "identity.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

/* One way in: from its pid to the value of its canary. */
struct attack {
	pid_t pid;
	long address;
};

static int attach(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_ATTACH, pid, 0, 0))
		return errno;
	waitpid(pid, &status, __WALL);
	return 0;
}

static int by_ptrace(const void *arg)
{
	const struct attack *a = arg;
	int err = attach(a->pid);

	if (err)
		return err;
	err = ptrace(PTRACE_POKEDATA, a->pid, a->address, POKED) ? errno : 0;
	ptrace(PTRACE_DETACH, a->pid, 0, 0);
	return err;
}

static int by_seize(const void *arg)
{
	const struct attack *a = arg;
	int status, err;

	if (ptrace(PTRACE_SEIZE, a->pid, 0, 0) ||
	    ptrace(PTRACE_INTERRUPT, a->pid, 0, 0))
		return errno;
	waitpid(a->pid, &status, __WALL);
	err = ptrace(PTRACE_POKEDATA, a->pid, a->address, POKED) ? errno : 0;
	ptrace(PTRACE_DETACH, a->pid, 0, 0);
	return err;
}

static int by_writev(const void *arg)
{
	const struct attack *a = arg;
	long value = POKED;
	struct iovec from = { &value, sizeof(value) };
	struct iovec to = { (void *)a->address, sizeof(value) };

	return process_vm_writev(a->pid, &from, 1, &to, 1, 0) < 0 ? errno : 0;
}

static int by_mem(const void *arg)
{
	const struct attack *a = arg;
	long value = POKED;
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%d/mem", a->pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? EPERM : errno;
	err = pwrite(fd, &value, sizeof(value), a->address) < 0 ? errno : 0;
	close(fd);
	return err;
}

/* Not a write, but the way to its sockets. */
static int by_getfd(const void *arg)
{
	const struct attack *a = arg;
	int pidfd = syscall(SYS_pidfd_open, a->pid, 0);

	return syscall(SYS_pidfd_getfd, pidfd, 0, 0) < 0 ? errno : 0;
}

FIXTURE(attack)
{
	struct svc s;
};

FIXTURE_VARIANT(attack)
{
	int (*run)(const void *arg);
	bool pokes;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(attack, ptrace) { by_ptrace, true };
FIXTURE_VARIANT_ADD(attack, seize) { by_seize, true };
FIXTURE_VARIANT_ADD(attack, process_vm_writev) { by_writev, true };
FIXTURE_VARIANT_ADD(attack, proc_mem) { by_mem, true };
FIXTURE_VARIANT_ADD(attack, pidfd_getfd) { by_getfd, false };
/* clang-format on */

/* Yama is another module's affair: its narrower rule would hide ours. */
static void without_yama(void)
{
	write_file("/proc/sys/kernel/yama/ptrace_scope", "0\n");
}

FIXTURE_SETUP(attack)
{
	ASSERT_EQ(0, identity_install());
	without_yama();
	ASSERT_EQ(0, load_rules(ONLY_SVC));
}

FIXTURE_TEARDOWN(attack)
{
	write_file("/proc/sys/fs/suid_dumpable", "0\n");
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

#define ATTACK(s, who) attack_as(s, who, variant->run, variant->pokes)

/* 0 if the attack works: the program then has another value. */
static int attack_as(struct svc *s, const struct subject *who,
		     int (*run)(const void *arg), bool pokes)
{
	struct attack a = { s->pid, ask(s, "address") };
	int err = run_as(who, run, &a);
	long want = pokes && !err ? POKED : CANARY;
	long value = ask(s, "canary");

	if (value != want || ask(s, "canary %d", CANARY) != CANARY)
		return CHILD_BROKEN;
	return err;
}

TEST_F(attack, unlisted)
{
	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	EXPECT_EQ(0, ATTACK(&self->s, &user));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &other));
	svc_stop(&self->s);
}

TEST_F(attack, listed)
{
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &user));
	EXPECT_EQ(0, ATTACK(&self->s, &root));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* As nginx does in each of its workers. */
TEST_F(attack, dumpable_again)
{
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &user));
	EXPECT_EQ(0, ATTACK(&self->s, &root));
	svc_stop(&self->s);
}

TEST_F(attack, suid_dumpable)
{
	ASSERT_EQ(0, write_file("/proc/sys/fs/suid_dumpable", "1\n"));
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(1, ask(&self->s, "dumpable"));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &user));
	svc_stop(&self->s);
}

/* Started by root, as a rule a daemon is. */
TEST_F(attack, from_root)
{
	struct launch how = { .path = EVIL, .who = &root };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	EXPECT_EQ(0, ATTACK(&self->s, &user));
	svc_stop(&self->s);
	how.path = SVC;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &user));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* And before there was a rule: protected from the load on. */
TEST_F(attack, from_root_before_rule)
{
	struct launch how = { .path = SVC, .who = &root };

	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	EXPECT_EQ(0, ATTACK(&self->s, &user));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &user));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* A protected task stays protected: it may hold a bound socket. */
TEST_F(attack, rule_removed)
{
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	ASSERT_EQ(0, reset_policy());
	EXPECT_EQ(EPERM, ATTACK(&self->s, &user));
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 80"));
	svc_stop(&self->s);
}

/* The owner of a user namespace has every capability over what is in it. */
TEST_F(attack, userns_after_exec)
{
	char request[32];

	snprintf(request, sizeof(request), "unshare %d", CLONE_NEWUSER);
	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	ASSERT_EQ(0, ask(&self->s, "%s", request));
	EXPECT_EQ(0, ATTACK(&self->s, &user));
	svc_stop(&self->s);
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	ASSERT_EQ(0, ask(&self->s, "%s", request));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &user));
	svc_stop(&self->s);
}

/* accept=env on all its rules: it runs as it always did. */
TEST_F(attack, accept_env)
{
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=" SVC
				" uid=33 accept=env only"));
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(0, ATTACK(&self->s, &user));
	EXPECT_EQ(EPERM, ATTACK(&self->s, &other));
	svc_stop(&self->s);
}

FIXTURE(traced)
{
	struct svc s;
};

FIXTURE_SETUP(traced)
{
	ASSERT_EQ(0, identity_install());
	without_yama();
	ASSERT_EQ(0, load_rules(ONLY_SVC));
}

FIXTURE_TEARDOWN(traced)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

enum tracer { STAYS = 1, DETACHES, WAITS };

/* Lets the child run, and pass on the signal of each of its execs. */
static void trace(pid_t pid, enum tracer kind)
{
	int status;

	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		if (kind == DETACHES)
			ptrace(PTRACE_DETACH, pid, 0, 0);
		else
			ptrace(PTRACE_CONT, pid, 0, 0);
	}
}

/* The forked process becomes the tracer, its child goes on to the exec. */
static int under_tracer(const struct launch *how)
{
	pid_t pid = fork();

	if (pid > 0) {
		close(0);
		close(1);
		syscall(SYS_close_range, 3, ~0U, 0);
		trace(pid, how->arg);
		_exit(0);
	}
	if (how->arg == WAITS)
		return 0;
	return ptrace(PTRACE_TRACEME, 0, 0, 0) ? errno : 0;
}

static int tracer_of(pid_t pid)
{
	char path[64], text[4096] = "", *line;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	read_file(path, text, sizeof(text));
	line = strstr(text, "TracerPid:");
	return line ? atoi(line + strlen("TracerPid:")) : -1;
}

static int start_traced(struct svc *s, int (*last)(const struct launch *how),
			long arg)
{
	struct launch how = { .path = SVC, .last = last, .arg = arg };

	return svc_start(s, &how);
}

TEST_F(traced, through_exec)
{
	ASSERT_EQ(0, start_traced(&self->s, under_tracer, STAYS));
	EXPECT_EQ(self->s.started, tracer_of(self->s.pid));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "traced");
	svc_stop(&self->s);
}

static void *write_tid(void *fd)
{
	pid_t tid = gettid();

	if (write((long)fd, &tid, sizeof(tid)) != sizeof(tid))
		return NULL;
	for (;;)
		pause();
}

/* The forked process traces the second thread of its child, which executes. */
static int under_thread_tracer(const struct launch *how)
{
	int tids[2], errs[2], err = 0;
	pthread_t thread;
	pid_t pid, tid;

	if (pipe2(tids, O_CLOEXEC) || pipe2(errs, O_CLOEXEC))
		return errno;
	pid = fork();
	if (pid > 0) {
		if (read(tids[0], &tid, sizeof(tid)) != sizeof(tid) ||
		    ptrace(PTRACE_SEIZE, tid, 0, 0))
			err = errno;
		if (write(errs[1], &err, sizeof(err)) != sizeof(err))
			_exit(1);
		close(0);
		close(1);
		trace(tid, how->arg);
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	/* The change of user has made it undumpable. */
	prctl(PR_SET_DUMPABLE, 1);
	err = pthread_create(&thread, NULL, write_tid, (void *)(long)tids[1]);
	if (err || read(errs[0], &err, sizeof(err)) != sizeof(err))
		return err ?: EIO;
	return err;
}

TEST_F(traced, second_thread)
{
	ASSERT_EQ(0, start_traced(&self->s, under_thread_tracer, STAYS));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "traced");
	svc_stop(&self->s);
}

/* The tracer may have left code behind. */
TEST_F(traced, detached_after_exec)
{
	ASSERT_EQ(0, start_traced(&self->s, under_tracer, DETACHES));
	EXPECT_EQ(0, tracer_of(self->s.pid));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "traced");
	svc_stop(&self->s);
}

/* strace by root is what an administrator may do. */
TEST_F(traced, by_root)
{
	struct launch how = {
		.path = SVC,
		.root = under_tracer,
		.arg = STAYS,
	};

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(self->s.started, tracer_of(self->s.pid));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, self->s.pid, 0, 0));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

static int seize_and_wait(const void *arg)
{
	const struct attack *a = arg;

	if (ptrace(PTRACE_SEIZE, a->pid, 0, 0))
		return errno;
	pause();
	return 0;
}

/* A tracer that came before there was a rule. */
TEST_F(traced, before_rule)
{
	struct launch how = { .path = SVC, .who = &root };
	struct attack a;
	pid_t tracer;

	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	a.pid = self->s.pid;
	tracer = fork();
	if (!tracer)
		_exit(become(&user) ? CHILD_BROKEN : seize_and_wait(&a));
	while (!tracer_of(self->s.pid) && !waitpid(tracer, NULL, WNOHANG))
		usleep(1000);
	EXPECT_EQ(tracer, tracer_of(self->s.pid));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "traced");
	/* Nor does a thread or a child of it get the port. */
	EXPECT_STREQ("traced", outcome_of(&self->s, "thread tcp 80"));
	end_child(tracer);
	svc_stop(&self->s);
}

/* The program itself asks to be traced, by the parent that waits for it. */
TEST_F(traced, traceme)
{
	struct launch how = {
		.path = EVIL,
		.last = under_tracer,
		.arg = WAITS,
	};

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(0, ask(&self->s, "traceme"));
	EXPECT_EQ(self->s.started, tracer_of(self->s.pid));
	svc_stop(&self->s);
	how.path = SVC;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(EPERM, ask(&self->s, "traceme"));
	EXPECT_EQ(0, tracer_of(self->s.pid));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/*
	 * By root it may, but the kernel notes the program's own credentials
	 * as those of the tracer.
	 */
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(0, ask(&self->s, "traceme"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "traced");
	svc_stop(&self->s);
}

/*
 * A second process of the same program.  The attacker may have run it outside
 * the cgroup of the rule, or with a module of theirs.
 */
TEST_F(traced, by_its_own_kind)
{
	static const char *const rules[] = {
		ONLY_SVC " accept=env", ONLY_SVC " accept=nnp", ONLY_SVC,
	};
	struct svc evil;
	char poke[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		ASSERT_EQ(0, load_rules("%s", rules[i]));
		ASSERT_EQ(0, svc_run(&self->s, SVC));
		ASSERT_EQ(0, svc_run(&evil, SVC));
		ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
		snprintf(poke, sizeof(poke), "poke %d %#lx", self->s.pid,
			 ask(&self->s, "address"));
		/* The control: with accept=env the program is unprotected. */
		EXPECT_EQ(i ? EPERM : 0, ask(&evil, "%s", poke));
		EXPECT_EQ(i ? CANARY : POKED, ask(&self->s, "canary"));
		svc_stop(&evil);
		svc_stop(&self->s);
	}
}

static int null_as_stderr(const struct launch *how)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)how;
	return dup2(fd, 2) < 0 ? errno : 0;
}

/* A developer may still do this with a program that a rule names. */
TEST_F(traced, r19_what_a_developer_sees)
{
	struct launch how = { .path = SVC, .last = null_as_stderr };
	int i, err;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, load_rules("%s%s", ONLY_SVC,
					i ? " accept=env" : ""));
		err = i ? 0 : EACCES;
		ASSERT_EQ(0, svc_start(&self->s, &how));
		EXPECT_EQ(err, ask(&self->s, "open /proc/self/auxv"));
		EXPECT_EQ(err, ask(&self->s, "open /proc/self/environ"));
		EXPECT_EQ(0, ask(&self->s, "open /proc/self/fd/2"));
		err = i ? 0 : EPERM;
		EXPECT_EQ(err, attack_as(&self->s, &user, by_ptrace, true));
		EXPECT_EQ(0, attack_as(&self->s, &root, by_ptrace, true));
		EXPECT_GRANTED(&self->s);
		svc_stop(&self->s);
	}
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
