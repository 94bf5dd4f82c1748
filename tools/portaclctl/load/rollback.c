// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second process, away from the terminal, brings the old policy back unless
 * it is told in time that the new one is good.  It runs before the new policy
 * is loaded.  If either process dies, the other one rolls back.  The second one
 * alone replaces the file of the policy: either it does so and the new policy
 * stays, or it brings the old one back.
 */
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "load/rollback.h"

/* The words between the two processes. */
enum {
	SAY_READY = 'r',	/* the guard waits */
	SAY_LOADED = 'l',	/* the time starts, or starts again */
	SAY_KEEP = 'k',		/* the policy is confirmed */
	SAY_NOT_LOADED = 'n',
	SAY_ROLL_BACK = 'b',
};

/* Exit status of the guard; 2 is that of die(). */
enum {
	GUARD_KEPT = 0,
	GUARD_FAILED = 2,
	GUARD_ROLLED_BACK = 3,
};

#define ATTEMPTS 3
/* How often the guard checks whether the policy is in force. */
#define CHECK_MS 1000

static volatile sig_atomic_t stopped;

static void on_stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/*
 * From here on no signal but KILL ends a process, writes to a closed pipe fail
 * with EPIPE, and INT, TERM, HUP and QUIT mean that nothing is confirmed.
 */
static void block_signals(void)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction stop = { .sa_handler = on_stop };
	sigset_t all;
	u32 i;

	sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, NULL))
		die_errno("signals");
	for (i = 0; i < ARRAY_SIZE(stops); i++)
		if (sigaction(stops[i], &stop, NULL))
			die_errno("signals");
}

/* The signals that end the wait for an answer. */
static void stop_signals(sigset_t *blocked)
{
	sigfillset(blocked);
	sigdelset(blocked, SIGINT);
	sigdelset(blocked, SIGTERM);
	sigdelset(blocked, SIGHUP);
	sigdelset(blocked, SIGQUIT);
}

/*
 * Wait until there is something to read, the time is up or a signal came.
 * Return what ppoll() returns; 0 also if a signal came before.
 */
static int wait_for(struct pollfd *fds, u32 nr, u64 deadline,
		    const sigset_t *blocked)
{
	u64 now = now_ms(), left = deadline - now;
	struct timespec timeout = { left / 1000, left % 1000 * 1000000 };

	if (now >= deadline || stopped)
		return 0;
	return ppoll(fds, nr, &timeout, blocked);
}

/* Bring the old policy back; it may fail for lack of memory. */
static bool roll_back(const char *rollback, char **why)
{
	u32 attempt;

	for (attempt = 1; !kernel_load(rollback, strlen(rollback), why);
	     attempt++) {
		if (attempt == ATTEMPTS || errno == ESTALE)
			return false;
		free(*why);
		sleep(1);
	}
	return true;
}

/*
 * The kernel looks up the programs of a policy after it has put the policy in
 * force.  A look-up may wait for ever, so the policy may be in force although
 * the load has not returned.  A later generation is in force only if this load
 * has come into force before, or cannot any more.  The BPF backend looks up no
 * program.
 */
static bool is_loaded(const struct guard *guard)
{
	autofree char *status = kernel_is_bpf() ? NULL :
						  kernel_try_read("status");

	return status && get_number(status, "generation", 0) > guard->before;
}

/*
 * The last word of the other process; 0: there is none, or not in time.  The
 * time starts when the policy is in force.  If it started earlier, a load that
 * takes longer would leave a policy in force that nothing rolls back.
 */
static char wait_for_word(const struct guard *guard, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	u64 deadline = 0;
	char word;
	int ready;

	for (;;) {
		ready = wait_for(&poll_fd, 1,
				 deadline ? deadline : now_ms() + CHECK_MS,
				 NULL);
		if (ready < 0 || (!ready && deadline))
			return 0;
		if (ready) {
			if (read(fd, &word, 1) != 1)
				return 0;
			if (word != SAY_LOADED)
				return word;
		}
		if (ready || is_loaded(guard))
			deadline = now_ms() + guard->seconds * 1000ULL;
	}
}

static bool is_unchanged(const struct guard *guard)
{
	autofree char *now = read_file(guard->to, NULL);

	if (!strcmp(now ? now : "", guard->old))
		return true;
	errno = ESTALE;
	return false;
}

/* Replace the file; what goes wrong is for the other process to print. */
static bool replace_file(const struct guard *guard, int fd)
{
	int error;

	if (!guard->from ||
	    (is_unchanged(guard) && !rename(guard->from, guard->to)))
		return true;
	error = errno;
	if (write(fd, &error, sizeof(error)) != sizeof(error))
		syslog(LOG_AUTH | LOG_ERR, "%s: %s", guard->to,
		       strerror(error));
	return false;
}

static void NORETURN run_guard(const struct guard *guard, int fd)
{
	char word = SAY_READY, *why;

	/* A terminal or a session that ends must not end the guard. */
	setsid();
	if (write(fd, &word, 1) != 1)
		_exit(GUARD_FAILED);
	word = wait_for_word(guard, fd);
	if (word == SAY_NOT_LOADED)
		_exit(GUARD_KEPT);
	if (word == SAY_KEEP && replace_file(guard, fd))
		_exit(GUARD_KEPT);
	if (!roll_back(guard->rollback, &why)) {
		syslog(LOG_AUTH | LOG_ERR,
		       "policy not confirmed, not rolled back: %s", why);
		_exit(GUARD_FAILED);
	}
	/* Else the other process removes it, to which it also is the sign. */
	if (guard->from && !word)
		unlink(guard->from);
	syslog(LOG_AUTH | LOG_WARNING, "policy not confirmed, rolled back");
	_exit(GUARD_ROLLED_BACK);
}

