/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: what the programs share.
 */
#ifndef _PORTACL_BPF_MAPS_H
#define _PORTACL_BPF_MAPS_H

#include "kernel.h"
#include "../layout.h"

/* The taints that a rule may accept. */
#define ACCEPTABLE (BIT(TAINT_IDMAPPED) - 1)

/*
 * The secret of the hashes and the cookie of the initial network namespace.  They
 * are no constants: the verifier would try all states of a hash that it can
 * compute.
 */
volatile __u64 key0, key1, init_net;

/* Binds since the programs were attached; @kernel_denies are those of the kernel. */
__u64 total_grants, total_denies, kernel_denies;

/* Bits of struct identity.flags. */
#define ROOT_EXEC 1	/* executed by real uid 0 */
#define PROTECTED 2	/* listed when it was executed */

/**
 * struct identity - the identity of a program
 * @exe: keyed hash of the executable's path, 0: none
 * @launcher: @exe of the program that ran before, if it was root's own
 * @exec: the task's number of this exec
 * @taint: bits of TAINT_*
 * @flags: ROOT_EXEC, PROTECTED
 */
struct identity {
	__u64 exe;
	__u64 launcher;
	__u64 exec;
	__u32 taint;
	__u32 flags;
};

/* The identity, and that of an exec which is not committed yet. */
struct task_state {
	struct identity now;
	struct identity next;
};

/*
 * The key is the address of the task: cgroup programs may not use task storage.
 * An entry is made at fork or exec and deleted by task_free.  The loader sets
 * the size.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct task_state);
} tasks SEC(".maps");

struct cells {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pa_cell);
} no_policy SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct cells);
} policy SEC(".maps") = {
	.values = { &no_policy },
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pa_config);
} config SEC(".maps");

/* For the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pa_added);
} added SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} records SEC(".maps");

static __always_inline struct pa_cell *pa_cell(void *cells, __u32 at)
{
	return bpf_map_lookup_elem(cells, &at);
}

#define pa_loop(nr, fn, context) bpf_loop(nr, fn, context, 0)

/* Hash a name, eight bytes at a time.  Returns 1 if it is empty. */
static __always_inline long hash_name(struct pa_sip *sip, const void *name)
{
	__u64 part[2];
	long n, i, len = 0;

	for (i = 0; i < PA_NAME_WORDS(PA_MAX_NAME); i++) {
		part[0] = 0;
		n = bpf_probe_read_kernel_str(part, 9, name + 8 * i);
		if (n < 2)
			break;
		pa_sip_word(sip, part[0]);
		len += n - 1;
		if (n < 9)
			break;
	}
	pa_sip_word(sip, len);
	return !len;
}

/* The policy in force.  The first one has no cell for a port. */
static __always_inline void *active_policy(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&policy, &zero);
}

/* The verifier wants to see that a hook returns a value in [-4095, 0]. */
static __always_inline int refuse_unless(int ok, int err)
{
	if (ok)
		return 0;
	asm volatile("" : "+r"(err));
	return err;
}

static __always_inline int is_init_user_ns(struct user_namespace *ns)
{
	return BPF_CORE_READ(ns, ns.inum) == INIT_USER_NS;
}

/* CAP_SYS_PTRACE counts in the initial user namespace only. */
static __always_inline int may_ptrace(const struct cred *cred)
{
	__u64 caps = 0;

	/* The members of the set have changed their names, not their bits. */
	bpf_core_read(&caps, sizeof(caps), &cred->cap_effective);
	return is_init_user_ns(BPF_CORE_READ(cred, user_ns)) &&
	       (caps >> CAP_SYS_PTRACE & 1);
}

#endif /* _PORTACL_BPF_MAPS_H */
