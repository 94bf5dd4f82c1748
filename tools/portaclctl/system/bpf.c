// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <glob.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "system/bpf.h"

#define MAX_PROGRAMS 64
#define OWN_LINKS "/sys/fs/bpf/portacl/link_*"

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Read the kernel's description of an open program or link, and close it. */
static int take_info(int fd, void *info, u32 len)
{
	union bpf_attr attr = { .info = {
		.bpf_fd = fd, .info_len = len, .info = (unsigned long)info,
	} };
	int err = 0;

	if (fd < 0 || bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static int read_info(u32 id, struct bpf_prog_info *info)
{
	union bpf_attr attr = { .prog_id = id };

	*info = (struct bpf_prog_info) { 0 };
	return take_info(bpf(BPF_PROG_GET_FD_BY_ID, &attr), info,
			 sizeof(*info));
}

/* The programs of the BPF backend are portacl's own layer. */
static bool is_own(u32 id)
{
	glob_t links;
	bool own = false;
	size_t i;

	if (glob(OWN_LINKS, 0, NULL, &links))
		return false;
	for (i = 0; i < links.gl_pathc && !own; i++) {
		union bpf_attr attr = {
			.pathname = (unsigned long)links.gl_pathv[i],
		};
		struct bpf_link_info info = { 0 };

		own = !take_info(bpf(BPF_OBJ_GET, &attr), &info,
				 sizeof(info)) && info.prog_id == id;
	}
	globfree(&links);
	return own;
}

static char *program_name(const struct bpf_prog_info *info, u32 id)
{
	return xasprintf("%.16s (id %u)", *info->name ? info->name : "?", id);
}

/* The programs attached to a cgroup or a network namespace; at most @nr. */
static int query(int fd, enum bpf_attach_type type, u32 flags, u32 *ids,
		 u32 *nr)
{
	union bpf_attr attr = { .query = {
		.target_fd = fd,
		.attach_type = type,
		.query_flags = flags,
		.prog_ids = (unsigned long)ids,
		.prog_cnt = MAX_PROGRAMS,
	} };

	*nr = 0;
	if (bpf(BPF_PROG_QUERY, &attr) && errno != ENOSPC)
		return -errno;
	*nr = min(attr.query.prog_cnt, (u32)MAX_PROGRAMS);
	return 0;
}

static int open_cgroup(const char *cgroup)
{
	const char *mount = access("/sys/fs/cgroup/cgroup.procs", F_OK) ?
			    "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
	autofree char *path = xasprintf("%s%s", mount, cgroup);

	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_attached(const char *cgroup, enum bpf_attach_type type, u32 id)
{
	autoclose int fd = open_cgroup(cgroup);
	u32 ids[MAX_PROGRAMS], nr = 0;

	if (fd >= 0)
		query(fd, type, 0, ids, &nr);
	while (nr)
		if (ids[--nr] == id)
			return true;
	return false;
}

/* The cgroup, or the one above it, to which a program is attached. */
static char *find_cgroup(const char *cgroup, enum bpf_attach_type type, u32 id)
{
	char *path = xstrdup(cgroup), *slash;

	while (!is_attached(path, type, id)) {
		slash = strrchr(path, '/');
		if (!slash || !slash[1]) {
			strcpy(path, "?");
			break;
		}
		/* The slash of the root directory stays. */
		slash[slash == path] = '\0';
	}
	return path;
}

static const struct {
	enum bpf_attach_type type;
	const char *name;
} hooks[] = {
	{ BPF_CGROUP_INET4_BIND, "bind4" },
	{ BPF_CGROUP_INET6_BIND, "bind6" },
	{ BPF_CGROUP_INET4_POST_BIND, "post_bind4" },
	{ BPF_CGROUP_INET6_POST_BIND, "post_bind6" },
};

static void add_program(const char *cgroup, u32 hook, u32 id,
			struct list *names)
{
	autofree char *where = find_cgroup(cgroup, hooks[hook].type, id);
	autofree char *name = NULL;
	struct bpf_prog_info info;

	read_info(id, &info);
	name = program_name(&info, id);
	list_add(names, xasprintf("%s %s at %s", hooks[hook].name, name,
				  where));
}

/**
 * cgroup_bpf - find the programs that run when a process of a cgroup binds, except
 *	those of the BPF backend
 * @cgroup: its path
 * @names: where the hook, the program's name, its id and its cgroup are added
 *
 * Return: 0 or a negative errno.
 */
int cgroup_bpf(const char *cgroup, struct list *names)
{
	autoclose int fd = open_cgroup(cgroup);
	u32 ids[MAX_PROGRAMS], nr, i, n;
	int err = 0;

	if (fd < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(hooks) && !err; i++) {
		err = query(fd, hooks[i].type, BPF_F_QUERY_EFFECTIVE, ids, &nr);
		for (n = 0; n < nr; n++)
			if (!is_own(ids[n]))
				add_program(cgroup, i, ids[n], names);
	}
	return err;
}

/**
 * sk_lookup_bpf - find the programs that choose the socket of a packet
 * @pid: a process of the network namespace
 * @names: where their names are added
 *
 * Return: 0 or a negative errno.
 */
int sk_lookup_bpf(pid_t pid, struct list *names)
{
	autofree char *path = xasprintf("/proc/%d/ns/net", pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct bpf_prog_info info;
	u32 ids[MAX_PROGRAMS], nr, i;
	int err;

	if (fd < 0)
		return -errno;
	err = query(fd, BPF_SK_LOOKUP, 0, ids, &nr);
	for (i = 0; i < nr; i++) {
		read_info(ids[i], &info);
		list_add(names, program_name(&info, ids[i]));
	}
	return err;
}

/**
 * security_bpf - find the programs that are security modules, except those of the
 *	BPF backend
 * @names: where their names are added
 *
 * Return: 0 or a negative errno.
 */
int security_bpf(struct list *names)
{
	union bpf_attr attr = { 0 };
	struct bpf_prog_info info;
	int err;

	while (!bpf(BPF_PROG_GET_NEXT_ID, &attr)) {
		u32 id = attr.next_id;

		err = read_info(id, &info);
		/* It may be gone meanwhile. */
		if (err && err != -ENOENT)
			return err;
		if (!err && info.type == BPF_PROG_TYPE_LSM && !is_own(id))
			list_add(names, program_name(&info, id));
		attr = (union bpf_attr) { .start_id = id };
	}
	return errno == ENOENT ? 0 : -errno;
}
