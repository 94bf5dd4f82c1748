// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroupbpf.h"

#define MAX_PROGRAMS 64

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int read_info(u32 id, struct bpf_prog_info *info)
{
	union bpf_attr attr = { .prog_id = id };
	int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr), err = 0;

	*info = (struct bpf_prog_info) { 0 };
	if (fd < 0)
		return -errno;
	attr = (union bpf_attr) { .info = {
		.bpf_fd = fd,
		.info_len = sizeof(*info),
		.info = (unsigned long)info,
	} };
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		err = -errno;
	close(fd);
	return err;
}

static char *program_name(const struct bpf_prog_info *info, u32 id)
{
	return xasprintf("%.16s (id %u)", *info->name ? info->name : "?", id);
}

static int query(int fd, enum bpf_attach_type type, struct list *names)
{
	struct bpf_prog_info info;
	u32 ids[MAX_PROGRAMS], i;
	union bpf_attr attr = { .query = {
		.target_fd = fd,
		.attach_type = type,
		.query_flags = BPF_F_QUERY_EFFECTIVE,
		.prog_ids = (unsigned long)ids,
		.prog_cnt = MAX_PROGRAMS,
	} };

	if (bpf(BPF_PROG_QUERY, &attr) && errno != ENOSPC)
		return -errno;
	for (i = 0; i < min(attr.query.prog_cnt, (u32)MAX_PROGRAMS); i++) {
		read_info(ids[i], &info);
		list_add(names, program_name(&info, ids[i]));
	}
	return 0;
}

/**
 * cgroup_bpf - find the programs that run when a process of a cgroup binds
 * @cgroup: its path
 * @names: where the programs' names are added
 *
 * Return: 0 or a negative errno.
 */
int cgroup_bpf(const char *cgroup, struct list *names)
{
	static const enum bpf_attach_type types[] = {
		BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND,
		BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND,
	};
	const char *mount = access("/sys/fs/cgroup/cgroup.procs", F_OK) ?
			    "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
	char *path = xasprintf("%s%s", mount, cgroup);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;
	u32 i;

	free(path);
	if (fd < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(types) && !err; i++)
		err = query(fd, types[i], names);
	close(fd);
	return err;
}

/**
 * security_bpf - find the programs that are security modules
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
		if (!err && info.type == BPF_PROG_TYPE_LSM)
			list_add(names, program_name(&info, id));
		attr = (union bpf_attr) { .start_id = id };
	}
	return errno == ENOENT ? 0 : -errno;
}
