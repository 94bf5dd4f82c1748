// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/root.h"
#include "policy.h"
#include "policy/exe.h"
#include "policy/request.h"
#include "system/netns.h"
#include "system/process.h"

bool proc_is_mounted(void)
{
	return !access("/proc/self/status", F_OK);
}

/* Without /proc it would seem that no process runs. */
void require_proc(void)
{
	if (!proc_is_mounted())
		die("procfs is not mounted: mount -t proc proc /proc");
}

/* A file of /proc/PID, or NULL. */
char *process_file(pid_t pid, const char *name)
{
	autofree char *path = xasprintf("/proc/%d/%s", pid, name);
	char *text = read_kernel_file(path);

	if (!text && *root_dir)
		text = read_file(path, NULL);
	return text;
}

/* When the process started; now if it cannot be told. */
time_t process_started(pid_t pid)
{
	autofree char *stat = process_file(pid, "stat");
	char *rest = stat ? strrchr(stat, ')') : NULL, *word = NULL;
	struct timespec up;
	u32 field;

	for (field = 2; field <= 22; field++)
		word = rest ? strsep(&rest, " ") : NULL;
	if (!word || clock_gettime(CLOCK_BOOTTIME, &up))
		return time(NULL);
	return time(NULL) - up.tv_sec +
	       strtoull(word, NULL, 10) / sysconf(_SC_CLK_TCK);
}

/* A line of /proc/PID/status: `Key:\tvalue`. */
static const char *find_line(const char *status, const char *key)
{
	const char *at = strstr(status, key);

	return at ? at + strlen(key) : "0";
}

/* The kernel lists them in ascending order, which the matcher needs. */
static void read_groups(struct process *process, const char *status)
{
	const char *at = find_line(status, "\nGroups:");
	u32 nr = 0, *groups = NULL;
	unsigned long gid;
	char *end;

	for (;; at = end) {
		gid = strtoul(at, &end, 10);
		if (end == at || memchr(at, '\n', end - at))
			break;
		make_room(groups, nr);
		groups[nr++] = gid;
	}
	process->groups = groups;
	process->nr_groups = nr;
}

static u64 read_caps(const char *status, const char *key)
{
	return strtoull(find_line(status, key), NULL, 16);
}

/* The second of the four numbers is the effective one. */
static u32 effective_id(const char *line)
{
	char *end;

	strtoul(line, &end, 10);
	return strtoul(end, NULL, 10);
}

static void read_status(struct process *process, const char *status)
{
	autofree char *tracer = NULL;

	snprintf(process->comm, sizeof(process->comm), "%.*s",
		 (int)strcspn(find_line(status, "Name:\t"), "\n"),
		 find_line(status, "Name:\t"));
	process->parent = atoi(find_line(status, "\nPPid:"));
	process->uid = effective_id(find_line(status, "\nUid:"));
	process->gid = effective_id(find_line(status, "\nGid:"));
	read_groups(process, status);
	process->effective = read_caps(status, "\nCapEff:");
	process->permitted = read_caps(status, "\nCapPrm:");
	process->ambient = read_caps(status, "\nCapAmb:");
	process->bounding = read_caps(status, "\nCapBnd:");
	process->no_new_privs = atoi(find_line(status, "\nNoNewPrivs:"));
	process->seccomp = atoi(find_line(status, "\nSeccomp:"));
	process->tracer = atoi(find_line(status, "\nTracerPid:"));
	if (!process->tracer)
		return;
	tracer = process_file(process->tracer, "status");
	if (tracer)
		process->tracer_root =
			!effective_id(find_line(tracer, "\nUid:"));
}

