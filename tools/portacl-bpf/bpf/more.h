/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: gid=, addr= and cgroup=, which few rules have.  Compiled as match.h
 * is.
 *
 * The verifier checks a function that is not static once, for all arguments, and
 * not again in each of the states of its caller.  The includer defines
 * pa_has_group() and pa_in_cgroup() for the caller of the bind.
 */
#ifndef _PORTACL_BPF_MORE_H
#define _PORTACL_BPF_MORE_H

/**
 * struct pa_search - a bind while it is looked up
 * @policy: the policy
 * @req: the bind
 * @best: the rule found
 * @lacks: PA_RULE_LAUNCH_ROOT, PA_RULE_HOST_NET: the bind meets no rule with it
 * @kinds: the kinds of key to look up
 * @table: first cell of the table
 * @table_mask: a hash and this are an index in it
 * @at: first cell of the list
 * @nr: number of rules in the list
 * @more: first cell of those that say what a rule needs
 * @nr_more: number of these
 * @met: PA_NEEDS_* that are met
 * @bound: the address
 */
struct pa_search {
	void *policy;
	struct pa_request req;
	struct pa_verdict best;
	__u32 lacks;
	__u32 kinds;
	__u32 table;
	__u32 table_mask;
	__u32 at;
	__u32 nr;
	__u32 more;
	__u32 nr_more;
	__u32 met;
	struct pa_bound bound;
};

/* Returns whether the caller has a group from @min to @max. */
int pa_has_group(__u32 min, __u32 max);

/*
 * Returns whether the cgroup of the caller is the one with this hash, whose path
 * has @depth names, or below it.
 */
int pa_in_cgroup(__u64 hash, __u32 depth);

/* One half of a network address. */
static __always_inline __u64 pa_half(const __u32 *words)
{
	return (__u64)__builtin_bswap32(words[0]) << 32 |
	       __builtin_bswap32(words[1]);
}

/* Returns whether a prefix holds @len bits of an address, or overlaps them. */
static __always_inline int
pa_covers(const struct pa_more *prefix, __u64 hi, __u64 lo, __u32 len, __u32 v4)
{
	__u32 nr = prefix->len;

	if (prefix->part && len < nr)
		nr = len;
	if (prefix->v4 != v4 || nr > len)
		return 0;
	hi ^= prefix->hi;
	lo ^= prefix->lo;
	if (!nr)
		return 1;
	if (nr <= 64)
		return !(hi >> ((64 - nr) & 63));
	return !(hi | lo >> ((128 - nr) & 63));
}

/*
 * Returns the bits of PA_NEEDS_ADDR that a prefix meets.  A wildcard covers its
 * family, and that of IPv6 both families unless @v6only is set.
 */
__attribute__((__noinline__)) int
pa_holds(const struct pa_more *prefix, const struct pa_bound *bound)
{
	__u32 v4, len, first, second;
	__u64 hi, lo;
	int both;

	if (!prefix || !bound)
		return 0;
	hi = pa_half(bound->addr);
	lo = pa_half(bound->addr + 2);
	v4 = !hi && lo >> 32 == 0xffff;
	len = v4 && !(__u32)lo ? 96 : hi | lo ? 128 : 0;
	both = !len && !bound->v6only;
	first = pa_covers(prefix, hi, lo, len, v4);
	second = both && pa_covers(prefix, 0, 0xffffULL << 32, 96, 1);
	if (prefix->part)
		return first | second ? PA_NEEDS_ADDR : 0;
	return first << 2 | (second | !both) << 3;
}

static long pa_search_more(__u32 i, struct pa_search *s)
{
	struct pa_cell *cell;
	struct pa_more *more;

	if (i >= s->nr_more)
		return 1;
	cell = pa_cell(s->policy, s->more + i);
	if (!cell)
		return 1;
	more = &cell->more;
	if (more->need == PA_NEEDS_ADDR)
		s->met |= pa_holds(more, &s->bound);
	else if (more->need == PA_NEEDS_GROUP ?
		 pa_has_group(more->min, more->max) :
		 pa_in_cgroup(more->hi, more->min))
		s->met |= more->need;
	return 0;
}

static __always_inline int
pa_needs_met(struct pa_search *s, struct pa_rule *rule)
{
	s->more = rule->more;
	s->nr_more = rule->nr_more;
	s->met = 0;
	pa_loop(PA_MAX_MORE, pa_search_more, s);
	return (s->met & rule->needs) == rule->needs;
}

#endif /* _PORTACL_BPF_MORE_H */
