// SPDX-License-Identifier: GPL-2.0-only
/*
 * The channels into a process that ptrace access guards: a process of the same
 * user must not get through any of them to a protected program.
 */
#include "identity.h"

#include <dirent.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

/* Since Linux 6.11. */
#ifndef PIDFD_GET_UTS_NAMESPACE
#define PIDFD_GET_UTS_NAMESPACE _IO(0xFF, 10)
#endif

#define MANAGER SVC_DIR "/manager"

/* The process into which each channel is tried. */
struct target {
	pid_t pid;
	int jit;
	long address;
	const char *file;
};

static int done(long ret)
{
	return ret < 0 ? errno : 0;
}

static int open_proc(const struct target *t, const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/%d/%s", t->pid, name);
	return open(path, flags | O_CLOEXEC);
}

/* A file that is read: some refuse at open(), some at read(). */
static int by_file(const void *arg)
{
	const struct target *t = arg;
	int fd = open_proc(t, t->file, O_RDONLY);
	char byte[8];

	return fd < 0 ? errno : done(read(fd, byte, sizeof(byte)));
}

/* A directory, or a link to one.  "." and ".." come without a check. */
static int by_list(const void *arg)
{
	const struct target *t = arg;
	int fd = open_proc(t, t->file, O_RDONLY | O_DIRECTORY);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return errno;
	dir = fdopendir(fd);
	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && entry->d_name[0] == '.');
	return entry ? 0 : errno;
}

