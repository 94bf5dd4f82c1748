// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the index of a policy, built once.
 *
 * The hash table has a key for each combination of a rule's port, program and
 * user.  The key leaves open each of them that the rule does not name.  It also
 * leaves open the ports if the rule has many, and the users if it has many or a
 * range.
 *
 * Rules with ranges of users are in segments of the uids instead, see
 * segment.c.  Rules that fit neither are in a tree, as rectangles of ports and
 * uids.
 *
 * The ports that a rule reserves (only) have entries of their own.  Such an
 * entry has the rule's number plus the number of rules.
 */
#include "portacl.h"

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "index.h"
#include "policy.h"

/* Upper bound on the ports of a range that have a key of their own each. */
#define FEW_PORTS 4
/* Upper bound on the keys of a rule in the hash table. */
#define FEW_KEYS 16
/* Upper bound on the rules with ranges under one key of the hash table. */
#define FEW_RULES 4

/* The first pass counts an upper bound of the entries.  The spans are exact. */
enum pass {
	COUNT_ENTRIES,
	FILL_ENTRIES, /* and count the spans */
	FILL_SPANS,
};

/**
 * struct sink - destination of the index's elements
 * @policy: the policy
 * @kinds: for each kind of key, the ports of the rules that have it
 * @nr_entries: number of elements for the hash table so far
 * @nr_spans: number of elements for the tree so far
 * @pass: which elements are counted or stored
 */
