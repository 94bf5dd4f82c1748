/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the binds that mode learn observes, see security/portacl/learn.c.
 * They stay in maps until they are read or cleared.
 */
#ifndef _PORTACL_BPF_LEARN_H
#define _PORTACL_BPF_LEARN_H

#include "identity.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PA_MAX_OBSERVED);
	__type(key, struct pa_what);
	__type(value, struct pa_seen);
} observed SEC(".maps");

/* The number of observations of each program and user. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * PA_MAX_OBSERVED);
	__type(key, struct pa_sharer);
	__type(value, __u32);
} shares SEC(".maps");

/* The number of binds for which there was no room. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} overflow SEC(".maps");

static const struct pa_seen unseen;

/**
 * struct name_walk - a path, from the file to the root, for its names
 * @dentry: where the walk is
 * @mount: the mount of @dentry
 * @sip: the hash so far
 * @seen: where the names are kept, or NULL
 * @done: the root was reached
 */
struct name_walk {
	struct dentry *dentry;
	struct mount *mount;
	struct pa_sip sip;
	struct pa_seen *seen;
	__u32 done;
};

/* Returns 1 if there is no room. */
static __always_inline long keep_name(struct pa_seen *seen, const void *name)
{
	__u32 len = seen->len;
	long n;

	if (len > PA_MAX_PATH)
		return 1;
	n = bpf_probe_read_kernel_str(seen->names + len, PA_MAX_NAME + 1, name);
	if (n < 0)
		return 1;
	seen->len = len + n;
	return 0;
}

/* As climb(), which needs more of the stack. */
static long climb_name(__u32 i, struct name_walk *w)
{
	struct dentry *dentry = w->dentry;
	struct mount *mount = w->mount;
	const void *name;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		w->done = leave_mount(&w->dentry, &w->mount);
		return w->done;
	}
	name = BPF_CORE_READ(dentry, d_name.name);
	if (hash_name(&w->sip, name) || (w->seen && keep_name(w->seen, name)))
		return 1;
	w->dentry = BPF_CORE_READ(dentry, d_parent);
	return 0;
}

/* Returns the hash of the path of a file, 0: it has none. */
static __always_inline __u64 walk_names(struct file *file, struct pa_seen *seen)
{
	struct name_walk w = { .seen = seen };

	w.dentry = BPF_CORE_READ(file, f_path.dentry);
	w.mount = outer_of(BPF_CORE_READ(file, f_path.mnt), struct mount, mnt);
	pa_sip_start(&w.sip, key0, key1);
	bpf_loop(2 * PA_MAX_DEPTH, climb_name, &w, 0);
	return w.done && is_attached(w.mount) ? pa_sip_end(&w.sip) : 0;
}

static __always_inline int is_full(const struct pa_sharer *sharer, __u32 max)
{
	__u32 *nr = bpf_map_lookup_elem(&shares, sharer);

	return nr && *nr >= max;
}

static __always_inline void take_share(const struct pa_sharer *sharer)
{
	__u32 *nr, none = 0;

	bpf_map_update_elem(&shares, sharer, &none, BPF_NOEXIST);
	nr = bpf_map_lookup_elem(&shares, sharer);
	if (nr)
		__sync_fetch_and_add(nr, 1);
}

static __always_inline struct pa_seen *add(const struct pa_what *what,
					   struct file *file)
{
	struct pa_sharer program = { .key = what->exe };
	struct pa_sharer user = { .key = what->uid, .is_user = 1 };
	struct pa_seen *seen;
	long err;

	/* In a user namespace, a user may have many uids.  All count as one. */
	if (what->taint & BIT(TAINT_NAMESPACE))
		user.key = PA_MAX_UID;
	if (is_full(&program, PA_MAX_OF_PROGRAM) ||
	    is_full(&user, PA_MAX_OF_USER))
		return NULL;
	err = bpf_map_update_elem(&observed, what, &unseen, BPF_NOEXIST);
	seen = bpf_map_lookup_elem(&observed, what);
	/* Else another processor added it. */
	if (seen && !err) {
		take_share(&program);
		take_share(&user);
		/* The file may be another by now; the reader hashes its path. */
		seen->known = !!walk_names(file, seen);
	}
	return seen;
}

/*
 * Not static, so the verifier checks it once and not again for each call.  Notes a
 * bind and what the policy says of it.
 */
__noinline int note_bind(const struct pa_request *req, __u32 action)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct pa_what what = { };
	struct pa_seen *seen;
	__u32 zero = 0;
	__u64 *lost;

	if (!req)
		return 0;
	what.exe = req->exe;
	what.taint = req->taint;
	what.uid = req->uid;
	what.port = req->port;
	what.proto = req->proto;
	what.action = action;
	what.verified = req->exe && walk_names(file, NULL) == req->exe;
	seen = bpf_map_lookup_elem(&observed, &what);
	if (!seen)
		seen = add(&what, file);
	if (seen) {
		__sync_fetch_and_add(&seen->count, 1);
		return 0;
	}
	lost = bpf_map_lookup_elem(&overflow, &zero);
	if (lost)
		__sync_fetch_and_add(lost, 1);
	return 0;
}

#endif /* _PORTACL_BPF_LEARN_H */
