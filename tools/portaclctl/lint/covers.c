// SPDX-License-Identifier: GPL-2.0-only
#include "lint/linter.h"
#include "policy/address.h"

/* Is each range of @b within one of @a?  None means any number. */
static bool ranges_cover(const struct portacl_range *a, u32 nr_a,
			 const struct portacl_range *b, u32 nr_b)
{
	u32 i, n;

	if (!nr_a)
		return true;
	for (i = 0; i < nr_b; i++) {
		for (n = 0; n < nr_a; n++)
			if (a[n].min <= b[i].min && a[n].max >= b[i].max)
				break;
		if (n == nr_a)
			return false;
	}
	return nr_b;
}

static bool addrs_cover(const struct portacl_policy *policy,
			const struct portacl_rule *a,
			const struct portacl_rule *b)
{
	const struct portacl_cidr *x = portacl_rule_addrs(policy, a);
	const struct portacl_cidr *y = portacl_rule_addrs(policy, b);
	u32 i, n;

	if (!a->nr_addrs)
		return true;
	/* A denial is due for a part of what an allow must hold whole. */
	if ((a->flags & PORTACL_RULE_ALLOW) && !(b->flags & PORTACL_RULE_ALLOW))
		return false;
	for (i = 0; i < b->nr_addrs; i++) {
		for (n = 0; n < a->nr_addrs; n++)
			/* IPv4 is mapped IPv6, but ::/0 is IPv6 alone. */
			if (cidr_is_v4(&x[n]) == cidr_is_v4(&y[i]) &&
			    cidr_covers(&x[n], &y[i]))
				break;
		if (n == a->nr_addrs)
			return false;
	}
	return b->nr_addrs;
}

static bool cgroup_covers(const struct portacl_policy *policy,
			  const struct portacl_rule *a,
			  const struct portacl_rule *b)
{
	const char *x = policy->strings + a->cgroup;
	const char *y = policy->strings + b->cgroup;
	size_t len = strlen(x);

	if (!a->cgroup)
		return true;
	return b->cgroup && !strncmp(x, y, len) &&
	       (len == 1 || !y[len] || y[len] == '/');
}

/* An allow by exe= leaves tainted programs to the rules after it. */
static bool identity_covers(const struct portacl_rule *a,
			    const struct portacl_rule *b)
{
	if (!a->exe)
		return true;
	if (a->exe != b->exe)
		return false;
	return !(a->flags & PORTACL_RULE_ALLOW) ||
	       ((b->flags & PORTACL_RULE_ALLOW) && !(b->accept & ~a->accept));
}

/**
 * subject_covers - does a rule match everybody whom another one matches?
 * @policy: the policy
 * @a: the rule
 * @b: the other one
 *
 * Return: whether it does, whatever their ports are.
 */
bool subject_covers(const struct portacl_policy *policy,
		    const struct portacl_rule *a, const struct portacl_rule *b)
{
	return identity_covers(a, b) &&
	       !(b->flags & ~a->flags & PORTACL_RULE_NET_ANY) &&
	       !(a->flags & ~b->flags & PORTACL_RULE_LAUNCH_ROOT) &&
	       ranges_cover(portacl_rule_uids(policy, a), a->nr_uids,
			    portacl_rule_uids(policy, b), b->nr_uids) &&
	       ranges_cover(portacl_rule_gids(policy, a), a->nr_gids,
			    portacl_rule_gids(policy, b), b->nr_gids) &&
	       addrs_cover(policy, a, b) && cgroup_covers(policy, a, b);
}
