// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: rules as rectangles of ports and users, in a balanced tree.
 */
#include "portacl.h"

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "index.h"
#include "policy.h"

static u64 span_exe(const struct portacl_policy *policy,
		    const struct portacl_span *span)
{
	return span->rule < policy->nr_rules ? policy->rules[span->rule].exe :
					       0;
}

static bool has_one_uid(const struct portacl_span *span)
{
	return span->uid_min == span->uid_max;
}

/*
 * Order by program, then by user, then by port, so the hull of a node covers
 * few ports.
 */
static int compare_spans(const void *a, const void *b, const void *priv)
{
	const struct portacl_policy *policy = priv;
	const struct portacl_span *x = a, *y = b;
	u64 ex = span_exe(policy, x), ey = span_exe(policy, y);

	cond_resched();
	if (ex != ey)
		return ex < ey ? -1 : 1;
	if (has_one_uid(x) != has_one_uid(y))
		return has_one_uid(x) ? -1 : 1;
	if (has_one_uid(x) && x->uid_min != y->uid_min)
		return x->uid_min < y->uid_min ? -1 : 1;
	if (x->port_min != y->port_min)
		return x->port_min < y->port_min ? -1 : 1;
	if (x->uid_min != y->uid_min)
		return x->uid_min < y->uid_min ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static void grow_hull(struct portacl_node *node, u64 exe_min, u64 exe_max,
		      const struct portacl_span *span)
{
	struct portacl_span *hull = &node->hull;

	node->exe_min = min(node->exe_min, exe_min);
	node->exe_max = max(node->exe_max, exe_max);
	hull->rule = min(hull->rule, span->rule);
	hull->port_min = min(hull->port_min, span->port_min);
	hull->port_max = max(hull->port_max, span->port_max);
	hull->uid_min = min(hull->uid_min, span->uid_min);
	hull->uid_max = max(hull->uid_max, span->uid_max);
	hull->protos |= span->protos;
}

static void fill_leaf(struct portacl_policy *policy, struct portacl_node *node)
{
	u32 i;

	for (i = node->span; i < node->span + node->nr_spans; i++) {
		const struct portacl_span *span = &policy->spans[i];
		u64 exe = span_exe(policy, span);

		grow_hull(node, exe, exe ? exe : U64_MAX, span);
	}
}

/* Split the spans until they fit a leaf.  The tree has at most 22 levels. */
static void build_node(struct portacl_policy *policy, u32 from, u32 to)
{
	struct portacl_node *node = &policy->nodes[policy->nr_nodes++];
	struct portacl_node *child = node + 1;

	*node = (struct portacl_node) {
		.exe_min = U64_MAX,
		.hull = {
			.rule = U32_MAX,
			.port_min = U16_MAX,
			.uid_min = U32_MAX,
		},
	};
	if (to - from <= PORTACL_SPANS_PER_LEAF) {
		node->span = from;
		node->nr_spans = to - from;
		fill_leaf(policy, node);
	} else {
		u32 middle = from + round_up((to - from) / 2,
					     PORTACL_SPANS_PER_LEAF);

		build_node(policy, from, middle);
		grow_hull(node, child->exe_min, child->exe_max, &child->hull);
		node->right = policy->nr_nodes;
		child = &policy->nodes[node->right];
		build_node(policy, middle, to);
		grow_hull(node, child->exe_min, child->exe_max, &child->hull);
	}
}

/**
 * portacl_tree_build - sort the spans of a policy and build the tree over them
 * @policy: the policy
 * @nr: number of its spans, not 0
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; in both cases portacl_policy_free() frees the tree.
 */
int portacl_tree_build(struct portacl_policy *policy, u32 nr)
{
	u32 leaves = DIV_ROUND_UP(nr, PORTACL_SPANS_PER_LEAF);

	policy->size += 2 * leaves * sizeof(*policy->nodes);
	policy->nodes = kvcalloc(2 * leaves, sizeof(*policy->nodes),
				 GFP_KERNEL_ACCOUNT);
	if (!policy->nodes)
		return -ENOMEM;
	sort_r(policy->spans, nr, sizeof(*policy->spans), compare_spans, NULL,
	       policy);
	build_node(policy, 0, nr);
	return 0;
}
