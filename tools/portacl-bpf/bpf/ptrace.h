/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: protected programs are closed for ptrace, reading included; see
 * security/portacl/hooks.c.
 */
#ifndef _PORTACL_BPF_PTRACE_H
#define _PORTACL_BPF_PTRACE_H

#include "identity.h"

static __always_inline int protects(struct identity *id)
{
	__u32 taint = id->taint;

	if (id->flags & PROTECTED)
		return 1;
	if ((id->flags & ROOT_EXEC) && !taint &&
	    (program_flags(id->exe) & PA_PROGRAM_LAUNCHER))
		return 1;
	if (program_flags(id->launcher) & PA_PROGRAM_LAUNCHER)
		taint &= ~PA_LAUNCH_TAINTS;
	return !(taint & (~ACCEPTABLE | BIT(TAINT_ENV))) &&
	       (program_flags(id->exe) & PA_PROGRAM_LISTED);
}

/* During an exec, the program before and the one after are both protected. */
static __always_inline int is_protected(struct task_struct *task)
{
	struct task_state *state = find_state(task);

	return state && (protects(&state->now) ||
			 (state->next.flags & PROTECTED));
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(ptrace_access_check, struct task_struct *child, unsigned int mode)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!is_protected(child))
		return 0;
	return refuse_unless(may_ptrace(BPF_CORE_READ(task, cred)), -EPERM);
}

SEC("lsm/ptrace_traceme")
int BPF_PROG(ptrace_traceme, struct task_struct *parent)
{
	if (!is_protected(bpf_get_current_task_btf()))
		return 0;
	return refuse_unless(may_ptrace(BPF_CORE_READ(parent, cred)), -EPERM);
}

#endif /* _PORTACL_BPF_PTRACE_H */
