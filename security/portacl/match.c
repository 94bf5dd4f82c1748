// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: compare a request with a rule, without sleeps, locks and writes.
 */
#include "portacl.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "match.h"
#include "policy.h"

static bool has_group(const struct portacl_request *req,
		      const struct portacl_range *range)
{
	const u32 *group = req->groups;
	u32 nr = req->nr_groups;

	while (nr) {
		u32 half = nr / 2;

		if (group[half] < range->min) {
			group += half + 1;
			nr -= half + 1;
		} else if (group[half] > range->max) {
			nr = half;
		} else {
			return true;
		}
	}
	return false;
}

/* Both lists are sorted: search the longer one for each entry of the other. */
static bool match_gid(const struct portacl_range *gids, u32 nr,
		      const struct portacl_request *req)
{
	u32 i;

	if (portacl_in_ranges(gids, nr, req->gid))
		return true;
	if (nr < req->nr_groups) {
		for (i = 0; i < nr; i++)
			if (has_group(req, &gids[i]))
				return true;
	} else {
		for (i = 0; i < req->nr_groups; i++)
			if (portacl_in_ranges(gids, nr, req->groups[i]))
				return true;
	}
	return false;
}

static bool is_v4(const struct portacl_cidr *cidr)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return cidr->len >= 96 && !memcmp(cidr->addr, mapped, sizeof(mapped));
}

/* Return true if the first @len bits of both addresses are the same. */
static bool same_prefix(const u8 *a, const u8 *b, u32 len)
{
	u32 bytes = len / 8, bits = len % 8;

	return !memcmp(a, b, bytes) &&
	       (!bits || !((a[bytes] ^ b[bytes]) >> (8 - bits)));
}

/* Return true if @outer contains @bound, or with @part overlaps it. */
static bool holds(const struct portacl_cidr *outer,
		  const struct portacl_cidr *bound, bool part)
{
	u32 len = part ? min(outer->len, bound->len) : outer->len;

	return is_v4(outer) == is_v4(bound) && len <= bound->len &&
	       same_prefix(outer->addr, bound->addr, len);
}

static bool match_one_addr(const struct portacl_cidr *addrs, u32 nr,
			   const struct portacl_cidr *bound, bool part)
{
	while (nr--)
		if (holds(&addrs[nr], bound, part))
			return true;
	return false;
}

/* The IPv6 wildcard covers both families.  So may an unknown address. */
static const struct portacl_cidr any[] = {
	{ },
	{ .addr = { [10] = 0xff, [11] = 0xff }, .len = 96 },
};

/*
 * An allow rule matches only if every bound address lies inside addr=.  A deny
 * or only rule (@part) matches if any does.
 */
static noinline bool match_addr(const struct portacl_policy *policy,
				const struct portacl_rule *rule,
				const struct portacl_request *req, bool part)
{
	const struct portacl_cidr *addrs = portacl_rule_addrs(policy, rule);
	const struct portacl_cidr *bound = req->nr_bound ? req->bound : any;
	u32 i, nr = req->nr_bound ?: ARRAY_SIZE(any);

	for (i = 0; i < nr; i++)
		if (match_one_addr(addrs, rule->nr_addrs, &bound[i], part) ==
		    part)
			return part;
	return !part;
}

/* An unknown cgroup never matches an allow rule and always matches a deny. */
static bool match_cgroup(const char *path, const struct portacl_request *req,
			 bool allow)
{
	const char *own = req->get_cgroup ? req->get_cgroup(req->context) :
					    req->cgroup;
	size_t len = strlen(path);

	if (!own)
		return !allow;
	if (len == 1)
		return true;
	return !strncmp(own, path, len) && (!own[len] || own[len] == '/');
}

static bool is_alias(const struct portacl_policy *policy, u64 exe, u64 target)
{
	/* Pairs with add_alias(). */
	u32 i, nr = smp_load_acquire(&policy->nr_aliases);

	for (i = 0; i < nr; i++)
		if (policy->aliases[i].exe == exe &&
		    policy->aliases[i].target == target)
			return true;
	return false;
}

static bool by_launcher(const struct portacl_policy *policy,
			const struct portacl_request *req)
{
	return req->launcher && portacl_policy_launcher(policy, req->launcher);
}

/**
 * portacl_match_taint - find the taints that a rule must accept
 * @policy: the policy
 * @req: the request
 *
 * A declared launcher vouches for the environment and for no_new_privs.
 *
 * Context: any.
 * Return: bits of enum portacl_taint.
 */
u32 portacl_match_taint(const struct portacl_policy *policy,
			const struct portacl_request *req)
{
	return by_launcher(policy, req) ? req->taint & ~PORTACL_LAUNCH_TAINTS :
					  req->taint;
}

/**
 * portacl_match_rule - compare a request with one rule
 * @policy: the policy
 * @rule: one of its rules
 * @req: the request
 *
 * A deny rule with exe= matches whether or not the identity is tainted.  A
 * program started by a declared launcher counts as started by root.
 *
 * Context: any; see struct portacl_request for @get_cgroup.
 * Return: PORTACL_REASON_NONE if the rule matches, else the first reason why
 * it does not.
 */
