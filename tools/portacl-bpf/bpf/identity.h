/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the identity of a program, see security/portacl/identity.c.
 *
 * It is decided at exec, as there, but kept by task, not in the cred.  What the
 * programs may not set (not dumpable, a cleared personality) becomes a taint or
 * is covered by the hooks of ptrace.h.
 */
#ifndef _PORTACL_BPF_IDENTITY_H
#define _PORTACL_BPF_IDENTITY_H

#include "caller.h"

static __always_inline struct task_state *find_state(struct task_struct *task)
{
	__u64 key = (__u64)task;

	return bpf_map_lookup_elem(&tasks, &key);
}

/* If a program was left out, the state is that of another exec. */
static __always_inline struct identity *find_identity(struct task_struct *task)
{
	struct task_state *state = find_state(task);

	if (!state || state->now.exec != task->self_exec_id)
		return NULL;
	return &state->now;
}

static __always_inline __u32 program_flags(__u64 exe)
{
	void *cells = active_policy();
	struct pa_cell *head;

	if (!cells || !exe)
		return 0;
	head = pa_cell(cells, 0);
	return head ? pa_program_flags(cells, &head->head, exe) : 0;
}

/**
 * struct walk - a path, from the file to the root
 * @dentry: where the walk is
 * @mount: the mount of @dentry
 * @root: the root directory of the process
 * @root_mount: the mount of @root
 * @sip: the hash so far
 * @taint: TAINT_WRITABLE, TAINT_DELETED
 * @done: the root was reached
 * @mountpoint: @dentry is a mountpoint; what it covers does not count
 */
struct walk {
	struct dentry *dentry;
	struct mount *mount;
	struct dentry *root;
	struct vfsmount *root_mount;
	struct pa_sip sip;
	__u32 taint;
	__u8 done;
	__u8 mountpoint;
};

static __always_inline struct vfsmount *vfsmount_of(struct mount *mount)
{
	return (void *)mount + bpf_core_field_offset(struct mount, mnt);
}

static __always_inline int is_idmapped(struct vfsmount *mnt)
{
	if (bpf_core_field_exists(mnt->mnt_idmap))
		return BPF_CORE_READ(mnt, mnt_idmap) != (void *)&nop_mnt_idmap;
	return !is_init_user_ns(BPF_CORE_READ((struct vfsmount___userns *)mnt,
					      mnt_userns));
}

/*
 * The part of struct dentry that the walk needs, read by one call.  If a kernel
 * has a member behind it, the verifier refuses the program.
 */
struct raw_dentry {
	char bytes[64];
};

#define raw_member(raw, member)                                        \
	(*(typeof(((struct dentry *)0)->member) *)((void *)(raw) +      \
		bpf_core_field_offset(struct dentry, member)))

static __always_inline int is_writable(struct inode *inode,
				       struct vfsmount *mnt)
{
	return !inode || BPF_CORE_READ(inode, i_uid.val) ||
	       (BPF_CORE_READ(inode, i_mode) & 0022) || is_idmapped(mnt);
}

/**
 * struct search_mounts - the mounts below a mount, while one is looked for
 * @at: the current one
 * @end: the head of the list
 * @dentry: the mountpoint looked for
 * @clear: 1: nothing is mounted there; else something may be
 */
struct search_mounts {
	struct list_head *at;
	struct list_head *end;
	struct dentry *dentry;
	__u32 clear;
};

#define MAX_MOUNTS 4096

static long search_mount(__u32 i, struct search_mounts *s)
{
	struct list_head *at = s->at, *end = s->end, *next;
	struct mount *mount = outer_of(at, struct mount, mnt_child);

	if (at == end) {
		s->clear = 1;
		return 1;
	}
	if (BPF_CORE_READ(mount, mnt_mountpoint) == s->dentry)
		return 1;
	next = BPF_CORE_READ(at, next);
	/* Begin again if this one was unmounted meanwhile: it is a list of its own. */
	s->at = next == at ? BPF_CORE_READ(end, next) : next;
	return 0;
}