static int by_link(const void *arg)
{
	const struct target *t = arg;
	char path[128], to[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%d/%s", t->pid, t->file);
	return done(readlink(path, to, sizeof(to)));
}

/* Writes the code that the program will run next. */
static int by_fd(const void *arg)
{
	const struct target *t = arg;
	long value = POKED;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s/%d", t->file, t->jit);
	fd = open_proc(t, name, O_RDWR);
	return fd < 0 ? errno : done(pwrite(fd, &value, sizeof(value), 0));
}

static int by_memory_read(const void *arg)
{
	const struct target *t = arg;
	long value;
	int fd = open_proc(t, "mem", O_RDONLY);

	if (fd < 0)
		return errno;
	return done(pread(fd, &value, sizeof(value), t->address));
}

static int by_readv(const void *arg)
{
	const struct target *t = arg;
	long value;
	struct iovec to = { &value, sizeof(value) };
	struct iovec from = { (void *)t->address, sizeof(value) };

	return done(process_vm_readv(t->pid, &to, 1, &from, 1, 0));
}

static int by_getfd(const void *arg)
{
	const struct target *t = arg;
	int pidfd = syscall(SYS_pidfd_open, t->pid, 0);

	return done(syscall(SYS_pidfd_getfd, pidfd, t->jit, 0));
}

static int by_kcmp(const void *arg)
{
	const struct target *t = arg;

	return done(syscall(SYS_kcmp, getpid(), t->pid, KCMP_FILES, 0, 0));
}

static int by_robust_list(const void *arg)
{
	const struct target *t = arg;
	void *head;
	size_t len;

	return done(syscall(SYS_get_robust_list, t->pid, &head, &len));
}

static int by_perf(const void *arg)
{
	const struct target *t = arg;
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return done(syscall(SYS_perf_event_open, &attr, t->pid, -1, -1, 0));
}

static int by_move_pages(const void *arg)
{
	const struct target *t = arg;
	void *page = (void *)t->address;
	int status;

	return done(syscall(SYS_move_pages, t->pid, 1, &page, NULL, &status,
			    0));
}

static int by_madvise(const void *arg)
{
	const struct target *t = arg;
	struct iovec range = { (void *)(t->address & -getpagesize()),
			       getpagesize() };
	int pidfd = syscall(SYS_pidfd_open, t->pid, 0);

	return done(syscall(SYS_process_madvise, pidfd, &range, 1, MADV_COLD,
			    0));
}

static int by_setns(const void *arg)
{
	const struct target *t = arg;

	return done(setns(syscall(SYS_pidfd_open, t->pid, 0), CLONE_NEWUTS));
}

static int by_pidfd_ioctl(const void *arg)
{
	const struct target *t = arg;
	int pidfd = syscall(SYS_pidfd_open, t->pid, 0);

	return done(ioctl(pidfd, PIDFD_GET_UTS_NAMESPACE, 0));
}

FIXTURE(channel)
{
	struct svc s;
	struct subject same;
};

FIXTURE_VARIANT(channel)
{
	int (*run)(const void *arg);
	const char *file;
	__u64 caps;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(channel, fd) { by_fd, "fd" };
FIXTURE_VARIANT_ADD(channel, task_fd) { by_fd, "task/self/fd" };
FIXTURE_VARIANT_ADD(channel, fd_link) { by_link, "fd/0" };
FIXTURE_VARIANT_ADD(channel, fdinfo) { by_file, "fdinfo/0" };
FIXTURE_VARIANT_ADD(channel, map_files) { by_list, "map_files" };
FIXTURE_VARIANT_ADD(channel, cwd) { by_list, "cwd" };
FIXTURE_VARIANT_ADD(channel, root) { by_list, "root" };
FIXTURE_VARIANT_ADD(channel, exe) { by_file, "exe" };
FIXTURE_VARIANT_ADD(channel, exe_link) { by_link, "exe" };
FIXTURE_VARIANT_ADD(channel, namespace) { by_link, "ns/mnt" };
FIXTURE_VARIANT_ADD(channel, mem) { by_memory_read };
FIXTURE_VARIANT_ADD(channel, maps) { by_file, "maps" };
FIXTURE_VARIANT_ADD(channel, smaps) { by_file, "smaps" };
FIXTURE_VARIANT_ADD(channel, smaps_rollup) { by_file, "smaps_rollup" };
FIXTURE_VARIANT_ADD(channel, numa_maps) { by_file, "numa_maps" };
FIXTURE_VARIANT_ADD(channel, pagemap) { by_file, "pagemap" };
FIXTURE_VARIANT_ADD(channel, environ) { by_file, "environ" };
FIXTURE_VARIANT_ADD(channel, auxv) { by_file, "auxv" };
FIXTURE_VARIANT_ADD(channel, syscall) { by_file, "syscall" };
FIXTURE_VARIANT_ADD(channel, personality) { by_file, "personality" };
FIXTURE_VARIANT_ADD(channel, io) { by_file, "io" };
FIXTURE_VARIANT_ADD(channel, process_vm_readv) { by_readv };
FIXTURE_VARIANT_ADD(channel, pidfd_getfd) { by_getfd };
FIXTURE_VARIANT_ADD(channel, kcmp) { by_kcmp };
FIXTURE_VARIANT_ADD(channel, get_robust_list) { by_robust_list };
FIXTURE_VARIANT_ADD(channel, perf_event_open) { by_perf };
FIXTURE_VARIANT_ADD(channel, move_pages) { by_move_pages };
FIXTURE_VARIANT_ADD(channel, process_madvise) {
	by_madvise, NULL, CAP_BIT(CAP_SYS_NICE) };
FIXTURE_VARIANT_ADD(channel, setns) { by_setns, NULL, CAP_BIT(CAP_SYS_ADMIN) };
FIXTURE_VARIANT_ADD(channel, pidfd_namespace) { by_pidfd_ioctl };
FIXTURE_VARIANT_ADD(channel, stack) {
	by_file, "stack", CAP_BIT(CAP_SYS_ADMIN) };
/* clang-format on */

FIXTURE_SETUP(channel)
{
	self->same = user;
	self->same.caps = variant->caps;
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, copy_program("svc", MANAGER));
	/* Its narrower rule would hide ours. */
	write_file("/proc/sys/kernel/yama/ptrace_scope", "0\n");
	ASSERT_EQ(0, load_rules(ONLY_SVC));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/*
 * 0 if the subject gets through, else the errno.  What the program would run
 * next must be as the answer says.
 */
static int reach_as(struct svc *s, const struct subject *who,
		    int (*run)(const void *arg), const char *file)
{
	struct target t = {
		.pid = s->pid,
		.jit = ask(s, "jit"),
		.address = ask(s, "address"),
		.file = file,
	};
	char task[64];
	int err;

	if (t.jit < 0)
		return CHILD_BROKEN;
	if (file && !strncmp(file, "task/self/", 10)) {
		snprintf(task, sizeof(task), "task/%d/%s", s->pid, file + 10);
		t.file = task;
	}
	err = run_as(who, run, &t);
	if (ask(s, "code") != (run == by_fd && !err ? POKED : CANARY))
		return CHILD_BROKEN;
	return err;
}

#define REACH(who) reach_as(&self->s, who, variant->run, variant->file)

/* EPERM or EACCES, as each of them has always said. */
#define EXPECT_CLOSED()                                             \
	do {                                                        \
		int err = REACH(&self->same);                       \
									    \
		EXPECT_TRUE(err == EPERM || err == EACCES)          \
		{                                                   \
			TH_LOG("errno %d", err);                    \
		}                                                   \
		EXPECT_EQ(0, REACH(&root));                         \
	} while (0)

/* The control: does this kernel have the channel, and is it open? */
#define EXPECT_OPEN()                                                     \
	do {                                                              \
		int err = REACH(&self->same);                             \
									  \
		if (err == ENOENT || err == ENOSYS || err == ENOTTY)      \
			SKIP(goto out, "this kernel has no such channel: %s", \
			     strerror(err));                              \
		EXPECT_EQ(0, err);                                        \
	} while (0)

static int start_as_root(struct svc *s, const char *path)
{
	struct launch how = { .path = path, .who = &root };

	return svc_start(s, &how) ?: ask(s, "uid 33 33 33") ?:
	       ask(s, "dumpable 1");
}

/* Started by the user, and dumpable again, as nginx's workers are. */
TEST_F(channel, started_by_user)
{
	ASSERT_EQ(0, svc_run(&self->s, EVIL));
	EXPECT_OPEN();
	svc_stop(&self->s);
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	EXPECT_CLOSED();
	EXPECT_GRANTED(&self->s);
out:
	svc_stop(&self->s);
}

/* Started by root before there was a rule: closed from the load on. */
TEST_F(channel, started_by_root)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, start_as_root(&self->s, SVC));
	EXPECT_OPEN();
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_CLOSED();
	EXPECT_GRANTED(&self->s);
out:
	svc_stop(&self->s);
}

