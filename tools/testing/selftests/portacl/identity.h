/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of the identity: a program that root owns and a rule
 * names (svc.c), an attacker's copy of it, and ways to start and ask them.
 */
#ifndef PORTACL_TEST_IDENTITY_H
#define PORTACL_TEST_IDENTITY_H

#include "audit.h"
#include "svc.h"

#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/wait.h>

#define SVC_DIR "/usr/lib/portacl-test"
#define SVC SVC_DIR "/svc"
#define SVC_DYN SVC_DIR "/svc_dyn"
#define EVIL_DIR "/var/lib/portacl-evil"
#define EVIL EVIL_DIR "/svc"
#define EVIL_DYN EVIL_DIR "/svc_dyn"
#define INJECT EVIL_DIR "/inject.so"
#define JAIL "/var/lib/portacl-jail"

/* The dynamic loader that this processor's programs name. */
#if defined(__x86_64__)
#define LDSO_DIR "/lib64"
#define LDSO LDSO_DIR "/ld-linux-x86-64.so.2"
#elif defined(__i386__)
#define LDSO_DIR "/lib"
#define LDSO LDSO_DIR "/ld-linux.so.2"
#elif defined(__aarch64__)
#define LDSO_DIR "/lib"
#define LDSO LDSO_DIR "/ld-linux-aarch64.so.1"
#endif

#define SVC_PORT 80
#define ONLY_SVC "allow tcp 80 exe=" SVC " uid=33 only"
#define ONLY_DYN "allow tcp 80 exe=" SVC_DYN " uid=33 only"
/* The same rule without exe=. */
#define ANY_EXE "allow tcp 80 uid=33 only"

#define REASON_OTHER_EXE "reserved"
#define REASON_NOT_CANONICAL "not canonical (resolves to " SVC ")"
#define REASON_ENV "env (rule loaded after exec: restart the program)"

/**
 * struct svc - a running svc
 * @pid: its process
 * @started: the process that was forked for it; mostly the same
 * @fd: its standard input and output
 * @injected: errno of the bind of an injected inject.c, -1: none ran
 * @foreign_loader: inject.c runs in the place of the dynamic loader
 */
struct svc {
	pid_t pid;
	pid_t started;
	int fd;
	int injected;
	bool foreign_loader;
};

/**
 * struct launch - how to start one
 * @path: what to execute; relative to @at if that is not 0
 * @at: a directory, or the program itself if @path is empty
 * @who: as whom, NULL: uid 33
 * @flags: of clone(2), beside SIGCHLD
 * @root: what to do before the change to @who; 0 or an errno
 * @last: what to do after it, just before exec
 * @arg: for these two
 * @argv: the arguments, NULL: none
 * @env: the environment, NULL: empty
 */
struct launch {
	const char *path;
	int at;
	const struct subject *who;
	int flags;
	int (*root)(const struct launch *how);
	int (*last)(const struct launch *how);
	long arg;
	char *const *argv;
	char *const *env;
};

/* The exit status of a launch that failed before exec. */
#define LAUNCH_FAILED 200

static inline int launch_exec(const struct launch *how)
{
	static char *const none[] = { "svc", NULL };
	char *const *argv = how->argv ?: none;
	char *const *env = how->env ?: none + 1;

	if (how->root && how->root(how))
		return LAUNCH_FAILED;
	if (become(how->who ?: &user))
		return LAUNCH_FAILED + 1;
	if (how->last && how->last(how))
		return LAUNCH_FAILED + 2;
	if (how->at)
		syscall(SYS_execveat, how->at, how->path, argv, env,
			AT_EMPTY_PATH);
	else
		execve(how->path, argv, env);
	return errno;
}

/* One line without its end, or -1 at the end of file. */
static inline int read_line(int fd, char *line, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && read(fd, line + n, 1) == 1) {
		if (line[n] == '\n') {
			line[n] = '\0';
			return n;
		}
		n++;
	}
	return -1;
}

/*
 * Returns 0 once it has said hello, or as soon as injected code has reported;
 * else the exit status: the errno of exec, or LAUNCH_FAILED and above.
 */
static inline int svc_start(struct svc *s, const struct launch *how)
{
	char line[64];
	int sv[2];

	*s = (struct svc){ .injected = -1, .fd = -1 };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		return CHILD_BROKEN;
	s->pid = syscall(SYS_clone, SIGCHLD | how->flags, 0, 0, 0, 0);
	if (!s->pid) {
		dup2(sv[1], 0);
		dup2(sv[1], 1);
		_exit(launch_exec(how));
	}
	close(sv[1]);
	s->started = s->pid;
	s->fd = sv[0];
	while (read_line(s->fd, line, sizeof(line)) >= 0) {
		s->foreign_loader = !strcmp(line, "loader");
		if (s->foreign_loader || sscanf(line, "hello %d", &s->pid) == 1)
			return 0;
		if (sscanf(line, "injected %d", &s->injected) != 1)
			break;
	}
	s->started = 0;
	return wait_child(s->pid);
}

static inline int svc_run(struct svc *s, const char *path)
{
	return svc_start(s, &(struct launch){ .path = path });
}

static inline void svc_stop(struct svc *s)
{
	close(s->fd);
	end_child(s->started);
}

/* The answer to a request of svc.c, or LONG_MIN. */
static inline __attribute__((format(printf, 2, 3))) long
ask(struct svc *s, const char *fmt, ...)
{
	char line[512];
	va_list args;
	int pid;

	va_start(args, fmt);
	vdprintf(s->fd, fmt, args);
	va_end(args);
	if (write(s->fd, "\n", 1) != 1 ||
	    read_line(s->fd, line, sizeof(line)) < 0)
		return LONG_MIN;
	/* A new program begins with this. */
	if (sscanf(line, "hello %d", &pid) == 1)
		return 0;
	return strtol(line, NULL, 10);
}