static __always_inline __u32 mounted_flag(void)
{
	return bpf_core_enum_value_exists(enum dentry_flags, DCACHE_MOUNTED) ?
	       bpf_core_enum_value(enum dentry_flags, DCACHE_MOUNTED) : 0x10000;
}

/* The flag may come from a mount in another namespace. */
static __always_inline int is_mounted_over(struct walk *w, __u32 flags)
{
	struct dentry *dentry = w->dentry;
	struct list_head *head = (void *)w->mount +
		bpf_core_field_offset(struct mount, mnt_mounts);
	struct search_mounts s = {
		.dentry = dentry, .end = head,
	};

	if (!(flags & mounted_flag()) ||
	    (dentry == w->root && vfsmount_of(w->mount) == w->root_mount))
		return 0;
	s.at = BPF_CORE_READ(head, next);
	bpf_loop(MAX_MOUNTS, search_mount, &s, 0);
	return !s.clear;
}

/* From the root of a mount to its mountpoint.  Returns 1 if there is none. */
static __always_inline int leave_mount(struct dentry **dentry,
				       struct mount **mount)
{
	struct mount *at = *mount, *parent = BPF_CORE_READ(at, mnt_parent);

	if (parent == at)
		return 1;
	*dentry = BPF_CORE_READ(at, mnt_mountpoint);
	*mount = parent;
	return 0;
}

static long climb(__u32 i, struct walk *w)
{
	struct mount *mount = w->mount;
	struct dentry *dentry = w->dentry;
	struct raw_dentry raw;

	bpf_probe_read_kernel(&raw, sizeof(raw), dentry);
	if (!w->mountpoint) {
		if (is_writable(raw_member(&raw, d_inode), vfsmount_of(mount)))
			w->taint |= BIT(TAINT_WRITABLE);
		if (is_mounted_over(w, raw_member(&raw, d_flags)))
			w->taint |= BIT(TAINT_DELETED);
	}
	w->mountpoint = 0;
	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		w->done = leave_mount(&w->dentry, &w->mount);
		w->mountpoint = 1;
		return w->done;
	}
	if (hash_name(&w->sip, raw_member(&raw, d_name.name)))
		return 1;
	w->dentry = raw_member(&raw, d_parent);
	return 0;
}

/* Only the top of a mount namespace is one: a detached tree has no path. */
static __always_inline int is_attached(struct mount *top)
{
	unsigned long ns = (unsigned long)BPF_CORE_READ(top, mnt_ns);

	return ns && ns < -4095UL;
}

static __always_inline int is_traced(struct task_struct *task)
{
	const struct cred *cred;

	if (!BPF_CORE_READ(task, ptrace))
		return 0;
	cred = BPF_CORE_READ(task, ptracer_cred);
	return cred && !may_ptrace(cred);
}

#define MAX_THREADS 4096

/**
 * struct search_threads - the threads of a process, while a tracer is looked for
 * @at: the current one
 * @end: the head of the list
 * @clear: 1: no thread is traced; else one may be
 */
struct search_threads {
	struct list_head *at;
	struct list_head *end;
	__u32 clear;
};

static long search_thread(__u32 i, struct search_threads *s)
{
	struct list_head *at = s->at;
	struct task_struct *task = outer_of(at, struct task_struct,
					    thread_node);

	if (at == s->end) {
		s->clear = 1;
		return 1;
	}
	if (is_traced(task))
		return 1;
	s->at = BPF_CORE_READ(at, next);
	return 0;
}

/*
 * A tracer of one thread can write to the memory of all.  At an exec the other
 * threads still run in it.
 */
static __always_inline int is_process_traced(struct task_struct *task)
{
	struct search_threads s = { };
	struct list_head *head;

	if (task->signal->nr_threads == 1)
		return task->ptrace && is_traced(task);
	head = (void *)BPF_CORE_READ(task, signal) +
	       bpf_core_field_offset(struct signal_struct, thread_head);
	s.end = head;
	s.at = BPF_CORE_READ(head, next);
	bpf_loop(MAX_THREADS, search_thread, &s, 0);
	return !s.clear;
}

