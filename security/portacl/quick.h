/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the quick path to a verdict: the lookup.  See quick.c.
 *
 * Each function returns the index of the rule that decides, PORTACL_NO_RULE if
 * none does, or PORTACL_UNSURE if only portacl_match() can tell.
 */
#ifndef _SECURITY_PORTACL_QUICK_H
#define _SECURITY_PORTACL_QUICK_H

#include "policy.h"

#define PORTACL_UNSURE (PORTACL_NO_RULE - 1)

/**
 * struct portacl_who - what the quick path knows of a bind
 * @exe: hash of the executable's path
 * @uid: effective uid
 * @port: port
 * @proto: enum portacl_proto
 */
struct portacl_who {
	u64 exe;
	u32 uid;
	u16 port;
	u8 proto;
};

/*
 * Does a rule match, which was found by a key of this kind?  The key proves the
 * port and the uid, unless it leaves them open: see portacl_key_tag().
 */
static __always_inline u32
portacl_quick_rule(const struct portacl_policy *policy, u32 index, u32 kind,
		   const struct portacl_who *who)
{
	const struct portacl_rule *rule = &policy->rules[index];

	if (!(rule->protos & BIT(who->proto)))
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

u32 portacl_quick_rest(const struct portacl_policy *policy,
		       const struct portacl_who *who, u32 kinds, u32 best);

/**
 * portacl_quick_search - look for the rule that decides by exact rules alone
 * @policy: the policy
 * @who: the bind, by an untainted program in the initial network namespace
 *
 * Context: any, under rcu_read_lock().
 * Return: see above.
 */
static __always_inline u32
portacl_quick_search(const struct portacl_policy *policy,
		     const struct portacl_who *who)
{
	u32 kinds = policy->kinds[who->port], best = PORTACL_NO_RULE;

	/* Most rules name a program, users and single ports. */
	if (kinds & BIT(PORTACL_KIND_WHOLE))
		best = portacl_quick_kind(policy, PORTACL_KIND_WHOLE, who,
					  best);
	kinds &= ~BIT(PORTACL_KIND_WHOLE);
	if (likely(!kinds) || best == PORTACL_UNSURE)
		return best;
	return portacl_quick_rest(policy, who, kinds, best);
}

#endif /* _SECURITY_PORTACL_QUICK_H */