/* A request that is answered by a descriptor, and then as usual. */
static inline int ask_fd(struct svc *s, const char *request)
{
	char line[64];
	int fd;

	dprintf(s->fd, "%s\n", request);
	fd = recv_fd(s->fd);
	read_line(s->fd, line, sizeof(line));
	return fd;
}

/* svc.c's bindfd and listen use it. */
static inline bool give_fd(struct svc *s, int fd)
{
	char line[64];

	dprintf(s->fd, "receive\n");
	send_fd(s->fd, fd);
	return read_line(s->fd, line, sizeof(line)) > 0 && !strcmp(line, "0");
}

/* The reason in the record of this process, in a static buffer. */
static inline const char *logged_reason(int log, pid_t pid)
{
	char key[32], *record, *reason;

	snprintf(key, sizeof(key), " pid=%d ", pid);
	do {
		record = kmsg_find(log, "portacl: denied", 20000);
	} while (record && !strstr(record, key));
	reason = record ? strstr(record, "reason=\"") : NULL;
	if (!reason)
		return "no record";
	reason += strlen("reason=\"");
	reason[strcspn(reason, "\"")] = '\0';
	return reason;
}

/*
 * The result of a request to bind: "granted", the reason in the log if it was
 * refused, or another errno.
 */
static inline const char *outcome_of(struct svc *s, const char *request)
{
	static char text[32];
	const char *reason;
	int log = kmsg_open(false);
	long err = ask(s, "%s", request);

	if (err == EACCES) {
		reason = logged_reason(log, s->pid);
	} else {
		snprintf(text, sizeof(text), "errno %ld", err);
		reason = err ? text : "granted";
	}
	close(log);
	return reason;
}

static inline const char *outcome(struct svc *s)
{
	return outcome_of(s, "tcp 80");
}

/*
 * The control of a refusal: by its uid the same process gets the port, so
 * that only exe= can have stood in its way.
 */
static inline const char *outcome_by_uid(struct svc *s, const char *rules)
{
	const char *text;

	if (load_rules(ANY_EXE))
		return "cannot load";
	text = outcome(s);
	return load_rules("%s", rules) ? "cannot load" : text;
}

/*
 * Let a rule grant on one CPU, and keep the program there.  The quick path
 * decides only where the rule has granted before, so that now it judges the
 * program as well.
 */
static inline void warm_up(const struct svc *s)
{
	struct svc good;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	sched_setaffinity(s->pid, sizeof(cpu), &cpu);
	if (svc_run(&good, SVC))
		return;
	ask(&good, "tcp 80");
	svc_stop(&good);
}

#define EXPECT_REFUSED(s, rules, reason)                              \
	do {                                                          \
		warm_up(s);                                           \
		EXPECT_STREQ(reason, outcome(s));                     \
		EXPECT_STREQ("granted", outcome_by_uid(s, rules));    \
	} while (0)

#define EXPECT_GRANTED(s) EXPECT_STREQ("granted", outcome(s))

static inline int copy_to_fd(const char *from, int out)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), err = 0;
	char buf[65536];
	ssize_t n;

	if (in < 0)
		return -errno;
	while (!err && (n = read(in, buf, sizeof(buf))) > 0)
		err = write_all(out, buf, n);
	close(in);
	return err;
}

/* A new file with mode 0755, written by root. */
static inline int create(const char *path)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	return fd < 0 ? -errno : fchmod(fd, 0755) ? -errno : fd;
}

static inline int create_text(const char *path, const char *text)
{
	int fd = create(path), err;

	if (fd < 0)
		return fd;
	err = write_all(fd, text, strlen(text));
	close(fd);
	return err;
}

static inline int copy_file(const char *from, const char *to)
{
	int fd = create(to), err;

	if (fd < 0)
		return fd;
	err = copy_to_fd(from, fd);
	close(fd);
	return err;
}

static inline int remove_one(const char *path, const struct stat *st, int type,
			     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static inline int make_dirs(const char *path)
{
	char part[PATH_MAX], *slash;

	snprintf(part, sizeof(part), "%s/", path);
	for (slash = part + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* Where the test itself lies, svc and the others lie too. */
static inline int copy_program(const char *name, const char *to)
{
	char self[PATH_MAX], from[PATH_MAX + 64];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return -errno;
	self[len] = '\0';
	snprintf(from, sizeof(from), "%s/%s", dirname(self), name);
	return copy_file(from, to);
}

static inline void identity_remove(void)
{
	remove_tree(SVC_DIR);
	remove_tree(EVIL_DIR);
	remove_tree(JAIL);
}

/* Fresh copies; EVIL_DIR and what is in it belong to the attacker. */
static inline int identity_install(void)
{
	identity_remove();
	/* One record for each refusal, however fast they come. */
	write_file(PRINTK_LIMIT, "0\n");
	return make_dirs(SVC_DIR) ?: make_dirs(EVIL_DIR) ?:
	       copy_program("svc", SVC) ?: copy_program("svc", EVIL) ?:
	       chown(EVIL, 33, 33) ?: chown(EVIL_DIR, 33, 33);
}

static inline int identity_install_dyn(void)
{
	return copy_program("svc_dyn", SVC_DYN) ?:
	       copy_program("svc_dyn", EVIL_DYN) ?:
	       copy_program("inject.so", INJECT);
}

static inline long inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_ino;
}

/* Mounts that we make are seen by nobody else. */
static inline int own_mounts(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return errno;
	return 0;
}

#endif /* PORTACL_TEST_IDENTITY_H */