static __always_inline int in_host_mounts(struct task_struct *task)
{
	return task->nsproxy->mnt_ns->user_ns->ns.inum == INIT_USER_NS;
}

/* As for setuid programs, a foreign or nosuid mount is not trusted. */
static __always_inline int in_namespace(struct task_struct *task,
					const struct cred *cred,
					struct vfsmount *mnt)
{
	struct mount *mount = outer_of(mnt, struct mount, mnt);

	return cred->user_ns->ns.inum != INIT_USER_NS ||
	       !in_host_mounts(task) ||
	       BPF_CORE_READ(mount, mnt_ns) !=
	       task->nsproxy->mnt_ns ||
	       !is_init_user_ns(BPF_CORE_READ(mnt, mnt_sb, s_user_ns)) ||
	       (BPF_CORE_READ(mnt, mnt_flags) & MNT_NOSUID);
}

/* The root directory may lie below so many mounts. */
#define MAX_ROOT_MOUNTS 8

/*
 * As in_host_root() of security/portacl/identity.c: a sandboxed service has the
 * host's root directory in another mount, but its path is "/".
 */
static __always_inline int in_host_root(struct walk *w)
{
	struct task_struct *init = (struct task_struct *)&init_task;
	struct mount *mount = outer_of(w->root_mount, struct mount, mnt);
	struct dentry *at = w->root;
	int i;

	if (at != BPF_CORE_READ(init, fs, root.dentry))
		return 0;
	if (w->root_mount == BPF_CORE_READ(init, fs, root.mnt))
		return 1;
	for (i = 0; i < MAX_ROOT_MOUNTS; i++) {
		struct mount *parent = BPF_CORE_READ(mount, mnt_parent);

		if (at != BPF_CORE_READ(mount, mnt.mnt_root))
			return 0;
		if (parent == mount)
			return 1;
		at = BPF_CORE_READ(mount, mnt_mountpoint);
		mount = parent;
	}
	return 0;
}

static __always_inline __u32 find_taint(struct task_struct *task,
					struct linux_binprm *bprm,
					struct walk *w, struct file *file,
					int root)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct vfsmount *mnt = BPF_CORE_READ(file, f_path.mnt);
	int unsafe = bprm->unsafe;
	__u32 taint = w->taint;

	if (root)
		taint &= ~BIT(TAINT_DELETED);
	if (in_namespace(task, bprm->cred, mnt))
		taint |= BIT(TAINT_NAMESPACE);
	if (BPF_CORE_READ(mnt, mnt_flags) & MNT_NOSUID)
		taint |= BIT(TAINT_NOSUID);
	if (!in_host_root(w))
		taint |= BIT(TAINT_CHROOT);
	if (!BPF_CORE_READ(dentry, d_hash.pprev) &&
	    BPF_CORE_READ(dentry, d_parent) != dentry)
		taint |= BIT(TAINT_DELETED);
	if (is_idmapped(mnt))
		taint |= BIT(TAINT_IDMAPPED);
	if (is_process_traced(task))
		taint |= BIT(TAINT_TRACED);
	if ((unsafe & LSM_UNSAFE_SHARE) && task->tgid != 1)
		taint |= BIT(TAINT_SHARED);
	if ((unsafe & LSM_UNSAFE_NO_NEW_PRIVS) && !root)
		taint |= BIT(TAINT_NNP);
	return taint;
}

/* Returns the program that ran before, if it may count as a launcher. */
static __always_inline __u64 find_launcher(struct task_struct *task,
					   __u32 taint)
{
	const __u32 doubt = BIT(TAINT_TRACED) | BIT(TAINT_SHARED) |
			    BIT(TAINT_CHROOT) | BIT(TAINT_NOPATH);
	struct identity *old = find_identity(task);

	return old && (old->flags & ROOT_EXEC) && !old->taint &&
	       !(taint & doubt) && in_host_mounts(task) ? old->exe : 0;
}

