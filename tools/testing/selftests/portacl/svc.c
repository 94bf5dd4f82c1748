// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program that the identity tests protect, imitate and attack.  It takes
 * one request per line on fd 0 and answers each with one line, a number,
 * which is 0 or an errno unless said otherwise.  Its first line is
 * "hello PID".  No argument is used, so it works however it was executed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "svc.h"
#include "svc_lie.h"
#include "svc_uring.h"

/* An injected write changes this. */
static volatile long canary = CANARY;

static long do_request(char *line);

static long result(long ret)
{
	return ret < 0 ? errno : 0;
}

static long is_link(const char *link, const char *target)
{
	char path[PATH_MAX];
	ssize_t len = readlink(link, path, sizeof(path) - 1);

	if (len < 0)
		return -1;
	path[len] = '\0';
	return !strcmp(path, target);
}

static long do_bind(int type, const char *port)
{
	int fd = socket(AF_INET, type, 0);
	long ret = svc_bind(fd, atoi(port));

	close(fd);
	return ret;
}

static long op_tcp(char *arg)
{
	return do_bind(SOCK_STREAM, arg);
}

static long op_udp(char *arg)
{
	return do_bind(SOCK_DGRAM, arg);
}

/* Binds the socket that was received last. */
static int received = -1;

static long op_bindfd(char *arg)
{
	return svc_bind(received, atoi(arg));
}

static long op_listen(char *arg)
{
	(void)arg;
	return result(listen(received, 1));
}

static long op_receive(char *arg)
{
	(void)arg;
	received = recv_fd(0);
	return received < 0 ? EBADF : 0;
}

/* The descriptor follows before the answer. */
static long op_sendsocket(char *arg)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	long ret = *arg ? svc_bind(fd, atoi(arg)) : 0;

	return send_fd(0, fd) ?: ret;
}

static long op_sendpath(char *arg)
{
	return send_fd(0, open(arg, O_PATH | O_CLOEXEC));
}

static long op_open(char *arg)
{
	int fd = open(arg, O_RDONLY | O_CLOEXEC);
	long ret = result(fd);

	close(fd);
	return ret;
}

static long op_uring(char *arg)
{
	return uring_bind(atoi(arg), 0);
}

static long op_sqpoll(char *arg)
{
	return uring_bind(atoi(arg), IORING_SETUP_SQPOLL);
}

static long op_lie(char *arg)
{
	return lie(arg, 0);
}

static long op_lievm(char *arg)
{
	return lie(arg, 1);
}

static long inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_ino;
}

static long op_inode(char *arg)
{
	(void)arg;
	return inode_of("/proc/self/exe");
}

static long op_userns(char *arg)
{
	(void)arg;
	return inode_of("/proc/self/ns/user");
}

static long op_isexe(char *arg)
{
	return is_link("/proc/self/exe", arg);
}

static long op_iscwd(char *arg)
{
	return is_link("/proc/self/cwd", arg);
}

static long op_secure(char *arg)
{
	(void)arg;
	return getauxval(AT_SECURE);
}

static long op_dumpable(char *arg)
{
	return *arg ? result(prctl(PR_SET_DUMPABLE, atoi(arg))) :
		      prctl(PR_GET_DUMPABLE);
}

static long op_personality(char *arg)
{
	(void)arg;
	return personality(0xffffffff);
}

static long op_pdeathsig(char *arg)
{
	int sig = -1;

	(void)arg;
	prctl(PR_GET_PDEATHSIG, &sig);
	return sig;
}

/* The soft limit of the stack, which AT_SECURE cuts to 8 MiB. */
static long op_rlimit(char *arg)
{
	struct rlimit limit;

	(void)arg;
	getrlimit(RLIMIT_STACK, &limit);
	return limit.rlim_cur;
}

static long op_haveenv(char *arg)
{
	return !!getenv(arg);
}

static long op_address(char *arg)
{
	(void)arg;
	return (long)&canary;
}

static long op_canary(char *arg)
{
	if (*arg)
		canary = atoi(arg);
	return canary;
}

/* Real, effective and saved uid; the gids are the same numbers. */
static long op_uid(char *arg)
{
	int r, e, s;

	if (sscanf(arg, "%d %d %d", &r, &e, &s) != 3)
		return EINVAL;
	return result(setgroups(0, NULL) ?: setresgid(r, e, s) ?:
		      setresuid(r, e, s));
}

static long op_chroot(char *arg)
{
	return result(chroot(arg));
}

static long op_unshare(char *arg)
{
	return result(unshare(strtol(arg, NULL, 0)));
}

/* With a child that stays as long as we do. */
static long op_sharefs(char *arg)
{
	pid_t pid = syscall(SYS_clone, CLONE_FS | SIGCHLD, 0, 0, 0, 0);

	(void)arg;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return result(pid);
}

static long op_traceme(char *arg)
{
	(void)arg;
	return result(ptrace(PTRACE_TRACEME, 0, 0, 0));
}