/**
 * guard_start - start the process that brings the old policy back
 * @guard: what it does; the process is stored there
 *
 * If it cannot be started, the caller exits.
 */
void guard_start(struct guard *guard)
{
	char word;
	int fds[2];

	block_signals();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		die_errno("not loaded: socketpair");
	fflush(NULL);
	guard->pid = fork();
	if (guard->pid < 0)
		die_errno("not loaded: fork");
	if (!guard->pid) {
		close(fds[1]);
		run_guard(guard, fds[0]);
	}
	close(fds[0]);
	guard->fd = fds[1];
	if (read(guard->fd, &word, 1) != 1)
		die("not loaded: the process that would bring the old policy back has ended");
}

static bool tell(const struct guard *guard, char word)
{
	return write(guard->fd, &word, 1) == 1;
}

/* The policy was not loaded. */
void guard_dismiss(struct guard *guard)
{
	tell(guard, SAY_NOT_LOADED);
}

/* The policy was loaded: the time to confirm it starts, or starts again. */
void guard_watch(struct guard *guard)
{
	/* If the guard is gone, guard_confirm() notices. */
	tell(guard, SAY_LOADED);
}

/* Read the administrator's answer: yes, no, or nothing in time. */
static char read_answer(const struct guard *guard, int fd, u64 deadline)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = guard->fd, .events = POLLIN },
	};
	sigset_t blocked;
	char line[16];
	ssize_t len;

	stop_signals(&blocked);
	if (wait_for(fds, ARRAY_SIZE(fds), deadline, &blocked) <= 0 ||
	    fds[1].revents)
		return 0;
	len = read(fd, line, sizeof(line) - 1);
	if (len <= 0)
		return 0;
	line[len] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return !strcasecmp(line, "y") || !strcasecmp(line, "yes") ?
	       SAY_KEEP : SAY_ROLL_BACK;
}

/* Return true if a guard that was killed had replaced the file. */
static bool has_replaced(const struct guard *guard)
{
	return guard->from && access(guard->from, F_OK) && errno == ENOENT;
}

/*
 * Wait for the guard, and read the error of its rename.  If the wait fails, the
 * end of the socket is that of the guard.  Return its exit status, or -1.
 */
static int wait_for_guard(const struct guard *guard, int *error)
{
	int status;
	char byte;

	*error = 0;
	if (waitpid(guard->pid, &status, 0) != guard->pid) {
		while (read(guard->fd, &byte, 1) > 0)
			;
		return -1;
	}
	if (recv(guard->fd, error, sizeof(*error), MSG_DONTWAIT) < 0)
		*error = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The new policy is not in force any more. */
static int report_rollback(const struct guard *guard, char answer, int error)
{
	if (error)
		warn("%s: %s", guard->to,
		     error == ESTALE ? "somebody else has changed it meanwhile" :
				       strerror(error));
	if (answer == SAY_KEEP)
		warn("rolled back: the old policy is in force%s",
		     guard->from ? ", and the file is unchanged" : "");
	else
		print("rolled back\n");
	return answer == SAY_KEEP ? EXIT_ERROR : EXIT_REFUSED;
}

/* Wait for the guard, and tell what it did; do it if it could not. */
static int report(const struct guard *guard, char answer)
{
	int error, status = wait_for_guard(guard, &error);
	char *why;

	if (status == GUARD_KEPT ||
	    (status < 0 && answer == SAY_KEEP && has_replaced(guard)))
		return EXIT_OK;
	if (status < 0 && answer == SAY_KEEP && !guard->from)
		die("it is not known whether the old policy came back: portaclctl status");
	if (status != GUARD_ROLLED_BACK && !roll_back(guard->rollback, &why))
		die("not rolled back: %s", why);
	return report_rollback(guard, answer, error);
}

/**
 * guard_keep - let the new policy stay, without a question
 * @guard: the process that replaces the file, or brings the old policy back
 *
 * Return: exit status: the policy stays, or the file could not be replaced.
 */
int guard_keep(struct guard *guard)
{
	tell(guard, SAY_KEEP);
	return report(guard, SAY_KEEP);
}

static bool is_in_force(const struct guard *guard)
{
	autofree char *now = kernel_status("generation");

	return now && !strcmp(now, guard->generation);
}

/* The policy in force is another one: its loader did not ask this question. */
static int report_other(struct guard *guard)
{
	int error;

	guard_dismiss(guard);
	wait_for_guard(guard, &error);
	warn("not confirmed: another policy was loaded meanwhile, and stays");
	return EXIT_ERROR;
}

/**
 * guard_confirm - roll back unless the new policy is confirmed in time
 * @guard: the process that does it
 * @answer_fd: where the answer is read
 *
 * Return: exit status: the new policy was confirmed, or not.
 */
int guard_confirm(struct guard *guard, int answer_fd)
{
	u64 deadline = now_ms() + guard->seconds * 1000ULL;
	char answer = 0;
	int ret;

	/* The load may have taken a part of the time. */
	guard_watch(guard);
	print("Type yes within %u seconds to keep this policy: ",
	      guard->seconds);
	/* If nobody can read the question, nobody answers it. */
	if (!fflush(stdout))
		answer = read_answer(guard, answer_fd, deadline);
	if (answer == SAY_KEEP && !is_in_force(guard))
		return report_other(guard);
	if (!answer)
		print("\n");
	else
		tell(guard, answer);
	/* Without an answer this is what makes the guard act. */
	shutdown(guard->fd, SHUT_WR);
	ret = report(guard, answer);
	if (ret == EXIT_OK)
		print("confirmed\n");
	return ret;
}