/* Returns whether the exec is a secure one now. */
static __always_inline int protect(struct task_struct *task,
				   struct linux_binprm *bprm,
				   struct identity *id, int root)
{
	id->flags |= PROTECTED;
	if (root || (program_flags(id->launcher) & PA_PROGRAM_LAUNCHER))
		return 0;
	/* The personality cannot be cleared here. */
	if (task->personality & PERSONALITY_CLEARED)
		id->taint |= BIT(TAINT_ENV);
	return !bpf_bprm_opts_set(bprm, BPF_F_SECUREEXEC);
}

static __always_inline __u64 permitted(const struct cred *cred)
{
	__u64 caps = 0;

	bpf_core_read(&caps, sizeof(caps), &cred->cap_permitted);
	return caps;
}

/*
 * Returns whether the exec makes the process non-dumpable: see begin_new_exec() and
 * commit_creds().  Not every secure exec does.  A file with =ei capabilities may grant
 * none of them, and the user can then trace the process.
 */
static __always_inline int is_nondumpable(const struct cred *old,
					  const struct cred *new)
{
	return (new->euid.val ^ new->uid.val) | (new->egid.val ^ new->gid.val) ||
	       (permitted(new) & ~permitted(old));
}

SEC("lsm/bprm_creds_from_file")
int BPF_PROG(creds_from_file, struct linux_binprm *bprm, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct identity id = {
		.exec = task->self_exec_id + 1,
	};
	int root = bprm->cred->uid.val == 0, secure = 0;
	struct task_state *state, none = { };
	__u64 key = (__u64)task;
	struct walk w = { };

	w.dentry = BPF_CORE_READ(file, f_path.dentry);
	w.mount = outer_of(BPF_CORE_READ(file, f_path.mnt), struct mount,
			       mnt);
	w.root = task->fs->root.dentry;
	w.root_mount = task->fs->root.mnt;
	pa_sip_start(&w.sip, key0, key1);
	bpf_loop(2 * PA_MAX_DEPTH, climb, &w, 0);
	if (w.done && is_attached(w.mount)) {
		id.exe = pa_sip_end(&w.sip);
		id.taint = find_taint(task, bprm, &w, file, root);
	} else {
		id.taint = BIT(TAINT_NOPATH);
	}
	id.launcher = find_launcher(task, id.taint);
	if (!(id.taint & ~ACCEPTABLE) &&
	    (program_flags(id.exe) & PA_PROGRAM_LISTED))
		secure = protect(task, bprm, &id, root);
	if (!secure && !root &&
	    (!BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec) ||
	     !is_nondumpable(task->cred, bprm->cred)))
		id.taint |= BIT(TAINT_ENV);
	if (root)
		id.flags |= ROOT_EXEC;
	bpf_map_update_elem(&tasks, &key, &none, BPF_NOEXIST);
	state = bpf_map_lookup_elem(&tasks, &key);
	if (state)
		state->next = id;
	/* A deny rule would not match a program without an identity. */
	return refuse_unless(!!state, -ENOMEM);
}

SEC("lsm/bprm_committing_creds")
int BPF_PROG(committing_creds, struct linux_binprm *bprm)
{
	struct task_state *state = find_state(bpf_get_current_task_btf());

	if (state) {
		state->now = state->next;
		state->next.flags = 0;
	}
	return 0;
}

/*
 * Without an entry, a new thread would be a way into the memory of a program that
 * ptrace.h guards.
 */
SEC("lsm/task_alloc")
int BPF_PROG(task_alloc, struct task_struct *task, unsigned long flags)
{
	struct task_state *state = find_state(bpf_get_current_task_btf());
	__u64 key = (__u64)task;
	long err = 0;

	if (state)
		err = bpf_map_update_elem(&tasks, &key, state, BPF_ANY);
	else
		bpf_map_delete_elem(&tasks, &key);
	return refuse_unless(!err, -ENOMEM);
}

SEC("lsm/task_free")
int BPF_PROG(task_free, struct task_struct *task)
{
	__u64 key = (__u64)task;

	bpf_map_delete_elem(&tasks, &key);
	return 0;
}

#endif /* _PORTACL_BPF_IDENTITY_H */