/* A file in memory that is mapped executable, as a JIT does; its descriptor. */
static const volatile long *code;

static long op_jit(char *arg)
{
	long value = CANARY;
	int fd = syscall(SYS_memfd_create, "jit", 0);

	(void)arg;
	if (fd < 0 || write(fd, &value, sizeof(value)) != sizeof(value))
		return -1;
	code = mmap(NULL, sizeof(value), PROT_READ | PROT_EXEC, MAP_SHARED, fd,
		    0);
	return code == MAP_FAILED ? -1 : fd;
}

static long op_code(char *arg)
{
	(void)arg;
	return *code;
}

/* Writes over the canary of another process. */
static long op_poke(char *arg)
{
	int pid, value = POKED;
	struct iovec from = { &value, sizeof(value) }, to = from;

	if (sscanf(arg, "%d %p", &pid, &to.iov_base) != 2)
		return EINVAL;
	return result(-(process_vm_writev(pid, &from, 1, &to, 1, 0) < 0));
}

static long op_crash(char *arg)
{
	(void)arg;
	signal(SIGSEGV, SIG_DFL);
	return result(raise(SIGSEGV));
}

/* On success the answer is the new program's first line. */
static long op_exec(char *arg)
{
	return result(execl(arg, arg, NULL));
}

static long op_execcheck(char *arg)
{
	char *argv[] = { arg, NULL };

	return result(syscall(SYS_execveat, AT_FDCWD, arg, argv, argv + 1,
			      0x10000 /* AT_EXECVE_CHECK */));
}

/* A child replaces our session keyring, and with it our credentials. */
static long op_session(char *arg)
{
	long old = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 0);
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0) < 0 ||
		      syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT) < 0);
	waitpid(pid, NULL, 0);
	return old == syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 0);
}

static int run_child(void *arg)
{
	_exit(do_request(arg));
}

static void *run_thread(void *arg)
{
	return (void *)do_request(arg);
}

static long wait_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long op_fork(char *arg)
{
	pid_t pid = fork();

	if (!pid)
		run_child(arg);
	return wait_child(pid);
}

static long op_vm(char *arg)
{
	static char stack[65536] __attribute__((aligned(16)));

	return wait_child(clone(run_child, stack + sizeof(stack),
				CLONE_VM | SIGCHLD, arg));
}

static long op_thread(char *arg)
{
	pthread_t thread;
	void *ret;

	if (pthread_create(&thread, NULL, run_thread, arg))
		return -1;
	pthread_join(thread, &ret);
	return (long)ret;
}

static const struct {
	const char *name;
	long (*run)(char *arg);
} ops[] = {
	{ "tcp", op_tcp },		{ "udp", op_udp },
	{ "bindfd", op_bindfd },	{ "listen", op_listen },
	{ "receive", op_receive },	{ "sendsocket", op_sendsocket },
	{ "sendpath", op_sendpath },	{ "open", op_open },
	{ "uring", op_uring },		{ "sqpoll", op_sqpoll },
	{ "lie", op_lie },		{ "lievm", op_lievm },
	{ "inode", op_inode },		{ "userns", op_userns },
	{ "isexe", op_isexe },		{ "iscwd", op_iscwd },
	{ "secure", op_secure },	{ "rlimit", op_rlimit },
	{ "dumpable", op_dumpable },	{ "personality", op_personality },
	{ "pdeathsig", op_pdeathsig },	{ "haveenv", op_haveenv },
	{ "address", op_address },	{ "canary", op_canary },
	{ "uid", op_uid },		{ "chroot", op_chroot },
	{ "unshare", op_unshare },	{ "sharefs", op_sharefs },
	{ "traceme", op_traceme },	{ "poke", op_poke },
	{ "jit", op_jit },		{ "code", op_code },
	{ "crash", op_crash },		{ "exec", op_exec },
	{ "execcheck", op_execcheck },	{ "session", op_session },
	{ "fork", op_fork },		{ "vm", op_vm },
	{ "thread", op_thread },
};

static long do_request(char *line)
{
	char *arg = strchrnul(line, ' ');
	size_t i;

	if (*arg)
		*arg++ = '\0';
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(line, ops[i].name))
			return ops[i].run(arg);
	return -1;
}

/* Not stdio: a descriptor may follow a request. */
static int read_line(char *line, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && read(0, line + n, 1) == 1) {
		if (line[n] == '\n') {
			line[n] = '\0';
			return 1;
		}
		n++;
	}
	return 0;
}

int main(void)
{
	char line[512];

	/* A program whose answer is lost ends, so no test waits for it. */
	if (dprintf(1, "hello %d\n", getpid()) < 0)
		return 1;
	while (read_line(line, sizeof(line)))
		if (dprintf(1, "%ld\n", do_request(line)) < 0)
			return 1;
	return 0;
}
