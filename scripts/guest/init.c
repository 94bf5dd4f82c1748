// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the test guest.  It puts the host's root file system, read-only
 * over 9p, under a tmpfs, makes that the root as switch_root does (after a
 * plain chroot every executable would count as run in a jail), runs one
 * command there and hands its exit status to the host.
 *
 * /args in the initramfs holds strings that end in NUL: the number of lines
 * and of columns of the terminal ("0" twice: none, the output goes to the two
 * raw ports), the working directory, a directory of the host, and the command.
 *
 * With a directory of the host (else it is empty) the root is not the host's
 * but one with an init of its own, which becomes PID 1.  The host's is at
 * /host, and that directory also at its own place.  The command is run by this
 * same program, a unit that the init starts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define P9 "trans=virtio,version=9p2000.L,msize=512000,cache=loose"
#define UNITS "etc/systemd/system/"
#define KMEMLEAK "/sys/kernel/debug/kmemleak"

/* The host's side of these is set up in boot.sh. */
enum port { PORT_STATUS = 1, PORT_OUT, PORT_ERR };

struct args {
	struct winsize size;
	char *dir, *share;
	char *argv[1024];
};

static void die(const char *what)
{
	fprintf(stderr, "init: %s: %m\n", what);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void read_args(const char *path, struct args *args)
{
	static char buf[1 << 20];
	int fd = open(path, O_RDONLY), n = 0;
	ssize_t len = read(fd, buf, sizeof(buf) - 1);
	char *list[ARRAY_SIZE(args->argv) + 3], *p;

	if (len <= 0)
		die(path);
	close(fd);
	for (p = buf; p < buf + len && n < (int)ARRAY_SIZE(list);
	     p += strlen(p) + 1)
		list[n++] = p;
	if (n < 5 || n == (int)ARRAY_SIZE(list))
		die("/args: wrong number of words");
	args->size.ws_row = atoi(list[0]);
	args->size.ws_col = atoi(list[1]);
	args->dir = list[2];
	args->share = list[3];
	memcpy(args->argv, list + 4, (n - 4) * sizeof(*list));
}

static void write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0)
			die("write");
		buf += n;
		len -= n;
	}
}

/* Copy what is there; nothing is lost when a daemon stays. */
static void copy(int from, int to)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		write_all(to, buf, n);
}

static int create(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0)
		die(path);
	return fd;
}

static void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = create(to, 0755);

	if (in < 0)
		die(from);
	copy(in, out);
	close(in);
	close(out);
}

static void write_file(const char *path, const char *text)
{
	int fd = create(path, 0644);

	write_all(fd, text, strlen(text));
	close(fd);
}

/* In the new root, where we are; the path begins with a slash. */
static void share_host(const char *path)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (mkdir("host", 0755) && errno != EEXIST)
		die("mkdir");
	if (mount("host", "host", "9p", MS_RDONLY, P9))
		die("9p");
	snprintf(from, sizeof(from), "host%s", path);
	snprintf(to, sizeof(to), ".%s", path);
	for (char *p = to + 1; (p = strchr(p + 1, '/')); *p = '/') {
		*p = '\0';
		mkdir(to, 0755);
	}
	mkdir(to, 0755);
	if (mount(from, to, NULL, MS_BIND, NULL))
		die(to);
}

/* Add a unit that starts this program after the init of the root file system. */
static void add_unit(void)
{
	if (mkdir("guest", 0755))
		die("mkdir");
	copy_file("/init", "guest/init");
	copy_file("/args", "guest/args");
	write_file(UNITS "guest.service",
		   "[Service]\nExecStart=/guest/init\nTasksMax=infinity\n");
	unlink(UNITS "default.target");
	write_file(UNITS "default.target",
		   "[Unit]\nRequires=basic.target\nAfter=basic.target\n"
		   "Wants=guest.service\n");
}

