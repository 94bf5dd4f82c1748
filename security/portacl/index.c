// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the index of a policy, built once.
 *
 * A rule that names its users one by one, if any, stands in a hash table under
 * each of them: together with each of its ports if these are few, else without
 * a port.  All others stand in a tree as rectangles of ports and uids.  The
 * ports that a rule reserves (only) are rules too, whose numbers follow the
 * last rule's.
 */
#include "portacl.h"

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "match.h"
#include "policy.h"

/* A range of at most so many ports goes port by port into the hash table. */
#define FEW_PORTS 4
/* At most so many keys of one rule go there. */
#define FEW_KEYS 16
/* At most so many rules of the same users stand there without a port. */
#define FEW_WIDE 4

/* The number of entries is an upper bound, that of the spans is not. */
enum pass {
	COUNT_ENTRIES,
	FILL_ENTRIES, /* and count the spans */
	FILL_SPANS,
};

/**
 * struct sink - where the index's elements go
 * @policy: the policy
 * @nr_entries: number of elements for the hash table so far
 * @nr_spans: number of elements for the tree so far
 * @pass: which of them are stored
 */
struct sink {
	struct portacl_policy *policy;
	u32 nr_entries;
	u32 nr_spans;
	enum pass pass;
};

static const struct portacl_rule *rule_of(const struct portacl_policy *policy,
					  u32 index)
{
	if (index >= policy->nr_rules)
		index -= policy->nr_rules;
	return &policy->rules[index];
}

/*
 * Of two rules that reserve the same port, does the first make the second
 * superfluous there?  This keeps a port with 100,000 such rules at one entry.
 */
static bool covers(const struct portacl_policy *policy, u32 first, u32 second)
{
	const struct portacl_rule *a = rule_of(policy, first);
	const struct portacl_rule *b = rule_of(policy, second);

	if (first < policy->nr_rules || second < policy->nr_rules)
		return false;
	return !a->nr_addrs && !(b->protos & ~a->protos) &&
	       !(b->flags & ~a->flags & PORTACL_RULE_NET_ANY);
}

/* Rules arrive from the last to the first, so each chain ascends. */
static void add_entry(struct sink *sink, enum portacl_key key, u64 tag,
		      u32 rule)
{
	struct portacl_policy *policy = sink->policy;
	struct portacl_entry *entry;
	u32 *head;

	if (sink->pass != FILL_ENTRIES) {
		sink->nr_entries++;
		return;
	}
	policy->first[key] = min(policy->first[key], rule);
	head = &policy->buckets[tag >> policy->shift];
	if (*head) {
		entry = &policy->entries[*head - 1];
		if (entry->tag == tag && covers(policy, rule, entry->rule)) {
			entry->rule = rule;
			return;
		}
	}
	entry = &policy->entries[sink->nr_entries++];
	*entry = (struct portacl_entry) {
		.tag = tag, .rule = rule, .next = *head,
	};
	*head = sink->nr_entries;
}

static void add_span(struct sink *sink, u32 rule,
		     const struct portacl_range *port, u32 uid_min, u32 uid_max)
{
	if (sink->pass == FILL_SPANS)
		sink->policy->spans[sink->nr_spans] = (struct portacl_span) {
			.rule = rule,
			.port_min = port->min,
			.port_max = port->max,
			.uid_min = uid_min,
			.uid_max = uid_max,
			.protos = rule_of(sink->policy, rule)->protos,
		};
	sink->nr_spans++;
}

/* Has each range at most @few elements? */
static bool all_narrow(const struct portacl_range *range, u32 nr, u32 few)
{
	while (nr--)
		if (range[nr].max - range[nr].min >= few)
			return false;
	return true;
}

/* What the rule is found by, if not by its port. */
static enum portacl_key key_of(const struct portacl_rule *rule)
{
	if (rule->exe)
		return rule->nr_uids ? PORTACL_KEY_EXE_UID : PORTACL_KEY_EXE;
	return rule->nr_uids ? PORTACL_KEY_UID : PORTACL_KEY_PORT;
}

/* The rule's tag with its user number @i. */
static u64 tag_of(const struct portacl_policy *policy,
		  const struct portacl_rule *rule, enum portacl_key key,
		  u32 port, u32 i)
{
	u32 uid = rule->nr_uids ? portacl_rule_uids(policy, rule)[i].min : 0;

	return portacl_key_tag(key, port, rule->exe, uid);
}

