// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second process, away from the terminal, brings the old policy back unless
 * it is told in time that the new one is good.  It runs before the new policy
 * is loaded.  If either process dies, the other one rolls back.
 */
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "load/rollback.h"

/* What the two processes tell each other. */
enum {
	SAY_READY = 'r',	/* the guard waits */
	SAY_LOADED = 'l',	/* the time starts */
	SAY_KEEP = 'k',		/* the policy is confirmed, or was not loaded */
	SAY_ROLL_BACK = 'b',
};

/* Exit status of the guard; 2 is that of die(). */
enum {
	GUARD_KEPT = 0,
	GUARD_FAILED = 2,
	GUARD_ROLLED_BACK = 3,
};

#define ATTEMPTS 3

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

/* Wait until there is something to read, the time is up or a signal came. */
static bool wait_for(struct pollfd *fds, u32 nr, u64 deadline,
		     const sigset_t *blocked)
{
	u64 now = now_ms(), left = deadline - now;
	struct timespec timeout = { left / 1000, left % 1000 * 1000000 };

	if (now >= deadline || stopped)
		return false;
	return ppoll(fds, nr, &timeout, blocked) > 0;
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

/* Has the new policy to stay?  Not if the other process is gone. */
static bool wait_for_word(int fd, u32 seconds)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	/* Until it is loaded, it can take any time. */
	u64 deadline = now_ms() + 86400 * 1000ULL;
	char word;

	for (;;) {
		if (!wait_for(&poll_fd, 1, deadline, NULL) ||
		    read(fd, &word, 1) != 1)
			return false;
		if (word != SAY_LOADED)
			return word == SAY_KEEP;
		deadline = now_ms() + seconds * 1000ULL;
	}
}

static void NORETURN run_guard(int fd, const char *rollback, u32 seconds)
{
	char ready = SAY_READY, *why;

	/* A terminal or a session that ends must not end the guard. */
	setsid();
	if (write(fd, &ready, 1) != 1)
		_exit(GUARD_FAILED);
	if (wait_for_word(fd, seconds))
		_exit(GUARD_KEPT);
	if (!roll_back(rollback, &why)) {
		syslog(LOG_AUTH | LOG_ERR,
		       "policy not confirmed, not rolled back: %s", why);
		_exit(GUARD_FAILED);
	}
	syslog(LOG_AUTH | LOG_WARNING, "policy not confirmed, rolled back");
	_exit(GUARD_ROLLED_BACK);
}

/**
 * guard_start - start the process that brings the old policy back
 * @guard: where it is stored
 * @rollback: the transaction that brings the old policy back; it does nothing
 *	while the old policy is in force
 * @seconds: time to confirm, from guard_watch() on
 *
 * If it cannot be started, the caller exits.
 */
void guard_start(struct guard *guard, const char *rollback, u32 seconds)
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
		run_guard(fds[0], rollback, seconds);
	}
	close(fds[0]);
	guard->fd = fds[1];
	guard->rollback = rollback;
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
	tell(guard, SAY_KEEP);
}

/* The policy was loaded: the time to confirm it starts. */
void guard_watch(struct guard *guard)
{
	/* If the guard is gone, guard_confirm() notices. */
	tell(guard, SAY_LOADED);
}

/* What the administrator says: yes, no, or nothing in time. */
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
	if (!wait_for(fds, ARRAY_SIZE(fds), deadline, &blocked) ||
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

/* Wait for the guard, and tell what it did; do it if it could not. */
static int report(const struct guard *guard, char answer)
{
	int status = 0;
	bool ended = waitpid(guard->pid, &status, 0) == guard->pid &&
		     WIFEXITED(status);
	char *why;

	if (ended && WEXITSTATUS(status) == GUARD_KEPT) {
		print("confirmed\n");
		return EXIT_OK;
	}
	if (answer == SAY_KEEP && !ended)
		die("it is not known whether the old policy came back: portaclctl status");
	if (!ended || WEXITSTATUS(status) != GUARD_ROLLED_BACK)
		if (!roll_back(guard->rollback, &why))
			die("not rolled back: %s", why);
	print("rolled back\n");
	return EXIT_REFUSED;
}

/**
 * guard_confirm - roll back unless the new policy is confirmed in time
 * @guard: the process that does it
 * @answer_fd: where the answer is read
 * @seconds: time for the answer
 *
 * Return: exit status: the new policy was confirmed, or not.
 */
int guard_confirm(struct guard *guard, int answer_fd, u32 seconds)
{
	u64 deadline = now_ms() + seconds * 1000ULL;
	char answer = 0;

	print("Type yes within %u seconds to keep this policy: ", seconds);
	/* If nobody can read the question, nobody answers it. */
	if (!fflush(stdout))
		answer = read_answer(guard, answer_fd, deadline);
	if (!answer)
		print("\n");
	else
		tell(guard, answer);
	/* Without an answer this is what makes the guard act. */
	close(guard->fd);
	return report(guard, answer);
}
