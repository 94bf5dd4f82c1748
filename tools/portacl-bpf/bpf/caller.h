/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the groups and the cgroup of the current task, for more.h.
 */
#ifndef _PORTACL_BPF_CALLER_H
#define _PORTACL_BPF_CALLER_H

#include "maps.h"
#include "match.h"

/* Steps of a binary search among the most groups, 65,536. */
#define GROUP_STEPS 17

/**
 * struct search_groups - the supplementary groups, in order, while one is searched
 * @groups: the groups
 * @first: the first of those that are left
 * @left: number of those that are left
 * @min: lowest group searched
 * @max: highest group searched
 * @found: 1: there is one
 */
struct search_groups {
	struct group_info *groups;
	__u32 first;
	__u32 left;
	__u32 min;
	__u32 max;
	__u32 found;
};

static long search_group(__u32 step, struct search_groups *s)
{
	__u32 half = s->left / 2, gid = 0;

	if (!s->left)
		return 1;
	bpf_probe_read_kernel(&gid, sizeof(gid), (void *)s->groups +
			      bpf_core_field_offset(struct group_info, gid) +
			      sizeof(gid) * (s->first + half));
	if (gid < s->min) {
		s->first += half + 1;
		s->left -= half + 1;
		return 0;
	}
	if (gid > s->max) {
		s->left = half;
		return 0;
	}
	s->found = 1;
	return 1;
}

__noinline int pa_has_group(__u32 min, __u32 max)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct group_info *groups = BPF_CORE_READ(task, cred, group_info);
	struct search_groups s = {
		.groups = groups,
		.left = BPF_CORE_READ(groups, ngroups),
		.min = min,
		.max = max,
	};
	__u32 gid = BPF_CORE_READ(task, cred, egid.val);

	bpf_loop(GROUP_STEPS, search_group, &s, 0);
	return s.found || gid - min <= max - min;
}

/**
 * struct search_cgroup - the path of a cgroup, from the root on
 * @own: the cgroup of the task
 * @depth: number of names that count
 * @sip: the hash so far
 */
struct search_cgroup {
	struct cgroup *own;
	__u32 depth;
	struct pa_sip sip;
};

static long descend(__u32 i, struct search_cgroup *s)
{
	struct cgroup *at = NULL;

	if (i >= s->depth)
		return 1;
	/* The first ancestor is the root. */
	bpf_probe_read_kernel(&at, sizeof(at), (void *)s->own +
			      bpf_core_field_offset(struct cgroup, ancestors) +
			      sizeof(at) * (i + 1));
	hash_name(&s->sip, BPF_CORE_READ(at, kn, name));
	return 0;
}

/* By path: a service manager makes the cgroup again at each start. */
__noinline int pa_in_cgroup(__u64 hash, __u32 depth)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct cgroup *own = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	struct search_cgroup s = { .own = own, .depth = depth };

	if ((__u32)BPF_CORE_READ(own, level) < depth)
		return 0;
	pa_sip_start(&s.sip, key0, key1);
	bpf_loop(PA_MAX_DEPTH, descend, &s, 0);
	return pa_sip_end(&s.sip) == hash;
}

#endif /* _PORTACL_BPF_CALLER_H */
