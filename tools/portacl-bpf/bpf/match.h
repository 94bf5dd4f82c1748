/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the verdict on a bind, from the cells of a policy.
 *
 * It is compiled as BPF and in user space, where a test compares it with the
 * kernel's own matcher.  The includer defines pa_cell(), which returns a cell of
 * a policy or NULL, and pa_loop(), as bpf_loop(), and those of more.h.
 */
#ifndef _PORTACL_BPF_MATCH_H
#define _PORTACL_BPF_MATCH_H

#include "more.h"

/* A launcher vouches for the environment and for no_new_privs. */
#define PA_LAUNCH_TAINTS (1U << TAINT_ENV | 1U << TAINT_NNP)

/* Returns the flags of a program, 0 if the policy does not name it. */
static __always_inline __u32
pa_program_flags(void *policy, struct pa_head *head, __u64 exe)
{
	__u32 at = head->programs +
		   (pa_hash(exe, 0, 0, 0) & head->programs_mask);
	__u32 i;

	for (i = 0; i < PA_WINDOW; i++) {
		struct pa_cell *cell = pa_cell(policy, at + i);

		if (!cell || !cell->program.exe)
			return 0;
		if (cell->program.exe == exe)
			return cell->program.flags;
	}
	return 0;
}

/*
 * The rest of a rule, once program, user and port match.  Few branches: the
 * verifier follows each of them, in each cell of a window.
 */
static __always_inline int
pa_rule_accepts(struct pa_rule *rule, struct pa_search *s)
{
	__u32 unmet = ~((__u32)rule->protos >> s->req.proto) & 1;

	unmet |= rule->flags & s->lacks;
	if (rule->exe && (rule->flags & PA_RULE_ALLOW))
		unmet |= s->req.taint & ~(__u32)rule->accept;
	return !unmet;
}

/* The first rule in file order is kept. */
static __always_inline void
pa_take(struct pa_rule *rule, struct pa_verdict *best)
{
	best->nr = rule->nr;
	best->flags = rule->flags;
	best->action = rule->flags & PA_RULE_ALLOW ? PA_ALLOW : PA_DENY;
}

/* Look one kind of key up in the table. */
static long pa_search_kind(__u32 kind, struct pa_search *s)
{
	__u64 exe = kind & PA_KIND_ANY_EXE ? 0 : s->req.exe;
	__u32 uid = kind & PA_KIND_ANY_UID ? 0 : s->req.uid;
	__u32 at, i;

	if (!(s->kinds >> kind & 1))
		return 0;
	at = s->table + (pa_hash(exe, uid, s->req.port, kind) & s->table_mask);
	for (i = 0; i < PA_WINDOW; i++) {
		struct pa_cell *cell = pa_cell(s->policy, at + i);
		__u64 differs;

		if (!cell || !cell->rule.nr)
			return 0;
		differs = (cell->rule.exe ^ exe) | (cell->rule.uid_min ^ uid) |
			  (cell->rule.port ^ s->req.port) |
			  (cell->rule.kind ^ kind);
		if (!differs && cell->rule.nr < s->best.nr &&
		    pa_rule_accepts(&cell->rule, s))
			pa_take(&cell->rule, &s->best);
	}
	return 0;
}

/* Returns 1 to stop. */
static long pa_search_one(__u32 i, struct pa_search *s)
{
	struct pa_cell *cell;

	if (i >= s->nr)
		return 1;
	cell = pa_cell(s->policy, s->at + i);
	if (!cell || cell->rule.nr >= s->best.nr)
		return 1;
	if ((cell->rule.exe && cell->rule.exe != s->req.exe) ||
	    s->req.uid < cell->rule.uid_min ||
	    s->req.uid > cell->rule.uid_max ||
	    !pa_rule_accepts(&cell->rule, s) ||
	    (cell->rule.needs && !pa_needs_met(s, &cell->rule)))
		return 0;
	pa_take(&cell->rule, &s->best);
	return 1;
}

/* Returns whether a rule reserves what is bound; the first one denies. */
static __always_inline int
pa_take_only(struct pa_search *s, struct pa_port *port)
{
	struct pa_cell *cell = pa_cell(s->policy, port->list - 1);
	__u32 rule = 0;

	if (s->req.other_net)
		return 0;
	if (cell && (port->only >> s->req.proto & 1))
		rule = cell->reserve.rules[s->req.proto & 7];
	if (rule && rule >> 1 < s->best.nr - PA_PART) {
		s->best.nr = PA_PART + (rule >> 1);
		s->best.flags = rule & 1 ? PA_RULE_NOLOG : 0;
	}
	if (s->best.nr == ~0U)
		return 0;
	s->best.nr -= PA_PART;
	s->best.flags = PA_RULE_ONLY | (s->best.flags & PA_RULE_NOLOG);
	s->best.action = PA_DENY;
	return 1;
}

/**
 * pa_match - decide on a bind
 * @s: its policy and its request are set; the verdict is stored in its best
 * @head: the policy's first cell
 * @port: what the policy knows of the port
 *
 * The first rule in file order that matches decides.  Otherwise `only` denies, or
 * the default applies.
 */
static __always_inline void
pa_match(struct pa_search *s, struct pa_head *head, struct pa_port *port)
{
	s->best.nr = ~0U;
	s->best.flags = 0;
	if (s->req.launcher &&
	    (pa_program_flags(s->policy, head, s->req.launcher) &
	     PA_PROGRAM_LAUNCHER)) {
		s->req.taint &= ~PA_LAUNCH_TAINTS;
		s->req.launch_root = 1;
	}
	s->lacks = (s->req.launch_root ? 0 : PA_RULE_LAUNCH_ROOT) |
		   (s->req.other_net ? PA_RULE_HOST_NET : 0);
	s->kinds = port->kinds & (PA_PORT_MORE - 1);
	s->table = head->table;
	s->table_mask = head->table_mask;
	if (s->kinds)
		pa_loop(PA_NR_KINDS, pa_search_kind, s);
	s->at = port->list;
	s->nr = port->nr_list;
	if (s->nr)
		pa_loop(PA_MAX_LIST, pa_search_one, s);
	if (s->best.nr < PA_PART || pa_take_only(s, port))
		return;
	s->best.nr = 0;
	s->best.action = s->req.other_net ? PA_LEGACY : head->fallback;
}

#endif /* _PORTACL_BPF_MATCH_H */
