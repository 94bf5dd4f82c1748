// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the verdict on one bind.  Nothing here sleeps, locks or writes.
 */
#include "portacl.h"

#include <linux/limits.h>

#include "match.h"
#include "policy.h"

/**
 * struct search - a request while it is looked up
 * @policy: the policy
 * @req: the request
 */
struct search {
	const struct portacl_policy *policy;
	const struct portacl_request *req;
};

static noinline bool try_rule(const struct search *s, u32 index)
{
	const struct portacl_policy *policy = s->policy;

	if (index >= policy->nr_rules)
		return portacl_match_only(policy, &policy->rules[index -
							policy->nr_rules],
					  s->req);
	return portacl_match_rule(policy, &policy->rules[index], s->req) ==
	       PORTACL_REASON_NONE;
}

/* Each search returns the first rule before @best that matches, or @best. */
static __always_inline u32 search_kind(const struct search *s, u32 kind,
				       u32 best)
{
	const struct portacl_policy *policy = s->policy;
	u64 tag = portacl_key_tag(kind, s->req->port, s->req->exe,
				  s->req->uid);
	u32 next = policy->buckets[tag >> policy->shift];

	while (next) {
		const struct portacl_entry *entry = &policy->entries[next - 1];

		if (entry->rule >= best)
			break;
		if (entry->tag == tag && try_rule(s, entry->rule))
			return entry->rule;
		next = entry->next;
	}
	return best;
}

static u32 search_segments(const struct search *s, u32 best)
{
	const struct portacl_segments *segments = &s->policy->segments;
	u32 at = portacl_segment_find(segments, s->req->uid);
	u32 i;

	for (i = segments->lists[at]; i < segments->lists[at + 1]; i++) {
		if (segments->rules[i] >= best)
			break;
		if (try_rule(s, segments->rules[i]))
			return segments->rules[i];
	}
	return best;
}

static __always_inline bool in_span(const struct portacl_span *span,
				    const struct portacl_request *req, u32 best)
{
	return span->rule < best &&
	       portacl_in_span(span, req->port, req->uid, BIT(req->proto));
}

static __always_inline u32 search_leaf(const struct search *s,
				       const struct portacl_node *node,
				       u32 best)
{
	u32 i;

	for (i = node->span; i < node->span + node->nr_spans; i++) {
		const struct portacl_span *span = &s->policy->spans[i];

		if (in_span(span, s->req, best) &&
		    try_rule(s, span->rule))
			best = span->rule;
	}
	return best;
}

/* Visit the child with the lower rule first: a match may exclude the other. */
static u32 search_tree(const struct search *s, u32 best)
{
	const struct portacl_node *nodes = s->policy->nodes;
	u32 stack[PORTACL_TREE_DEPTH], top = 1, left, right;

	stack[0] = 0;
	while (top) {
		const struct portacl_node *node = &nodes[stack[--top]];

		if (!in_span(&node->hull, s->req, best) ||
		    s->req->exe < node->exe_min ||
		    s->req->exe > node->exe_max)
			continue;
		if (node->nr_spans) {
			best = search_leaf(s, node, best);
			continue;
		}
		left = node - nodes + 1;
		right = node->right;
		if (nodes[left].hull.rule > nodes[right].hull.rule)
			swap(left, right);
		stack[top++] = right;
		stack[top++] = left;
	}
	return best;
}

static noinline u32 search_ranges(const struct search *s, u32 best)
{
	if (s->policy->segments.rules)
		best = search_segments(s, best);
	/* The root's hull excludes most ports without a walk. */
	if (s->policy->nr_nodes &&
	    in_span(&s->policy->nodes[0].hull, s->req, best))
		best = search_tree(s, best);
	return best;
}

/* Only the kinds of key that rules for this port have are looked up. */
static u32 search(const struct portacl_policy *policy,
		  const struct portacl_request *req)
{
	const struct search s = { .policy = policy, .req = req };
	const unsigned long *only = policy->only[req->other_net];
	u32 kinds = policy->kinds[req->port], best = U32_MAX;

	for (; kinds; kinds &= kinds - 1) {
		u32 kind = __ffs(kinds);

		if (policy->first[kind] >= best)
			continue;
		if (kind == PORTACL_KIND_RANGE)
			best = search_ranges(&s, best);
		else
			best = search_kind(&s, kind, best);
	}
	if (best >= policy->nr_rules && only && test_bit(req->port, only)) {
		best = search_kind(&s, PORTACL_KIND_PORT, best);
		best = search_ranges(&s, best);
	}
	return best;
}

static struct portacl_verdict by_rule(const struct portacl_rule *rule,
				      u32 index)
{
	struct portacl_verdict v = {
		.action = PORTACL_ALLOW,
		.source = PORTACL_BY_RULE,
		.flags = rule->flags,
		.rule = index,
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
		.rule = index,
	};
}

static struct portacl_verdict by_default(const struct portacl_policy *policy,
					 const struct portacl_request *req)
{
	struct portacl_verdict v = {
		.action = PORTACL_LEGACY, .rule = PORTACL_NO_RULE,
	};

	if (!req->other_net)
		v.action = policy->default_action;
	if (v.action == PORTACL_DENY)
		v.reason = PORTACL_REASON_DEFAULT;
	return v;
}

/**
 * portacl_match - decide on a bind
 * @policy: the policy
 * @req: the request
 *
 * The first matching rule in file order decides.  If none matches, a rule that
 * reserves the port denies, and otherwise the default action applies.
 *
 * Context: any, under rcu_read_lock(); see struct portacl_request for
 * @get_cgroup.
 * Return: the verdict.
 */
struct portacl_verdict portacl_match(const struct portacl_policy *policy,
				     const struct portacl_request *req)
{
	u32 rule = search(policy, req);

	if (rule < policy->nr_rules)
		return by_rule(&policy->rules[rule], rule);
	if (rule == U32_MAX)
		return by_default(policy, req);
	rule -= policy->nr_rules;
	return by_only(&policy->rules[rule], rule);
}

/**
 * portacl_match_reason - find the reason for a refusal
 * @policy: the policy
 * @req: the request
 * @v: the verdict on it
 *
 * If only a taint kept an allow rule from matching, the reason is the taint:
 * the worst one that the first such rule does not accept.
 *
 * Context: as portacl_match().
 * Return: the reason.
 */
enum portacl_reason portacl_match_reason(const struct portacl_policy *policy,
					 const struct portacl_request *req,
					 const struct portacl_verdict *v)
{
	struct portacl_request untainted = *req;
	enum portacl_reason reason;
	u32 rule;

	if (!req->taint || v->source == PORTACL_BY_RULE)
		return v->reason;
	untainted.taint = 0;
	rule = search(policy, &untainted);
	if (rule >= policy->nr_rules)
		return v->reason;
	reason = portacl_match_rule(policy, &policy->rules[rule], req);
	return reason ?: v->reason;
}

/**
 * portacl_match_reserved - decide on a bind by a kernel thread
 * @policy: the policy
 * @req: the request
 *
 * Only reservations apply to kernel threads.  Such binds are rare, so the rules
 * are compared one by one, and only if one of them reserves the port.
 *
 * Context: any, under rcu_read_lock().
 * Return: a denial by the first rule that reserves the port, else
 * PORTACL_LEGACY.
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
	return (struct portacl_verdict) {
		.action = PORTACL_LEGACY, .rule = PORTACL_NO_RULE,
	};
}
