// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the policy object, and the draft that it is built from.
 */
#include "portacl.h"

#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "draft.h"
#include "policy.h"

/**
 * portacl_vec_push - append elements to an array that grows
 * @vec: the array
 * @src: the elements
 * @nr: number of elements
 * @size: size of an element in bytes
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM, then @vec is unchanged.
 */
int portacl_vec_push(struct portacl_vec *vec, const void *src, u32 nr,
		     size_t size)
{
	if (nr > vec->cap - vec->len) {
		u32 cap = max3(vec->len + nr, 2 * vec->cap, 16U);
		void *data = kvmalloc_array(cap, size, GFP_KERNEL_ACCOUNT);

		if (!data)
			return -ENOMEM;
		if (vec->len)
			memcpy(data, vec->data, vec->len * size);
		kvfree(vec->data);
		vec->data = data;
		vec->cap = cap;
	}
	if (nr)
		memcpy((char *)vec->data + vec->len * size, src, nr * size);
	vec->len += nr;
	return 0;
}

/**
 * portacl_draft_path - keep a path
 * @draft: where it is kept
 * @path: the path
 * @offset: set to its offset in the strings of the draft
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int portacl_draft_path(struct portacl_draft *draft, const char *path,
		       u32 *offset)
{
	struct portacl_vec *strings = &draft->strings;

	/* Offset 0 is that of no path. */
	if (!strings->len && portacl_vec_push(strings, "", 1, 1))
		return -ENOMEM;
	*offset = strings->len;
	return portacl_vec_push(strings, path, strlen(path) + 1, 1);
}

/**
 * portacl_draft_free - free the memory of a draft
 * @draft: the draft; empty afterwards
 *
 * Context: may sleep.
 */
void portacl_draft_free(struct portacl_draft *draft)
{
	kvfree(draft->rules.data);
	kvfree(draft->args.data);
	kvfree(draft->strings.data);
	kvfree(draft->launchers.data);
	memset(draft, 0, sizeof(*draft));
}

/* Copy without spare room, but at least one byte: NULL means no memory. */
static void *trim(const struct portacl_vec *vec, size_t size, size_t *total)
{
	void *data = kvzalloc(max_t(size_t, vec->len * size, 1),
			      GFP_KERNEL_ACCOUNT);

	if (data && vec->len)
		memcpy(data, vec->data, vec->len * size);
	*total += vec->len * size;
	return data;
}

static unsigned long *new_port_set(size_t *total)
{
	*total += PORTACL_NR_PORTS / 8;
	return kvzalloc(PORTACL_NR_PORTS / 8, GFP_KERNEL_ACCOUNT);
}

/**
 * portacl_rule_set_ports - add the ports of a rule to a set
 * @policy: the policy
 * @rule: one of its rules
 * @set: a bit for each port
 *
 * Context: any.
 */
void portacl_rule_set_ports(const struct portacl_policy *policy,
			    const struct portacl_rule *rule, unsigned long *set)
{
	const struct portacl_range *port = portacl_rule_ports(policy, rule);
	u32 i;

	for (i = 0; i < rule->nr_ports; i++)
		bitmap_set(set, port[i].min, port[i].max - port[i].min + 1);
}

static int build_port_sets(struct portacl_policy *policy)
{
	u32 i, net;

	policy->ports = new_port_set(&policy->size);
	if (!policy->ports)
		return -ENOMEM;
	if (policy->default_action != PORTACL_LEGACY)
		bitmap_fill(policy->ports, PORTACL_NR_PORTS);
	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		cond_resched();
		policy->has_addrs |= rule->nr_addrs;
		portacl_rule_set_ports(policy, rule, policy->ports);
		if (!(rule->flags & PORTACL_RULE_ONLY))
			continue;
		for (net = 0; net <= !!(rule->flags & PORTACL_RULE_NET_ANY);
		     net++) {
			if (!policy->only[net])
				policy->only[net] = new_port_set(&policy->size);
			if (!policy->only[net])
				return -ENOMEM;
			portacl_rule_set_ports(policy, rule, policy->only[net]);
		}
	}
	return 0;
}

static u64 exe_of(const struct portacl_policy *policy, u32 entry)
{
	return policy->rules[entry & PORTACL_EXE_RULE].exe;
}

static int compare_exes(const void *a, const void *b, const void *priv)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;
	u64 ex = exe_of(priv, x), ey = exe_of(priv, y);

	cond_resched();
	if (ex != ey)
		return ex < ey ? -1 : 1;
	x &= PORTACL_EXE_RULE;
	y &= PORTACL_EXE_RULE;
	return x < y ? -1 : x > y;
}

