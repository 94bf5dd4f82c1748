// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second process, away from the terminal, brings the old policy back unless
 * it is told in time that the new one is good.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "load/rollback.h"

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

/**
 * confirm_prepare - from here on INT and TERM mean that nothing is confirmed
 *
 * They come while wait_for() waits, and at no other time: before the policy is
 * loaded, so that it is never left in force without anybody to watch it.
 */
void confirm_prepare(void)
{
	struct sigaction stop = { .sa_handler = on_stop };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
}

/* Wait until there is something to read, the time is up or a signal came. */
static bool wait_for(int fd, u64 deadline)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	u64 now = now_ms(), left = deadline - now;
	struct timespec timeout = { left / 1000, left % 1000 * 1000000 };
	sigset_t none;
	int ret;

	if (now >= deadline || stopped)
		return false;
	sigemptyset(&none);
	ret = ppoll(&poll_fd, 1, &timeout, &none);
	if (ret < 0 && errno == EINTR)
		return wait_for(fd, deadline);
	return ret > 0;
}

/* Does not come back. */
static void NORETURN guard(int fd, const char *rollback, u64 deadline)
{
	char answer = 'n', *why;

	/* A terminal or a session that ends must not end the guard. */
	setsid();
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (wait_for(fd, deadline) && read(fd, &answer, 1) == 1 &&
	    answer == 'y')
		_exit(0);
	openlog("portaclctl", LOG_PID, LOG_AUTH);
	if (kernel_load(rollback, strlen(rollback), &why)) {
		syslog(LOG_WARNING, "policy not confirmed, rolled back");
		_exit(1);
	}
	syslog(LOG_ERR, "policy not confirmed, not rolled back: %s", why);
	warn("not rolled back: %s", why);
	_exit(2);
}

/* What the administrator says: yes, no, or nothing in time. */
static char read_answer(int fd, u64 deadline)
{
	char line[16];
	ssize_t len;

	if (!wait_for(fd, deadline))
		return 0;
	len = read(fd, line, sizeof(line) - 1);
	if (len <= 0)
		return 0;
	line[len] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return !strcasecmp(line, "y") || !strcasecmp(line, "yes") ? 'y' : 'n';
}

/* Wait for the guard, and tell what it did. */
static int report(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		die("it is not known whether the old policy came back: portaclctl status");
	if (!WEXITSTATUS(status)) {
		print("confirmed\n");
		return EXIT_OK;
	}
	print("%s\n", WEXITSTATUS(status) == 1 ? "rolled back" :
						  "not rolled back");
	return EXIT_REFUSED;
}

/**
 * confirm - roll back unless the new policy is confirmed in time
 * @fd: where the answer is read
 * @rollback: the transaction that brings the old policy back
 * @seconds: time for the answer
 *
 * Return: exit status: the new policy was confirmed, or not.
 */
int confirm(int fd, const char *rollback, u32 seconds)
{
	u64 deadline = now_ms() + seconds * 1000ULL;
	int fds[2];
	char answer;
	pid_t pid;

	pid = fork_piped(fds);
	if (!pid) {
		close(fds[1]);
		guard(fds[0], rollback, deadline);
	}
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	print("Type yes within %u seconds to keep this policy: ", seconds);
	fflush(stdout);
	answer = read_answer(fd, deadline);
	if (!answer)
		print("\n");
	else if (write(fds[1], &answer, 1) != 1)
		warn("too late");
	/* Without an answer this is what makes the guard act. */
	close(fds[1]);
	return report(pid);
}