struct sink {
	struct portacl_policy *policy;
	unsigned long (*kinds)[BITS_TO_LONGS(PORTACL_NR_PORTS)];
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
 * Return true if two rules reserve the same port and the first one makes the
 * second redundant there.  A port with 100,000 such rules then has one entry.
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

static void add_kind(struct sink *sink, u32 kind, u32 index)
{
	const struct portacl_rule *rule = &sink->policy->rules[index];

	if (sink->pass != FILL_ENTRIES)
		return;
	sink->policy->first[kind] = min(sink->policy->first[kind], index);
	portacl_rule_set_ports(sink->policy, rule, sink->kinds[kind]);
}

/* Rules are added from the last to the first, so each chain ascends. */
static void add_entry(struct sink *sink, u64 tag, u32 rule)
{
	struct portacl_policy *policy = sink->policy;
	struct portacl_entry *entry;
	u32 *head;

	if (sink->pass != FILL_ENTRIES) {
		sink->nr_entries++;
		return;
	}
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

/* Return true if each range has at most @few elements. */
static bool all_narrow(const struct portacl_range *range, u32 nr, u32 few)
{
	while (nr--)
		if (range[nr].max - range[nr].min >= few)
			return false;
	return true;
}

/* Return true if the rule lists a few single users. */
static bool lists_users(const struct portacl_policy *policy,
			const struct portacl_rule *rule)
{
	return rule->nr_uids && rule->nr_uids <= FEW_KEYS &&
	       all_narrow(portacl_rule_uids(policy, rule), rule->nr_uids, 1);
}

static bool lists_ports(const struct portacl_policy *policy,
			const struct portacl_rule *rule, u32 nr_users)
{
	return nr_users * rule->nr_ports * FEW_PORTS <= FEW_KEYS &&
	       all_narrow(portacl_rule_ports(policy, rule), rule->nr_ports,
			  FEW_PORTS);
}

/* The number of keys that a rule has for each of its ports. */
static u32 nr_users(const struct portacl_policy *policy,
		    const struct portacl_rule *rule)
{
	return lists_users(policy, rule) ? rule->nr_uids : 1;
}

static u32 kind_of(const struct portacl_policy *policy,
		   const struct portacl_rule *rule)
{
	u32 kind = 0;

	if (!rule->exe)
		kind |= PORTACL_ANY_EXE;
	if (!lists_users(policy, rule))
		kind |= PORTACL_ANY_UID;
	if (!lists_ports(policy, rule, nr_users(policy, rule)))
		kind |= PORTACL_ANY_PORT;
	return kind;
}

/* Store the tags of all keys of a rule.  Return their number. */
static u32 list_tags(const struct portacl_policy *policy,
		     const struct portacl_rule *rule, u32 kind,
		     u64 tags[FEW_KEYS])
{
	static const struct portacl_range none;
	bool any_port = kind & PORTACL_ANY_PORT;
	const struct portacl_range *port =
		any_port ? &none : portacl_rule_ports(policy, rule);
	const struct portacl_range *uid =
		kind & PORTACL_ANY_UID ? &none :
					 portacl_rule_uids(policy, rule);
	u32 i, p, u, n = 0;

	for (i = 0; i < (any_port ? 1 : rule->nr_ports); i++)
		for (p = port[i].min; p <= port[i].max; p++)
			for (u = 0; u < nr_users(policy, rule); u++)
				tags[n++] = portacl_key_tag(kind, p, rule->exe,
							    uid[u].min);
	return n;
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

	while (next && n < FEW_RULES) {
		const struct portacl_entry *entry = &policy->entries[next - 1];

		n += entry->tag == tag;
		next = entry->next;
	}
	return n == FEW_RULES;
}

/* Return true if a lookup by one of the keys already tries enough ranges. */
static bool is_crowded(const struct portacl_policy *policy,
		       const struct portacl_rule *rule, u32 kind,
		       const u64 *tags, u32 nr)
{
	bool has_range = (kind & PORTACL_ANY_PORT) ||
			 ((kind & PORTACL_ANY_UID) && rule->nr_uids);

	while (has_range && nr--)
		if (is_full(policy, tags[nr]))
			return true;
	return false;
}

static void add_rule(struct sink *sink, u32 index)
{
	struct portacl_policy *policy = sink->policy;
	struct portacl_rule *rule = &policy->rules[index];
	u32 i, nr = 0, kind = kind_of(policy, rule);
	u64 tags[FEW_KEYS];

	if (rule->flags & PORTACL_RULE_SEGMENT)
		kind = PORTACL_KIND_RANGE;
	else if (kind != PORTACL_KIND_RANGE)
		nr = list_tags(policy, rule, kind, tags);
	if (sink->pass == FILL_ENTRIES &&
	    is_crowded(policy, rule, kind, tags, nr)) {
		kind = PORTACL_KIND_RANGE;
		nr = 0;
	}
	for (i = 0; i < nr; i++)
		add_entry(sink, tags[i], index);
	if (!nr && !(rule->flags & PORTACL_RULE_SEGMENT)) {
		rule->flags |= PORTACL_RULE_TREE;
		add_spans(sink, index);
	}
	add_kind(sink, kind, index);
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
			add_entry(sink, portacl_key_tag(PORTACL_KIND_PORT, n, 0,
							0), number);
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

static int build_tree(struct sink *sink)
{
	struct portacl_policy *policy = sink->policy;
	u32 nr = sink->nr_spans;

	if (!nr)
		return 0;
	policy->size += nr * sizeof(*policy->spans);
	policy->spans = kvcalloc(nr, sizeof(*policy->spans),
				 GFP_KERNEL_ACCOUNT);
	if (!policy->spans)
		return -ENOMEM;
	add_all(sink, FILL_SPANS);
	return portacl_tree_build(policy, nr);
}

static int build_table(struct sink *sink)
{
	struct portacl_policy *policy = sink->policy;
	u32 bits, nr;

	add_all(sink, COUNT_ENTRIES);
	nr = sink->nr_entries;
	/* At most half of the buckets are used, so chains are few and short. */
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
	add_all(sink, FILL_ENTRIES);
	return 0;
}

/**
 * portacl_rule_is_plain - check what a rule depends on
 * @rule: the rule
 * @flags: flags that it may have
 *
 * A member that is not copied here must be zero, so a rule with a new member or
 * flag is not plain.
 *
 * Return: true if the rule depends on program, users, ports, protocol and
 * accepted taints only.
 */
bool portacl_rule_is_plain(const struct portacl_rule *rule, u8 flags)
{
	struct portacl_rule plain;

	memset(&plain, 0, sizeof(plain));
	plain.exe = rule->exe;
	plain.exe_text = rule->exe_text;
	plain.args = rule->args;
	plain.nr_ports = rule->nr_ports;
	plain.nr_uids = rule->nr_uids;
	plain.protos = rule->protos;
	plain.accept = rule->accept;
	plain.flags = rule->flags & flags;
	return !memcmp(rule, &plain, sizeof(plain));
}

/* Mark the rules for the quick path and those for the segments. */
static void mark_rules(struct portacl_policy *policy)
{
	u8 flags = PORTACL_RULE_ALLOW | PORTACL_RULE_ONLY |
		   PORTACL_RULE_NET_ANY | PORTACL_RULE_NOLOG;
	u32 i;

	for (i = 0; i < policy->nr_rules; i++) {
		struct portacl_rule *rule = &policy->rules[i];

		rule->exact = portacl_rule_is_plain(rule, flags);
		if (!rule->exe && rule->nr_uids && !lists_users(policy, rule))
			rule->flags |= PORTACL_RULE_SEGMENT;
	}
}

/* Turn the set of ports of each kind into the set of kinds of each port. */
static void fold_kinds(struct sink *sink)
{
	u32 kind, port;

	for (kind = 0; kind < PORTACL_NR_KINDS; kind++)
		for_each_set_bit(port, sink->kinds[kind], PORTACL_NR_PORTS)
			sink->policy->kinds[port] |= BIT(kind);
}

/**
 * portacl_index_build - build the index of a policy
 * @policy: the policy, whose rules are complete; flags are added to them
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; in both cases portacl_policy_free() frees the index.
 */
int portacl_index_build(struct portacl_policy *policy)
{
	struct sink sink = { .policy = policy };
	int err;

	mark_rules(policy);
	err = portacl_segments_build(policy);
	if (err)
		return err;
	memset(policy->first, 0xff, sizeof(policy->first));
	policy->size += PORTACL_NR_PORTS;
	policy->kinds = kvzalloc(PORTACL_NR_PORTS, GFP_KERNEL_ACCOUNT);
	sink.kinds = kvcalloc(PORTACL_NR_KINDS, sizeof(*sink.kinds),
			      GFP_KERNEL_ACCOUNT);
	if (!policy->kinds || !sink.kinds)
		err = -ENOMEM;
	if (!err)
		err = build_table(&sink);
	if (!err)
		err = build_tree(&sink);
	if (!err)
		fold_kinds(&sink);
	kvfree(sink.kinds);
	return err;
}