/* A kernel of a distribution: the modules are in the initramfs, see boot.sh. */
static void load_modules(void)
{
	glob_t g;

	if (glob("/modules/*.ko", 0, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		int fd = open(g.gl_pathv[i], O_RDONLY | O_CLOEXEC);

		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			die(g.gl_pathv[i]);
		close(fd);
	}
	globfree(&g);
}

/* Needed before the root is there; the mount goes along with it. */
static void mount_root(const char *share)
{
	if (mkdir("/low", 0755) || mkdir("/top", 0755) || mkdir("/new", 0755))
		die("mkdir");
	if (mount("root", "/low", "9p", MS_RDONLY, P9))
		die("9p");
	if (mount("top", "/top", "tmpfs", 0, "mode=0755,size=80%"))
		die("tmpfs");
	if (mkdir("/top/upper", 0755) || mkdir("/top/work", 0755))
		die("mkdir");
	if (mount("root", "/new", "overlay", 0,
		  "lowerdir=/low,upperdir=/top/upper,workdir=/top/work"))
		die("overlay");
	if (chdir("/new"))
		die("chdir");
	if (*share) {
		share_host(share);
		add_unit();
	}
	if (mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		die("switch root");
}

/* The host's /tmp stays as it is: the checkout may be in it. */
static void mount_all(void)
{
	static const struct {
		const char *dir, *type, *data;
		int must;
	} m[] = {
		{ "/proc", "proc", NULL, 1 },
		{ "/sys", "sysfs", NULL, 1 },
		{ "/dev", "devtmpfs", "mode=0755", 1 },
		{ "/dev/pts", "devpts", "ptmxmode=0666,mode=0620,gid=5", 1 },
		{ "/dev/shm", "tmpfs", "mode=1777", 1 },
		{ "/dev/mqueue", "mqueue", NULL, 0 },
		{ "/run", "tmpfs", "mode=0755", 1 },
		{ "/run/lock", "tmpfs", "mode=1777", 1 },
		{ "/sys/kernel/security", "securityfs", NULL, 0 },
		{ "/sys/fs/cgroup", "cgroup2", NULL, 0 },
		{ "/sys/fs/bpf", "bpf", "mode=0700", 0 },
		{ "/sys/kernel/debug", "debugfs", NULL, 0 },
		{ "/sys/kernel/tracing", "tracefs", NULL, 0 },
		{ "/proc/sys/fs/binfmt_misc", "binfmt_misc", NULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(m); i++) {
		mkdir(m[i].dir, 0755);
		if (mount(m[i].type, m[i].dir, m[i].type, 0, m[i].data) &&
		    m[i].must)
			die(m[i].dir);
	}
	if (symlink("/proc/self/fd", "/dev/fd") ||
	    symlink("fd/0", "/dev/stdin") || symlink("fd/1", "/dev/stdout") ||
	    symlink("fd/2", "/dev/stderr"))
		die("/dev");
}

static void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("lo");
	close(fd);
}

static int open_port(enum port nr)
{
	char pattern[32];
	int fd, tries = 0;
	glob_t g;

	/* A driver that is a module finds them a little later. */
	snprintf(pattern, sizeof(pattern), "/dev/vport*p%d", nr);
	while (glob(pattern, 0, NULL, &g)) {
		if (tries++ == 3000)
			die(pattern);
		usleep(10000);
	}
	fd = open(g.gl_pathv[0], O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		die(g.gl_pathv[0]);
	globfree(&g);
	return fd;
}

static void kmemleak(const char *word)
{
	int fd = open(KMEMLEAK, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, word, strlen(word)) < 0)
		perror(KMEMLEAK);
	close(fd);
}

/* Two scans, some time apart: what both find is no passing state. */
static void report_leaks(void)
{
	char buf[4096];
	ssize_t n;
	int fd;

	if (access(KMEMLEAK, F_OK))
		return;
	kill(-1, SIGKILL);
	kmemleak("scan");
	sleep(6);
	kmemleak("scan");
	fd = open(KMEMLEAK, O_RDONLY | O_CLOEXEC);
	for (int first = 1; (n = read(fd, buf, sizeof(buf))) > 0; first = 0) {
		if (first)
			fprintf(stderr, "\nBUG: kmemleak:\n");
		write_all(STDERR_FILENO, buf, n);
	}
	close(fd);
}

/* Never returns; the streams are set by the caller. */
static void run(const struct args *args)
{
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
	       "/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	if (chdir(args->dir) && chdir("/"))
		die("chdir");
	execvp(args->argv[0], args->argv);
	fprintf(stderr, "%s: %m\n", args->argv[0]);
	_exit(errno == ENOENT ? 127 : 126);
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static int run_on_terminal(const struct args *args)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid) {
		int fd;

		setsid();
		fd = open("/dev/hvc0", O_RDWR);
		if (fd < 0 || ioctl(fd, TIOCSCTTY, 0))
			die("/dev/hvc0");
		ioctl(fd, TIOCSWINSZ, &args->size);
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
		close(fd);
		run(args);
	}
	while (wait(&status) != pid)
		;
	return status_of(status);
}

/*
 * The command gets pipes, not the ports themselves: a port can be opened only
 * once, so that /dev/stderr in a server's configuration would be busy.
 */
static int run_on_ports(const struct args *args)
{
	int to[2] = { open_port(PORT_OUT), open_port(PORT_ERR) };
	int pipes[2][2], status = 0;
	struct pollfd polls[2];
	pid_t pid, got = 0;

	for (int i = 0; i < 2; i++) {
		if (pipe2(pipes[i], O_CLOEXEC) || fchmod(pipes[i][1], 0666) ||
		    fcntl(pipes[i][0], F_SETFL, O_NONBLOCK))
			die("pipe");
		polls[i] = (struct pollfd){ pipes[i][0], POLLIN, 0 };
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		setsid();
		dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
		dup2(pipes[0][1], 1);
		dup2(pipes[1][1], 2);
		run(args);
	}
	while (got != pid) {
		poll(polls, 2, 20);
		while ((got = waitpid(-1, &status, WNOHANG)) > 0 && got != pid)
			;
		for (int i = 0; i < 2; i++)
			copy(pipes[i][0], to[i]);
	}
	return status_of(status);
}

/* The command, and then the end of the machine. */
static void serve(const struct args *args)
{
	int fd = open("/dev/console", O_RDWR | O_CLOEXEC), status;

	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	kmemleak("clear");
	status = args->size.ws_row ? run_on_terminal(args) : run_on_ports(args);
	report_leaks();
	fd = open_port(PORT_STATUS);
	dprintf(fd, "%d\n", status);
	sync();
	reboot(RB_AUTOBOOT);
	die("reboot");
}

int main(void)
{
	bool first = getpid() == 1;
	static struct args args;

	read_args(first ? "/args" : "/guest/args", &args);
	if (first) {
		load_modules();
		mount_root(args.share);
		if (*args.share) {
			execl("/sbin/init", "/sbin/init", NULL);
			die("/sbin/init");
		}
		mount_all();
		lo_up();
	}
	serve(&args);
}
