// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the verdict on one bind.  Never sleeps, takes no lock and writes
 * nothing but the request.
 */
#include "portacl.h"

#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "match.h"
#include "policy.h"

/* The ranges are sorted and disjoint; most often there is one. */
static __always_inline bool in_ranges(const struct portacl_range *range, u32 nr,
				      u32 value)
{
	if (likely(nr == 1))
		return value - range->min <= range->max - range->min;
	while (nr) {
		u32 half = nr / 2;

		if (value > range[half].max) {
			range += half + 1;
			nr -= half + 1;
		} else if (value < range[half].min) {
			nr = half;
		} else {
			return true;
		}
	}
	return false;
}

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

/* Both lists are sorted: the longer one is searched. */
static bool match_gid(const struct portacl_range *gids, u32 nr,
		      const struct portacl_request *req)
{
	u32 i;

	if (in_ranges(gids, nr, req->gid))
		return true;
	if (nr < req->nr_groups) {
		for (i = 0; i < nr; i++)
			if (has_group(req, &gids[i]))
				return true;
	} else {
		for (i = 0; i < req->nr_groups; i++)
			if (in_ranges(gids, nr, req->groups[i]))
				return true;
	}
	return false;
}

static bool is_v4(const struct portacl_cidr *cidr)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return cidr->len >= 96 && !memcmp(cidr->addr, mapped, sizeof(mapped));
}

/* Are the first @len bits of the two addresses the same? */
static bool same_prefix(const u8 *a, const u8 *b, u32 len)
{
	u32 bytes = len / 8, bits = len % 8;

	return !memcmp(a, b, bytes) &&
	       (!bits || !((a[bytes] ^ b[bytes]) >> (8 - bits)));
}

/* Does @outer hold all of @bound, or if @part is set a part of it? */
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

/* What the wildcard of IPv6 covers, and what an unknown address may be. */
static const struct portacl_cidr any[] = {
	{ },
	{ .addr = { [10] = 0xff, [11] = 0xff }, .len = 96 },
};

/* An allow must hold all that is bound, a denial is due for a part of it. */
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

/* A cgroup that could not be read is no reason to allow, or not to deny. */
static bool match_cgroup(const char *path, struct portacl_request *req,
			 bool allow)
{
	size_t len = strlen(path);

	if (!req->has_cgroup)
		portacl_request_cgroup(req);
	if (!req->cgroup)
		return !allow;
	if (len == 1)
		return true;
	return !strncmp(req->cgroup, path, len) &&
	       (!req->cgroup[len] || req->cgroup[len] == '/');
}

static bool is_alias(const struct portacl_policy *policy, u64 exe, u64 target)
{
	u32 i;

	for (i = 0; i < policy->nr_aliases; i++)
		if (policy->aliases[i].exe == exe &&
		    policy->aliases[i].target == target)
			return true;
	return false;
}

static __always_inline enum portacl_reason
match_rule(const struct portacl_policy *policy, const struct portacl_rule *rule,
	   struct portacl_request *req)
{
	bool allow = rule->flags & PORTACL_RULE_ALLOW;

	if (!in_ranges(portacl_rule_ports(policy, rule), rule->nr_ports,
		       req->port))
		return PORTACL_REASON_PORT;
	if (!(rule->protos & BIT(req->proto)))
		return PORTACL_REASON_PROTO;
	if (req->other_net && !(rule->flags & PORTACL_RULE_NET_ANY))
		return PORTACL_REASON_NET;
	if (rule->exe && rule->exe != req->exe)
		return is_alias(policy, rule->exe, req->exe) ?
			       PORTACL_REASON_ALIAS : PORTACL_REASON_EXE;
	if (rule->nr_uids && !in_ranges(portacl_rule_uids(policy, rule),
					rule->nr_uids, req->uid))
		return PORTACL_REASON_UID;
	if (rule->nr_gids && !match_gid(portacl_rule_gids(policy, rule),
					rule->nr_gids, req))
		return PORTACL_REASON_GID;
	if (rule->nr_addrs && !match_addr(policy, rule, req, !allow))
		return PORTACL_REASON_ADDR;
	if ((rule->flags & PORTACL_RULE_LAUNCH_ROOT) && !req->launch_root)
		return PORTACL_REASON_LAUNCH;
	if (rule->cgroup &&
	    !match_cgroup(policy->strings + rule->cgroup, req, allow))
		return PORTACL_REASON_CGROUP;
	if (rule->exe && allow && (req->taint & ~rule->accept))
		return PORTACL_REASON_TAINT +
		       __fls(req->taint & ~(u32)rule->accept);
	return PORTACL_REASON_NONE;
}