/* Merge the entries of each program; they are adjacent. */
static void join_exes(struct portacl_policy *policy)
{
	u32 *exes = policy->exes;
	u32 i, n = 0;

	for (i = 1; i < policy->nr_exes; i++) {
		if (exe_of(policy, exes[i]) == exe_of(policy, exes[n]))
			exes[n] |= exes[i] & ~PORTACL_EXE_RULE;
		else
			exes[++n] = exes[i];
	}
	policy->nr_exes = n + 1;
}

static u32 exe_flags(const struct portacl_rule *rule)
{
	u32 flags = 0;

	if (!(rule->flags & PORTACL_RULE_ALLOW))
		return 0;
	if (!(rule->accept & BIT(PORTACL_TAINT_ENV)))
		flags |= PORTACL_EXE_PROTECTED;
	if (!(rule->accept & BIT(PORTACL_TAINT_WRITABLE)))
		flags |= PORTACL_EXE_UNWRITABLE;
	return flags;
}

static int build_exes(struct portacl_policy *policy)
{
	u32 i, n = 0;

	static_assert(PORTACL_MAX_RULES <= PORTACL_EXE_RULE);
	for (i = 0; i < policy->nr_rules; i++)
		n += !!policy->rules[i].exe;
	if (!n)
		return 0;
	policy->exes = kvmalloc_array(n, sizeof(*policy->exes),
				      GFP_KERNEL_ACCOUNT);
	if (!policy->exes)
		return -ENOMEM;
	for (i = 0; i < policy->nr_rules; i++)
		if (policy->rules[i].exe)
			policy->exes[policy->nr_exes++] =
				i | exe_flags(&policy->rules[i]);
	policy->size += n * sizeof(*policy->exes);
	sort_r(policy->exes, n, sizeof(*policy->exes), compare_exes, NULL,
	       policy);
	join_exes(policy);
	return 0;
}

/**
 * portacl_policy_protects - check whether a policy protects a program
 * @policy: the policy
 * @exe: hash of the program's path
 *
 * Context: any, under rcu_read_lock().
 * Return: true if an allow rule without accept=env names the program.
 */
bool portacl_policy_protects(const struct portacl_policy *policy, u64 exe)
{
	u32 from = 0, to = policy->nr_exes;

	while (from < to) {
		u32 middle = from + (to - from) / 2;
		u32 entry = policy->exes[middle];
		u64 found = exe_of(policy, entry);

		if (found == exe)
			return entry & PORTACL_EXE_PROTECTED;
		if (found < exe)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

/**
 * portacl_policy_build - build a policy from a draft
 * @draft: the draft; empty afterwards on success
 *
 * Context: may sleep.
 * Return: the policy, for portacl_policy_free(), or ERR_PTR(-ENOMEM).
 */
struct portacl_policy *portacl_policy_build(struct portacl_draft *draft)
{
	struct portacl_policy *policy = kvzalloc(sizeof(*policy),
						 GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;

	if (!policy)
		return ERR_PTR(-ENOMEM);
	kref_init(&policy->refs);
	policy->size = sizeof(*policy);
	policy->nr_rules = draft->rules.len;
	policy->default_action = draft->default_action;
	policy->nr_launchers = draft->launchers.len;
	if (policy->nr_launchers)
		memcpy(policy->launchers, draft->launchers.data,
		       policy->nr_launchers * sizeof(*policy->launchers));
	policy->rules = trim(&draft->rules, sizeof(*policy->rules),
			     &policy->size);
	policy->args = trim(&draft->args, sizeof(*policy->args), &policy->size);
	policy->strings = trim(&draft->strings, 1, &policy->size);
	if (policy->rules && policy->args && policy->strings)
		err = build_port_sets(policy);
	if (!err)
		err = build_exes(policy);
	if (!err)
		err = portacl_index_build(policy);
	if (err) {
		portacl_policy_free(policy);
		return ERR_PTR(err);
	}
	portacl_draft_free(draft);
	return policy;
}

/**
 * portacl_policy_free - free a policy that has no readers left
 * @policy: the policy or NULL; the caller frees its counters
 *
 * Context: may sleep.
 */
void portacl_policy_free(struct portacl_policy *policy)
{
	if (!policy)
		return;
	kvfree(policy->ports);
	kvfree(policy->kinds);
	kvfree(policy->exes);
	kvfree(policy->only[0]);
	kvfree(policy->only[1]);
	kvfree(policy->buckets);
	kvfree(policy->entries);
	kvfree(policy->rules);
	kvfree(policy->args);
	kvfree(policy->segments.starts);
	kvfree(policy->segments.lists);
	kvfree(policy->segments.rules);
	kvfree(policy->nodes);
	kvfree(policy->spans);
	kvfree(policy->strings);
	kvfree(policy);
}