/* The launcher between its change of uid and its exec, and what it starts. */
TEST_F(channel, launched)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, start_as_root(&self->s, MANAGER));
	EXPECT_OPEN();
	ASSERT_EQ(0, load_rules("launcher " MANAGER "\n" ONLY_SVC));
	EXPECT_CLOSED();
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	ASSERT_EQ(1, ask(&self->s, "dumpable"));
	EXPECT_CLOSED();
	EXPECT_GRANTED(&self->s);
out:
	svc_stop(&self->s);
}

/* With accept=env the program runs unchanged, for its user, too. */
TEST_F(channel, accept_env)
{
	ASSERT_EQ(0, load_rules(ONLY_SVC " accept=env"));
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_OPEN();
	EXPECT_EQ(0, REACH(&root));
out:
	svc_stop(&self->s);
}

FIXTURE(view)
{
	struct svc s;
};

FIXTURE_SETUP(view)
{
	ASSERT_EQ(0, identity_install());
	write_file("/proc/sys/kernel/yama/ptrace_scope", "0\n");
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, start_as_root(&self->s, SVC));
}

FIXTURE_TEARDOWN(view)
{
	svc_stop(&self->s);
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* The program reads what is its own; so do its threads. */
TEST_F(view, itself)
{
	static const char *const files[] = {
		"maps", "environ", "auxv", "exe", "cwd", "fdinfo/0", "ns/mnt",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_EQ(0, ask(&self->s, "open /proc/self/%s", files[i]))
		{
			TH_LOG("%s", files[i]);
		}
		EXPECT_EQ(0, ask(&self->s, "thread open /proc/%d/%s",
				 self->s.pid, files[i]));
	}
	/* A child is another process. */
	EXPECT_EQ(EACCES, ask(&self->s, "fork open /proc/%d/maps",
			      self->s.pid));
}

/* ps and top of the same user show what they show of any program. */
TEST_F(view, ps)
{
	static const char *const files[] = {
		"stat", "status", "statm", "cmdline", "comm", "cgroup",
	};
	struct target t = { .pid = self->s.pid };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		t.file = files[i];
		EXPECT_EQ(0, run_as(&user, by_file, &t))
		{
			TH_LOG("%s", files[i]);
		}
	}
}

/* lsof, fuser and ss -p see the numbers of descriptors, not what they are. */
TEST_F(view, lsof)
{
	struct target t = { .pid = self->s.pid, .file = "fd" };

	EXPECT_EQ(0, run_as(&user, by_list, &t));
	t.file = "fd/0";
	EXPECT_EQ(EACCES, run_as(&user, by_link, &t));
	EXPECT_EQ(0, run_as(&root, by_link, &t));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