/**
 * portacl_match_rule - does a rule match a request?
 * @policy: the policy
 * @rule: one of its rules
 * @req: the request
 *
 * A denial by exe= does not ask whether the identity is to be trusted.
 *
 * Context: any; see portacl_request_cgroup().
 * Return: PORTACL_REASON_NONE if it does, else the first reason why not.
 */
enum portacl_reason portacl_match_rule(const struct portacl_policy *policy,
				       const struct portacl_rule *rule,
				       struct portacl_request *req)
{
	return match_rule(policy, rule, req);
}

/**
 * portacl_match_only - does a rule reserve what a request binds?
 * @policy: the policy
 * @rule: one of its rules that has `only`
 * @req: the request
 *
 * Context: any.
 * Return: whether nobody may have it whom no rule allows.
 */
bool portacl_match_only(const struct portacl_policy *policy,
			const struct portacl_rule *rule,
			const struct portacl_request *req)
{
	return (rule->protos & BIT(req->proto)) &&
	       (!req->other_net || (rule->flags & PORTACL_RULE_NET_ANY)) &&
	       in_ranges(portacl_rule_ports(policy, rule), rule->nr_ports,
			 req->port) &&
	       (!rule->nr_addrs || match_addr(policy, rule, req, true));
}

/**
 * struct search - the state of one lookup
 * @best: the first rule found so far
 * @miss: the nearest miss on the way
 *
 * Kept in registers: all that takes a pointer to it is inlined.
 */
struct search {
	u32 best;
	enum portacl_reason miss;
};

static __always_inline bool try_rule(const struct portacl_policy *policy,
				     struct portacl_request *req, u32 index,
				     struct search *s)
{
	enum portacl_reason reason;

	if (index >= policy->nr_rules) {
		index -= policy->nr_rules;
		return portacl_match_only(policy, &policy->rules[index], req);
	}
	reason = match_rule(policy, &policy->rules[index], req);
	if (reason > s->miss && (policy->rules[index].flags &
				 PORTACL_RULE_ALLOW))
		s->miss = reason;
	return reason == PORTACL_REASON_NONE;
}

static __always_inline void search_key(const struct portacl_policy *policy,
				       struct portacl_request *req,
				       enum portacl_key key, struct search *s)
{
	enum portacl_key who = key % PORTACL_KEY_WIDE;
	u16 port = key < PORTACL_KEY_WIDE ? req->port : 0;
	u64 exe = who == PORTACL_KEY_EXE_UID || who == PORTACL_KEY_EXE ?
		  req->exe : 0;
	u32 uid = who == PORTACL_KEY_EXE_UID || who == PORTACL_KEY_UID ?
		  req->uid : 0;
	u64 tag;
	u32 next;

	if (policy->first[key] >= s->best)
		return;
	tag = portacl_key_tag(key, port, exe, uid);
	next = policy->buckets[tag >> policy->shift];
	while (next) {
		const struct portacl_entry *entry = &policy->entries[next - 1];

		if (entry->rule >= s->best)
			return;
		if (entry->tag == tag &&
		    try_rule(policy, req, entry->rule, s)) {
			s->best = entry->rule;
			return;
		}
		next = entry->next;
	}
}

static __always_inline bool in_span(const struct portacl_span *span,
				    const struct portacl_request *req, u32 best)
{
	return span->rule < best && (span->protos & BIT(req->proto)) &&
	       req->port >= span->port_min && req->port <= span->port_max &&
	       req->uid >= span->uid_min && req->uid <= span->uid_max;
}