enum portacl_reason portacl_match_rule(const struct portacl_policy *policy,
				       const struct portacl_rule *rule,
				       const struct portacl_request *req)
{
	bool allow = rule->flags & PORTACL_RULE_ALLOW;
	u32 taint;

	if (!portacl_in_ranges(portacl_rule_ports(policy, rule), rule->nr_ports,
			       req->port))
		return PORTACL_REASON_PORT;
	if (!(rule->protos & BIT(req->proto)))
		return PORTACL_REASON_PROTO;
	if (req->other_net && !(rule->flags & PORTACL_RULE_NET_ANY))
		return PORTACL_REASON_NET;
	if (rule->exe && rule->exe != req->exe)
		return is_alias(policy, rule->exe, req->exe) ?
			       PORTACL_REASON_ALIAS : PORTACL_REASON_EXE;
	if (rule->nr_uids &&
	    !portacl_in_ranges(portacl_rule_uids(policy, rule), rule->nr_uids,
			       req->uid))
		return PORTACL_REASON_UID;
	if (rule->nr_gids && !match_gid(portacl_rule_gids(policy, rule),
					rule->nr_gids, req))
		return PORTACL_REASON_GID;
	if (rule->nr_addrs && !match_addr(policy, rule, req, !allow))
		return PORTACL_REASON_ADDR;
	if ((rule->flags & PORTACL_RULE_LAUNCH_ROOT) && !req->launch_root &&
	    !by_launcher(policy, req))
		return PORTACL_REASON_LAUNCH;
	if (rule->cgroup &&
	    !match_cgroup(policy->strings + rule->cgroup, req, allow))
		return PORTACL_REASON_CGROUP;
	if (!rule->exe || !allow)
		return PORTACL_REASON_NONE;
	taint = portacl_match_taint(policy, req) & ~(u32)rule->accept;
	return taint ? PORTACL_REASON_TAINT + __fls(taint) :
		       PORTACL_REASON_NONE;
}

/**
 * portacl_match_only - check whether a rule reserves what a request binds
 * @policy: the policy
 * @rule: one of its rules that has `only`
 * @req: the request
 *
 * Context: any.
 * Return: true if the bind must be denied unless an allow rule matches.
 */
bool portacl_match_only(const struct portacl_policy *policy,
			const struct portacl_rule *rule,
			const struct portacl_request *req)
{
	return (rule->protos & BIT(req->proto)) &&
	       (!req->other_net || (rule->flags & PORTACL_RULE_NET_ANY)) &&
	       portacl_in_ranges(portacl_rule_ports(policy, rule),
				 rule->nr_ports, req->port) &&
	       (!rule->nr_addrs || match_addr(policy, rule, req, true));
}

/**
 * portacl_match_nearest - find the allow rule that came nearest to matching
 * @policy: the policy
 * @req: the refused request
 * @v: the verdict on it; the rules after a deny rule that matched do not count
 * @limit: number of rules to compare at most, from the first
 *
 * Context: as portacl_match(), but the time grows with @limit.
 * Return: the rule and why it did not match.
 */
struct portacl_miss portacl_match_nearest(const struct portacl_policy *policy,
					  const struct portacl_request *req,
					  const struct portacl_verdict *v,
					  u32 limit)
{
	struct portacl_miss miss = {
		.rule = PORTACL_NO_RULE, .reason = PORTACL_REASON_PORT,
	};
	u32 i, nr = min(limit, v->source == PORTACL_BY_RULE ? v->rule :
							      policy->nr_rules);

	for (i = 0; i < nr; i++) {
		const struct portacl_rule *rule = &policy->rules[i];
		enum portacl_reason reason;

		if (!(rule->flags & PORTACL_RULE_ALLOW))
			continue;
		reason = portacl_match_rule(policy, rule, req);
		if (reason > miss.reason) {
			miss.rule = i;
			miss.reason = reason;
		}
	}
	return miss;
}

/**
 * portacl_request_addr - store which addresses a bind covers
 * @req: the request
 * @addr: 16 bytes in network byte order, IPv4 as mapped IPv6
 * @v6only: the socket never serves IPv4 through IPv6
 *
 * A wildcard covers its whole family.  The IPv6 wildcard covers both families
 * unless @v6only is set.
 *
 * Context: any.
 */
void portacl_request_addr(struct portacl_request *req, const u8 *addr,
			  bool v6only)
{
	req->nr_bound = 1;
	if (!memcmp(addr, any[1].addr, sizeof(any[1].addr))) {
		req->bound[0] = any[1];
	} else if (!memcmp(addr, any[0].addr, sizeof(any[0].addr))) {
		req->bound[0] = any[0];
		if (!v6only)
			req->bound[req->nr_bound++] = any[1];
	} else {
		memcpy(req->bound[0].addr, addr, sizeof(any[0].addr));
		req->bound[0].len = 128;
	}
}