static void add_keys(struct sink *sink, u32 index, enum portacl_key key,
		     u32 port)
{
	const struct portacl_policy *policy = sink->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	u32 i;

	for (i = 0; i < max_t(u32, rule->nr_uids, 1); i++)
		add_entry(sink, key, tag_of(policy, rule, key, port, i), index);
}

static void add_ports(struct sink *sink, u32 index)
{
	const struct portacl_policy *policy = sink->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *port = portacl_rule_ports(policy, rule);
	u32 i, n;

	for (i = 0; i < rule->nr_ports; i++)
		for (n = port[i].min; n <= port[i].max; n++)
			add_keys(sink, index, key_of(rule), n);
}

static void add_spans(struct sink *sink, u32 index)
{
	const struct portacl_policy *policy = sink->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *port = portacl_rule_ports(policy, rule);
	const struct portacl_range *uid = portacl_rule_uids(policy, rule);
	u32 step = DIV_ROUND_UP(rule->nr_ports, FEW_KEYS);
	u32 i, n, nr = rule->nr_uids;

	/* Join neighbours in long lists, to bound the memory of a rule. */
	for (i = 0; i < rule->nr_ports; i += step) {
		struct portacl_range ports = {
			.min = port[i].min,
			.max = port[min_t(u32, i + step, rule->nr_ports) -
				    1].max,
		};

		if (!nr)
			add_span(sink, index, &ports, 0, U32_MAX);
		else if (nr * rule->nr_ports > FEW_KEYS)
			add_span(sink, index, &ports, uid[0].min,
				 uid[nr - 1].max);
		else
			for (n = 0; n < nr; n++)
				add_span(sink, index, &ports, uid[n].min,
					 uid[n].max);
	}
}

static bool is_full(const struct portacl_policy *policy, u64 tag)
{
	u32 next = policy->buckets[tag >> policy->shift], n = 0;

	while (next && n < FEW_WIDE) {
		const struct portacl_entry *entry = &policy->entries[next - 1];

		n += entry->tag == tag;
		next = entry->next;
	}
	return n == FEW_WIDE;
}

/* Would a lookup for one of its users have to try too many rules? */
static bool is_crowded(const struct portacl_policy *policy,
		       const struct portacl_rule *rule, enum portacl_key key)
{
	u32 i;

	for (i = 0; i < max_t(u32, rule->nr_uids, 1); i++)
		if (is_full(policy, tag_of(policy, rule, key, 0, i)))
			return true;
	return false;
}

static bool is_by_port(const struct portacl_policy *policy,
		       const struct portacl_rule *rule)
{
	return max_t(u32, rule->nr_uids, 1) * rule->nr_ports * FEW_PORTS <=
		       FEW_KEYS &&
	       all_narrow(portacl_rule_ports(policy, rule), rule->nr_ports,
			  FEW_PORTS) &&
	       all_narrow(portacl_rule_uids(policy, rule), rule->nr_uids, 1);
}

static bool is_wide(const struct portacl_policy *policy,
		    const struct portacl_rule *rule)
{
	return (rule->exe || rule->nr_uids) && rule->nr_uids <= FEW_KEYS &&
	       all_narrow(portacl_rule_uids(policy, rule), rule->nr_uids, 1);
}

static void add_rule(struct sink *sink, u32 index)
{
	struct portacl_policy *policy = sink->policy;
	struct portacl_rule *rule = &policy->rules[index];
	enum portacl_key wide = PORTACL_KEY_WIDE + key_of(rule);

	if (is_by_port(policy, rule)) {
		add_ports(sink, index);
	} else if (is_wide(policy, rule) &&
		   (sink->pass == COUNT_ENTRIES ||
		    !is_crowded(policy, rule, wide))) {
		add_keys(sink, index, wide, 0);
	} else {
		rule->flags |= PORTACL_RULE_TREE;
		add_spans(sink, index);
	}
}

static void add_only(struct sink *sink, u32 index)
{
	const struct portacl_policy *policy = sink->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *port = portacl_rule_ports(policy, rule);
	u32 i, n, number = policy->nr_rules + index;

	for (i = 0; i < rule->nr_ports; i++) {
		if (port[i].max - port[i].min >= FEW_PORTS) {
			add_span(sink, number, &port[i], 0, U32_MAX);
			continue;
		}
		for (n = port[i].min; n <= port[i].max; n++)
			add_entry(sink, PORTACL_KEY_PORT,
				  portacl_key_tag(PORTACL_KEY_PORT, n, 0, 0),
				  number);
	}
}