static __always_inline void search_leaf(const struct portacl_policy *policy,
					struct portacl_request *req,
					const struct portacl_node *node,
					struct search *s)
{
	u32 i;

	for (i = node->span; i < node->span + node->nr_spans; i++) {
		const struct portacl_span *span = &policy->spans[i];

		if (in_span(span, req, s->best) &&
		    try_rule(policy, req, span->rule, s))
			s->best = span->rule;
	}
}

/* The half with the lower rule first: a match there spares the other one. */
static noinline struct search search_tree(const struct portacl_policy *policy,
					  struct portacl_request *req,
					  struct search s)
{
	u32 stack[PORTACL_TREE_DEPTH], top = 1, left, right;

	stack[0] = 0;
	while (top) {
		const struct portacl_node *node = &policy->nodes[stack[--top]];

		if (!in_span(&node->hull, req, s.best) ||
		    req->exe < node->exe_min || req->exe > node->exe_max)
			continue;
		if (node->nr_spans) {
			search_leaf(policy, req, node, &s);
			continue;
		}
		left = node - policy->nodes + 1;
		right = node->right;
		if (policy->nodes[left].hull.rule >
		    policy->nodes[right].hull.rule)
			swap(left, right);
		stack[top++] = right;
		stack[top++] = left;
	}
	return s;
}

static struct portacl_verdict by_rule(const struct portacl_rule *rule,
				      u32 index)
{
	struct portacl_verdict v = {
		.action = PORTACL_ALLOW,
		.source = PORTACL_BY_RULE,
		.flags = rule->flags,
		.rule = index + 1,
	};

	if (!(rule->flags & PORTACL_RULE_ALLOW)) {
		v.action = PORTACL_DENY;
		v.reason = PORTACL_REASON_RULE;
	}
	return v;
}

static struct portacl_verdict by_only(const struct portacl_rule *rule,
				      u32 index)
{
	return (struct portacl_verdict) {
		.action = PORTACL_DENY,
		.source = PORTACL_BY_ONLY,
		.reason = PORTACL_REASON_RESERVED,
		.flags = rule->flags & ~PORTACL_RULE_LOG,
		.rule = index + 1,
	};
}

static struct portacl_verdict by_default(const struct portacl_policy *policy,
					 const struct portacl_request *req)
{
	struct portacl_verdict v = { .action = PORTACL_LEGACY };

	if (!req->other_net)
		v.action = policy->fallback;
	if (v.action == PORTACL_DENY)
		v.reason = PORTACL_REASON_DEFAULT;
	return v;
}

/* What a launcher of root's started counts as started by root. */
static noinline void heed_launcher(const struct portacl_policy *policy,
				   struct portacl_request *req)
{
	if (!portacl_policy_launcher(policy, req->launcher))
		return;
	req->launch_root = true;
	req->taint &= ~PORTACL_LAUNCH_TAINTS;
}

/**
 * portacl_match - decide on a bind
 * @policy: the policy
 * @req: who wants to bind what; what a launcher vouches for is noted in it
 *
 * The first rule in file order that matches decides, then whether a rule
 * reserves the port, then the default.  The lookup takes up to seven probes
 * of the hash table, whatever the number of rules, and a walk down the tree.
 *
 * Context: any, under rcu_read_lock(); see portacl_request_cgroup().
 * Return: the verdict.
 */
struct portacl_verdict portacl_match(const struct portacl_policy *policy,
				     struct portacl_request *req)
{
	struct search s = { .best = U32_MAX };
	struct portacl_verdict v;

