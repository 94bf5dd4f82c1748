/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the lookup of the quick path, see quick.c.
 *
 * Each function returns the index of the rule that decides, PORTACL_NO_RULE if
 * no rule matches, or PORTACL_UNSURE if only portacl_match() can decide.
 */
#ifndef _SECURITY_PORTACL_QUICK_H
#define _SECURITY_PORTACL_QUICK_H

#include "policy.h"

#define PORTACL_UNSURE (PORTACL_NO_RULE - 1)

/**
 * struct portacl_who - the properties of a bind that the quick path compares
 * @exe: hash of the executable's path
 * @uid: effective uid
 * @port: port
 * @protos: the protocol as a bit of portacl_rule.protos
 */
struct portacl_who {
	u64 exe;
	u32 uid;
	u16 port;
	u8 protos;
};

/*
 * Compare with a rule that a key of this kind found.  The key proves the port
 * and the uid unless it leaves them open, see portacl_key_tag().
 */
static __always_inline u32
portacl_quick_rule(const struct portacl_policy *policy, u32 index, u32 kind,
		   const struct portacl_who *who)
{
	const struct portacl_rule *rule = &policy->rules[index];

	if (!(rule->protos & who->protos))
		return PORTACL_NO_RULE;
	if ((kind & PORTACL_ANY_PORT) &&
	    !portacl_in_ranges(portacl_rule_ports(policy, rule),
			       rule->nr_ports, who->port))
		return PORTACL_NO_RULE;
	if (!rule->exact)
		return PORTACL_UNSURE;
	if (rule->exe && rule->exe != who->exe)
		return PORTACL_NO_RULE;
	if ((kind & PORTACL_ANY_UID) && rule->nr_uids &&
	    !portacl_in_ranges(portacl_rule_uids(policy, rule), rule->nr_uids,
			       who->uid))
		return PORTACL_NO_RULE;
	return index;
}

static __always_inline u32
portacl_quick_kind(const struct portacl_policy *policy, u32 kind,
		   const struct portacl_who *who, u32 best)
{
	u32 limit = min(best, policy->nr_rules);
	u64 tag = portacl_key_tag(kind, who->port, who->exe, who->uid);
	u32 next = policy->buckets[tag >> policy->shift];

	while (next) {
		const struct portacl_entry *entry = &policy->entries[next - 1];
		u32 rule = entry->rule;

		if (rule >= limit)
			break;
		if (entry->tag == tag) {
			rule = portacl_quick_rule(policy, rule, kind, who);
			if (rule != PORTACL_NO_RULE)
				return rule;
		}
		next = entry->next;
	}
	return best;
}

static __always_inline u32
portacl_quick_range(const struct portacl_policy *policy,
		    const struct portacl_who *who, u32 best)
{
	const struct portacl_segments *segments = &policy->segments;
	u32 at, i, rule;

	if (policy->nr_nodes && policy->nodes[0].hull.rule < best &&
	    portacl_in_span(&policy->nodes[0].hull, who->port, who->uid,
			    who->protos))
		return PORTACL_UNSURE;
	if (!segments->rules)
		return best;
	at = portacl_segment_find(segments, who->uid);
	for (i = segments->lists[at]; i < segments->lists[at + 1]; i++) {
		rule = segments->rules[i];
		if (rule >= best)
			break;
		rule = portacl_quick_rule(policy, rule, PORTACL_KIND_RANGE,
					  who);
		if (rule != PORTACL_NO_RULE)
			return rule;
	}
	return best;
}

/**
 * portacl_quick_search - find the deciding rule, if all candidates are exact
 * @policy: the policy
 * @who: the bind, in the initial network namespace
 *
 * Most rules name a program, users and single ports, so their keys come first.
 * Taints are not compared: the caller does that with the rule found.
 *
 * Context: any, under rcu_read_lock_sched().
 * Return: see above.
 */
static __always_inline u32
portacl_quick_search(const struct portacl_policy *policy,
		     const struct portacl_who *who)
{
	u32 kinds = policy->kinds[who->port], best = PORTACL_NO_RULE;

	if (kinds & BIT(PORTACL_KIND_WHOLE))
		best = portacl_quick_kind(policy, PORTACL_KIND_WHOLE, who,
					  best);
	for (kinds &= ~BIT(PORTACL_KIND_WHOLE);
	     kinds && best != PORTACL_UNSURE; kinds &= kinds - 1) {
		u32 kind = __ffs(kinds);

		if (policy->first[kind] >= best)
			continue;
		best = kind == PORTACL_KIND_RANGE ?
		       portacl_quick_range(policy, who, best) :
		       portacl_quick_kind(policy, kind, who, best);
	}
	return best;
}

#endif /* _SECURITY_PORTACL_QUICK_H */