static void add_all(struct sink *sink, enum pass pass)
{
	const struct portacl_policy *policy = sink->policy;
	u32 i;

	sink->pass = pass;
	sink->nr_entries = 0;
	sink->nr_spans = 0;
	for (i = policy->nr_rules; i--;)
		if (policy->rules[i].flags & PORTACL_RULE_ONLY)
			add_only(sink, i);
	for (i = policy->nr_rules; i--;) {
		if (pass != FILL_SPANS)
			add_rule(sink, i);
		else if (policy->rules[i].flags & PORTACL_RULE_TREE)
			add_spans(sink, i);
		cond_resched();
	}
}

static void mark_plain(struct portacl_policy *policy)
{
	u32 i;

	for (i = 0; i < policy->nr_rules; i++) {
		struct portacl_rule *rule = &policy->rules[i];
		u8 other = PORTACL_RULE_LAUNCH_ROOT | PORTACL_RULE_LOG;

		if ((rule->flags & PORTACL_RULE_ALLOW) &&
		    !(rule->flags & other) && !rule->nr_gids &&
		    !rule->nr_addrs && !rule->cgroup)
			rule->flags |= PORTACL_RULE_PLAIN;
	}
}

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
 * Program by program, then user by user: what is left inside are ranges of
 * ports in their order, which a node's hull covers well.
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

/* Halve the spans until they fit a leaf: at most 22 levels deep. */
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

static void find_rest(struct portacl_policy *policy)
{
	u32 key;

	policy->rest = policy->nr_nodes ? policy->nodes[0].hull.rule : U32_MAX;
	for (key = 0; key < PORTACL_NR_KEYS; key++)
		if (key % PORTACL_KEY_WIDE != PORTACL_KEY_EXE_UID)
			policy->rest = min(policy->rest, policy->first[key]);
}

static int build_tree(struct sink *sink)
{
	struct portacl_policy *policy = sink->policy;
	u32 nr = sink->nr_spans;
	u32 leaves = DIV_ROUND_UP(nr, PORTACL_SPANS_PER_LEAF);

	if (!nr)
		return 0;
	policy->spans = kvcalloc(nr, sizeof(*policy->spans),
				 GFP_KERNEL_ACCOUNT);
	policy->nodes = kvcalloc(2 * leaves, sizeof(*policy->nodes),
				 GFP_KERNEL_ACCOUNT);
	if (!policy->spans || !policy->nodes)
		return -ENOMEM;
	policy->size += nr * sizeof(*policy->spans) +
			2 * leaves * sizeof(*policy->nodes);
	add_all(sink, FILL_SPANS);
	sort_r(policy->spans, nr, sizeof(*policy->spans), compare_spans, NULL,
	       policy);
	build_node(policy, 0, nr);
	return 0;
}

static int build_table(struct sink *sink)
{
	struct portacl_policy *policy = sink->policy;
	u32 bits, nr;

	add_all(sink, COUNT_ENTRIES);
	nr = sink->nr_entries;
	/* At most every second bucket is taken: few chains, all short. */
	bits = clamp(ilog2(nr | 1) + 2, 8, 24);
	policy->shift = 64 - bits;
	policy->buckets = kvcalloc(1U << bits, sizeof(*policy->buckets),
				   GFP_KERNEL_ACCOUNT);
	policy->entries = kvcalloc(nr | 1, sizeof(*policy->entries),
				   GFP_KERNEL_ACCOUNT);
	if (!policy->buckets || !policy->entries)
		return -ENOMEM;
	policy->size += (sizeof(*policy->buckets) << bits) +
			nr * sizeof(*policy->entries);
	memset(policy->first, 0xff, sizeof(policy->first));
	add_all(sink, FILL_ENTRIES);
	return 0;
}

/**
 * portacl_index_build - build the index of a policy
 * @policy: the policy, whose rules are complete; their flags are added to
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with what was allocated left for
 * portacl_policy_free().
 */
int portacl_index_build(struct portacl_policy *policy)
{
	struct sink sink = { .policy = policy };
	int err = build_table(&sink);

	if (!err)
		err = build_tree(&sink);
	if (err)
		return err;
	find_rest(policy);
	mark_plain(policy);
	return 0;
}