	if (req->launcher)
		heed_launcher(policy, req);
	search_key(policy, req, PORTACL_KEY_EXE_UID, &s);
	search_key(policy, req, PORTACL_KEY_EXE, &s);
	search_key(policy, req, PORTACL_KEY_UID, &s);
	search_key(policy, req, PORTACL_KEY_PORT, &s);
	search_key(policy, req, PORTACL_KEY_WIDE_EXE_UID, &s);
	search_key(policy, req, PORTACL_KEY_WIDE_EXE, &s);
	search_key(policy, req, PORTACL_KEY_WIDE_UID, &s);
	if (policy->nr_nodes)
		s = search_tree(policy, req, s);
	if (s.best < policy->nr_rules)
		return by_rule(&policy->rules[s.best], s.best);
	if (s.best != U32_MAX) {
		s.best -= policy->nr_rules;
		v = by_only(&policy->rules[s.best], s.best);
	} else {
		v = by_default(policy, req);
	}
	/* A program that a rule means, but for its taint, is told so. */
	if (v.action != PORTACL_ALLOW && s.miss >= PORTACL_REASON_TAINT)
		v.reason = s.miss;
	return v;
}

/**
 * portacl_match_wide - find the first rule with many ports for a program
 * @policy: the policy
 * @exe: hash of the executable's path
 * @uid: effective uid
 * @port: port
 * @proto: enum portacl_proto
 * @limit: a rule's index: only those before it count
 *
 * For portacl_match_quick(): what else the rule says is not looked at.
 *
 * Context: any, under rcu_read_lock().
 * Return: the rule's index, or @limit.
 */
u32 portacl_match_wide(const struct portacl_policy *policy, u64 exe, u32 uid,
		       u16 port, u8 proto, u32 limit)
{
	u64 tag = portacl_key_tag(PORTACL_KEY_WIDE_EXE_UID, 0, exe, uid);
	u32 next = policy->buckets[tag >> policy->shift];

	while (next) {
		const struct portacl_entry *entry = &policy->entries[next - 1];
		const struct portacl_rule *rule;

		if (entry->rule >= limit)
			break;
		next = entry->next;
		if (entry->tag != tag)
			continue;
		rule = &policy->rules[entry->rule];
		if ((rule->protos & BIT(proto)) &&
		    in_ranges(portacl_rule_ports(policy, rule), rule->nr_ports,
			      port))
			return entry->rule;
	}
	return limit;
}

/**
 * portacl_match_reserved - decide on a bind by a thread of the kernel's own
 * @policy: the policy
 * @req: what it wants to bind
 *
 * The rules concern users, not the kernel: all but what is reserved.  Rare
 * enough to look at the rules one by one, and only for a port that one of them
 * reserves.
 *
 * Context: any, under rcu_read_lock().
 * Return: a denial by the first rule that reserves it, or PORTACL_LEGACY.
 */
struct portacl_verdict
portacl_match_reserved(const struct portacl_policy *policy,
		       const struct portacl_request *req)
{
	const unsigned long *only = policy->only[req->other_net];
	u32 i;

	for (i = 0; only && test_bit(req->port, only) && i < policy->nr_rules;
	     i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if ((rule->flags & PORTACL_RULE_ONLY) &&
		    portacl_match_only(policy, rule, req))
			return by_only(rule, i);
	}
	return (struct portacl_verdict) { .action = PORTACL_LEGACY };
}

/**
 * portacl_match_nearest - find the allow rule that came nearest
 * @policy: the policy
 * @req: the request that was refused
 * @limit: number of rules to look at, from the first
 *
 * Context: as portacl_match(), but the time grows with @limit.
 * Return: the rule and why it did not match.
 */
struct portacl_miss portacl_match_nearest(const struct portacl_policy *policy,
					  struct portacl_request *req,
					  u32 limit)
{
	struct portacl_miss miss = { .reason = PORTACL_REASON_PORT };
	u32 i;

	for (i = 0; i < min(limit, policy->nr_rules); i++) {
		const struct portacl_rule *rule = &policy->rules[i];
		enum portacl_reason reason;

		if (!(rule->flags & PORTACL_RULE_ALLOW))
			continue;
		reason = portacl_match_rule(policy, rule, req);
		if (reason > miss.reason) {
			miss.rule = i + 1;
			miss.reason = reason;
		}
	}
	return miss;
}

/**
 * portacl_request_addr - note which addresses a bind covers
 * @req: the request
 * @addr: 16 bytes in network byte order, IPv4 as mapped IPv6
 * @v6only: the socket never serves IPv4 through IPv6
 *
 * The wildcard covers its whole family, that of IPv6 both families.
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
