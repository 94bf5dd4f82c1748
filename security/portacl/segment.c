// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: rules with ranges of users, in segments of the uids.
 *
 * The bounds of all ranges cut the uids into segments.  Within a segment, the
 * same rules apply to each uid.  A lookup is a binary search for the segment.
 * A rule that would make a segment too crowded goes to the hash table or the
 * tree.
 */
#include "portacl.h"

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "index.h"
#include "policy.h"

/* Upper bound on the rules of a segment. */
#define MAX_OPEN 8

/**
 * struct interval - a range of users of a rule
 * @min: lowest uid
 * @max: highest uid
 * @rule: index of the rule
 */
struct interval {
	u32 min;
	u32 max;
	u32 rule;
};

/**
 * struct sweep - a walk over all uids, ascending
 * @policy: the policy; its segments are stored once they are allocated
 * @at: the lowest uid that is not in a segment yet
 * @nr: number of segments so far
 * @nr_rules: number of rules in these segments
 * @nr_open: number of @open
 * @open: the intervals that contain @at, ascending by rule
 */
struct sweep {
	struct portacl_policy *policy;
	u32 at;
	u32 nr;
	u32 nr_rules;
	u32 nr_open;
	struct interval open[MAX_OPEN];
};

static void end_segment(struct sweep *sweep, u32 last)
{
	struct portacl_segments *segments = &sweep->policy->segments;
	u32 i, n = 0;

	if (segments->rules) {
		segments->starts[sweep->nr] = sweep->at;
		segments->lists[sweep->nr] = sweep->nr_rules;
		for (i = 0; i < sweep->nr_open; i++)
			segments->rules[sweep->nr_rules + i] =
				sweep->open[i].rule;
	}
	sweep->nr++;
	sweep->nr_rules += sweep->nr_open;
	for (i = 0; i < sweep->nr_open; i++)
		if (sweep->open[i].max > last)
			sweep->open[n++] = sweep->open[i];
	sweep->nr_open = n;
	sweep->at = last + 1;
}

static void advance(struct sweep *sweep, u32 to)
{
	u32 i, last;

	while (sweep->at < to) {
		last = to - 1;
		for (i = 0; i < sweep->nr_open; i++)
			last = min(last, sweep->open[i].max);
		end_segment(sweep, last);
	}
}

static void open_interval(struct sweep *sweep, const struct interval *interval)
{
	u32 i;

	if (sweep->nr_open == MAX_OPEN) {
		sweep->policy->rules[interval->rule].flags &=
			~PORTACL_RULE_SEGMENT;
		return;
	}
	for (i = sweep->nr_open++; i; i--) {
		if (sweep->open[i - 1].rule < interval->rule)
			break;
		sweep->open[i] = sweep->open[i - 1];
	}
	sweep->open[i] = *interval;
}

static struct sweep walk(struct portacl_policy *policy,
			 const struct interval *intervals, u32 nr)
{
	struct sweep sweep = { .policy = policy };
	u32 i;

	for (i = 0; i < nr; i++) {
		u32 rule = intervals[i].rule;

		if (!(policy->rules[rule].flags & PORTACL_RULE_SEGMENT))
			continue;
		advance(&sweep, intervals[i].min);
		open_interval(&sweep, &intervals[i]);
		cond_resched();
	}
	advance(&sweep, U32_MAX);
	return sweep;
}

static int compare_intervals(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	cond_resched();
	if (x->min != y->min)
		return x->min < y->min ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static void list_intervals(const struct portacl_policy *policy,
			   struct interval *intervals)
{
	u32 i, n;

	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];
		const struct portacl_range *uid = portacl_rule_uids(policy,
								    rule);

		if (!(rule->flags & PORTACL_RULE_SEGMENT))
			continue;
		for (n = 0; n < rule->nr_uids; n++)
			*intervals++ = (struct interval) {
				.min = uid[n].min,
				.max = uid[n].max,
				.rule = i,
			};
	}
}

/* A first walk found the rules that fit.  Allocate memory and store them. */
static int fill(struct portacl_policy *policy, const struct interval *intervals,
		u32 nr)
{
	struct portacl_segments *segments = &policy->segments;
	struct sweep sweep = walk(policy, intervals, nr);
	u32 i, size = roundup_pow_of_two(sweep.nr);

	segments->half = size / 2;
	segments->starts = kvmalloc_array(size, sizeof(u32),
					  GFP_KERNEL_ACCOUNT);
	segments->lists = kvmalloc_array(size + 1, sizeof(u32),
					 GFP_KERNEL_ACCOUNT);
	segments->rules = kvmalloc_array(sweep.nr_rules | 1, sizeof(u32),
					 GFP_KERNEL_ACCOUNT);
	if (!segments->starts || !segments->lists || !segments->rules)
		return -ENOMEM;
	policy->size += (2 * size + 1 + sweep.nr_rules) * sizeof(u32);
	sweep = walk(policy, intervals, nr);
	for (i = sweep.nr; i < size; i++)
		segments->starts[i] = U32_MAX;
	for (i = sweep.nr; i <= size; i++)
		segments->lists[i] = sweep.nr_rules;
	return 0;
}

/**
 * portacl_segments_build - build the segments of a policy
 * @policy: the policy.  Its rules with PORTACL_RULE_SEGMENT go into segments.
 *	A rule that does not fit loses the flag.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; in both cases portacl_policy_free() frees them.
 */
int portacl_segments_build(struct portacl_policy *policy)
{
	struct interval *intervals;
	u32 i, nr = 0;
	int err;

	for (i = 0; i < policy->nr_rules; i++)
		if (policy->rules[i].flags & PORTACL_RULE_SEGMENT)
			nr += policy->rules[i].nr_uids;
	if (!nr)
		return 0;
	intervals = kvmalloc_array(nr, sizeof(*intervals), GFP_KERNEL_ACCOUNT);
	if (!intervals)
		return -ENOMEM;
	list_intervals(policy, intervals);
	sort(intervals, nr, sizeof(*intervals), compare_intervals, NULL);
	walk(policy, intervals, nr);
	err = fill(policy, intervals, nr);
	kvfree(intervals);
	return err;
}