/* Does it run a 32-bit program?  Its auxv then has 32-bit entries. */
static bool is_elf32(pid_t pid)
{
	autofree char *path = xasprintf("/proc/%d/exe", pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char ident[EI_CLASS + 1] = "";

	return fd >= 0 && read(fd, ident, sizeof(ident)) == sizeof(ident) &&
	       ident[EI_CLASS] == ELFCLASS32;
}

/* AT_UID is a number of the user namespace, in which each user can be 0. */
static u32 host_uid(pid_t pid, u32 uid)
{
	autofree char *map = process_file(pid, "uid_map");
	char *rest = map, *line;
	u32 inner, outer, count;

	if (!map)
		return uid;
	while ((line = strsep(&rest, "\n")))
		if (sscanf(line, "%u %u %u", &inner, &outer, &count) == 3 &&
		    uid >= inner && uid - inner < count)
			return outer + (uid - inner);
	return U32_MAX;
}

static void take_aux(struct process *process, u64 type, u64 value)
{
	if (type == AT_UID)
		process->launched_by_root = !host_uid(process->pid, value);
	else if (type == AT_SECURE)
		process->secure = value;
}

/* Read who started the program, and how, from the auxiliary vector. */
static void read_auxv(struct process *process)
{
	size_t len = 0, i;
	autofree char *path = xasprintf("/proc/%d/auxv", process->pid);
	autofree char *data = read_file(path, &len);
	const Elf64_auxv_t *wide = (const void *)data;
	const Elf32_auxv_t *narrow = (const void *)data;

	process->known = data;
	if (data && is_elf32(process->pid))
		for (i = 0; i < len / sizeof(*narrow); i++)
			take_aux(process, narrow[i].a_type,
				 narrow[i].a_un.a_val);
	else
		for (i = 0; i < len / sizeof(*wide); i++)
			take_aux(process, wide[i].a_type, wide[i].a_un.a_val);
}

static void read_exe(struct process *process)
{
	static const char deleted[] = " (deleted)";
	autofree char *path = xasprintf("/proc/%d/exe", process->pid);
	ssize_t len = readlink(path, process->exe, sizeof(process->exe) - 1);
	char *mark;

	if (len < 0) {
		process->known = false;
		len = 0;
	}
	process->exe[len] = '\0';
	/* A program that was replaced keeps the name it was started by. */
	mark = process->exe + max(len - (ssize_t)strlen(deleted), (ssize_t)0);
	if (!strcmp(mark, deleted))
		*mark = '\0';
}

/* As in_host_root() of the kernel part: a jail may be a mount of the same root. */
static bool has_own_root(pid_t pid)
{
	autofree char *path = xasprintf("/proc/%d/root", pid);
	char top[2];

	return !process_same_file(pid, 1, "root") ||
	       readlink(path, top, sizeof(top)) != 1;
}

/* Without a line for cgroup v2, which was never mounted, all are in its root. */
static char *read_cgroup(pid_t pid)
{
	autofree char *text = process_file(pid, "cgroup");
	const char *line = text;

	while (line && strncmp(line, "0::/", 4)) {
		line = strchr(line, '\n');
		line += !!line;
	}
	if (!line)
		return text ? xstrdup("/") : NULL;
	if (!strncmp(line, "0::/..", 6))
		return NULL;
	return xstrndup(line + 3, strcspn(line + 3, "\n"));
}

/**
 * process_read - read about a process
 * @process: where it is stored, for process_free()
 * @pid: the process
 *
 * Return: whether there is such a process.
 */
bool process_read(struct process *process, pid_t pid)
{
	autofree char *status = process_file(pid, "status");

	*process = (struct process) { .pid = pid };
	if (!status)
		return false;
	read_status(process, status);
	read_auxv(process);
	read_exe(process);
	process->cgroup = read_cgroup(pid);
	process->own_root = has_own_root(pid);
	process->own_user_ns = !process_same_ns(pid, 1, "user");
	process->own_net_ns = !process_same_ns(pid, 1, "net");
	process->own_mnt_ns = !process_same_ns(pid, 1, "mnt");
	return true;
}

/* Call a function with each process there is. */
void each_process(void (*call)(void *context, pid_t pid), void *context)
{
	autoclosedir DIR *proc = opendir("/proc");
	const struct dirent *entry;
	u32 pid;

	while (proc && (entry = readdir(proc)))
		if (parse_number(entry->d_name, INT_MAX, &pid))
			call(context, pid);
}

void process_free(struct process *process)
{
	free(process->groups);
	free(process->cgroup);
	free(process->launcher);
}

/*
 * Its file as the process has it: in a mount namespace of its own another one
 * may stand at that path here, and the mounts may have other flags.
 */
static char *own_path(const struct process *process, const char *what)
{
	return xasprintf("/proc/%d/%s", process->pid, what);
}

/* Return the file or directory that users other than root can write, or NULL. */
char *process_writable(const struct process *process)
{
	autofree char *root = process->own_mnt_ns ? own_path(process, "root") :
						    xstrdup("");
	autofree char *path = xasprintf("%s%s", root, process->exe);
	struct program program;

	program_look(&program, path, false);
	return program.faults & BIT(PROGRAM_WRITABLE) ?
	       xstrdup(program.where) : NULL;
}

static bool is_nosuid(const struct process *process)
{
	autofree char *path = process->pid ? own_path(process, "exe") :
					     xstrdup(process->exe);
	struct statvfs fs;

	return !statvfs(path, &fs) && (fs.f_flag & ST_NOSUID);
}

/* As far as it shows from outside; bits of enum portacl_taint. */
static u32 process_taint(const struct process *process)
{
	autofree char *writable = NULL;
	u32 taint = 0;

	if (!*process->exe)
		return 0;
	writable = process_writable(process);
	if (writable)
		taint |= BIT(PORTACL_TAINT_WRITABLE);
	if (is_nosuid(process))
		taint |= BIT(PORTACL_TAINT_NOSUID);
	if (process->own_user_ns ||
	    (process->own_mnt_ns && !process_host_owner(process->pid, "mnt")))
		taint |= BIT(PORTACL_TAINT_NAMESPACE);
	if (process->own_root)
		taint |= BIT(PORTACL_TAINT_CHROOT);
	if (process->tracer && !process->tracer_root)
		taint |= BIT(PORTACL_TAINT_TRACED);
	if (process->no_new_privs && !process->launched_by_root)
		taint |= BIT(PORTACL_TAINT_NNP);
	if (process->pid && !process->launched_by_root && !process->secure)
		taint |= BIT(PORTACL_TAINT_ENV);
	return taint;
}

static u64 hash_path(const char *path)
{
	return path ? portacl_hash_path(path, strlen(path)) : 0;
}

static char *copy_path(const char *path)
{
	return path && *path == '/' ? xstrdup(path) : NULL;
}

/**
 * process_request - make the request that a process would make
 * @process: the process
 * @request: where it is stored, for request_free(); without a place
 */
void process_request(const struct process *process, struct request *request)
{
	u32 *groups = xrealloc(NULL, process->nr_groups + 1, sizeof(*groups));

	if (process->nr_groups)
		memcpy(groups, process->groups,
		       process->nr_groups * sizeof(*groups));
	*request = (struct request) {
		.exe = copy_path(process->exe),
		.launcher = copy_path(process->launcher),
		.cgroup = copy_path(process->cgroup),
		.groups = groups,
	};
	request->bind = (struct portacl_request) {
		.exe = hash_path(request->exe),
		.launcher = hash_path(request->launcher),
		.taint = process_taint(process),
		.uid = process->uid, .gid = process->gid,
		.groups = groups, .nr_groups = process->nr_groups,
		.launch_root = process->launched_by_root,
		.other_net = process->own_net_ns,
		.cgroup = request->cgroup,
	};
}
