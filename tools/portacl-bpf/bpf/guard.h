/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: refuse what detaches the programs by accident, or hides them from the
 * loader: rm, mv, umount and a mount over the pins, and bpftool link detach.  This is no
 * boundary: root can write to the map of the loaders.
 */
#ifndef _PORTACL_BPF_GUARD_H
#define _PORTACL_BPF_GUARD_H

#include "maps.h"

/*
 * The directory of the pins, its mount in the namespace of process 1, and the BTF
 * object that the programs share.  The loader sets them.
 */
__u64 pins_ino;
__u32 pins_dev, pins_mount, own_btf;

/* The tasks that may detach the programs, until they end.  See guard.c. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} portacl_loaders SEC(".maps");

static __always_inline int refuse_detach(int is_ours)
{
	return refuse_unless(!is_ours ||
			     bpf_task_storage_get(&portacl_loaders,
						  bpf_get_current_task_btf(),
						  NULL, 0), -EPERM);
}

static __always_inline int is_pins(struct inode *inode)
{
	return inode && inode->i_ino == pins_ino &&
	       inode->i_sb->s_dev == pins_dev;
}

/* rmdir(2) needs no guard: the directory is not empty. */
SEC("lsm/inode_unlink")
int BPF_PROG(guard_unlink, struct inode *dir)
{
	return refuse_detach(is_pins(dir));
}

SEC("lsm/inode_rename")
int BPF_PROG(guard_rename, struct inode *from, struct dentry *dentry,
	     struct inode *to)
{
	return refuse_detach(is_pins(from) || is_pins(to) ||
			     is_pins(dentry->d_inode));
}

/* A mount elsewhere, or in another namespace, neither holds nor hides the pins. */
static __always_inline int is_pins_mount(struct vfsmount *mnt)
{
	struct mount *mount = outer_of(mnt, struct mount, mnt);

	return mnt->mnt_sb->s_dev == pins_dev &&
	       BPF_CORE_READ(mount, mnt_id) == (int)pins_mount;
}

SEC("lsm/sb_umount")
int BPF_PROG(guard_umount, struct vfsmount *mnt)
{
	return refuse_detach(is_pins_mount(mnt));
}

/* Whether a mount at this path hides the pins. */
static __always_inline int hides_pins(const struct path *path)
{
	return is_pins_mount(path->mnt) &&
	       (path->dentry == path->mnt->mnt_root ||
		is_pins(path->dentry->d_inode));
}

/* The flags say that the mount at this path is to change, not to be mounted over. */
#define MS_CHANGE (MS_REMOUNT | MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)

SEC("lsm/sb_mount")
int BPF_PROG(guard_mount, const char *dev_name, const struct path *path,
	     const char *type, unsigned long flags)
{
	return refuse_detach(!(flags & MS_CHANGE) && hides_pins(path));
}

SEC("lsm/move_mount")
int BPF_PROG(guard_move_mount, const struct path *from, const struct path *to)
{
	return refuse_detach(hides_pins(to));
}

static __always_inline struct file *open_file(struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = NULL;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

/* The other types of links cannot be detached. */
SEC("lsm/bpf")
int BPF_PROG(guard_bpf, int cmd, union bpf_attr *attr)
{
	struct bpf_link *link;
	__u32 fd = 0;

	if (cmd != BPF_LINK_DETACH && cmd != BPF_LINK_UPDATE)
		return 0;
	/* Both begin with the link. */
	bpf_probe_read_kernel(&fd, sizeof(fd), attr);
	link = BPF_CORE_READ(open_file(bpf_get_current_task_btf(), fd),
			     private_data);
	return refuse_detach(BPF_CORE_READ(link, prog, aux, btf, id) == own_btf);
}

#endif /* _PORTACL_BPF_GUARD_H */
