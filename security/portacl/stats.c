// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: counters of grants and denials, by rule and by reason.
 *
 * A user cannot use up memory that another user needs: the counters of a rule
 * belong to the policy, and the number of all others is fixed.  Each CPU
 * allocates the counters of a rule when the rule first decides there, because
 * most rules of a large policy never do.
 */
#include "portacl.h"

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

#include "policy.h"
#include "print.h"
#include "stats.h"

/**
 * struct totals - the verdicts of all policies since boot, on a CPU
 * @actions: verdicts by enum portacl_action
 * @reasons: refusals by enum portacl_reason
 * @kernel: reserved ports refused to kernel threads, counted here only
 * @lost: verdicts not counted at their rule because there was no memory
 */
struct totals {
	unsigned long actions[PORTACL_NR_ACTIONS];
	unsigned long reasons[PORTACL_NR_REASONS];
	unsigned long kernel;
	unsigned long lost;
};

static DEFINE_PER_CPU(struct totals, totals);

/**
 * portacl_stats_alloc - make the counters of a policy
 * @nr_rules: number of its rules
 *
 * Context: may sleep.
 * Return: the counters, or NULL if there is no memory.
 */
struct portacl_stats *portacl_stats_alloc(u32 nr_rules)
{
	u32 nr_chunks = DIV_ROUND_UP(nr_rules, PORTACL_CHUNK);
	struct portacl_stats *stats;

	stats = kvzalloc(struct_size(stats, chunks,
				     size_mul(nr_chunks, nr_cpu_ids)),
			 GFP_KERNEL_ACCOUNT);
	if (stats)
		stats->nr_chunks = nr_chunks;
	return stats;
}

/**
 * portacl_stats_free - free the counters of a policy
 * @stats: the counters or NULL
 *
 * Context: may sleep.
 */
void portacl_stats_free(struct portacl_stats *stats)
{
	size_t i;

	might_sleep();
	if (!stats)
		return;
	for (i = 0; i < (size_t)stats->nr_chunks * nr_cpu_ids; i++)
		kfree(stats->chunks[i]);
	kvfree(stats);
}

/* Not charged, because the memory is the loader's and the caller only binds. */
static noinline struct portacl_cell *new_chunk(struct portacl_stats *stats,
					       u32 rule)
{
	struct portacl_cell **slot = portacl_stats_slot(stats, rule);
	struct portacl_cell *chunk = kcalloc(PORTACL_CHUNK, sizeof(*chunk),
					     GFP_ATOMIC | __GFP_NOWARN);
	struct portacl_cell *old;

	if (!chunk) {
		this_cpu_inc(totals.lost);
		return NULL;
	}
	old = cmpxchg(slot, NULL, chunk);
	if (old) {
		kfree(chunk);
		chunk = old;
	}
	return chunk;
}

static __always_inline void count(struct portacl_cell *chunk, u32 rule,
				  bool grant)
{
	struct portacl_cell *cell = &chunk[rule % PORTACL_CHUNK];

	atomic64_inc(grant ? &cell->grants : &cell->denies);
	WRITE_ONCE(cell->last, ktime_get_real_seconds());
}

/**
 * portacl_stats_grant - count a grant
 * @chunk: the chunk of the rule, see portacl_stats_chunk()
 * @rule: index of the rule
 *
 * Context: any, under rcu_read_lock() or rcu_read_lock_sched().
 */
void portacl_stats_grant(struct portacl_cell *chunk, u32 rule)
{
	this_cpu_inc(totals.actions[PORTACL_ALLOW]);
	count(chunk, rule, true);
}

/**
 * portacl_stats_legacy - count a bind that is left to the legacy rule
 *
 * Context: any.
 */
void portacl_stats_legacy(void)
{
	this_cpu_inc(totals.actions[PORTACL_LEGACY]);
}

/**
 * portacl_stats_count - count a verdict
 * @stats: the counters of the policy that it is from
 * @verdict: the verdict
 * @refused: the bind fails
 *
 * Context: any, under rcu_read_lock().
 */
void portacl_stats_count(struct portacl_stats *stats,
			 const struct portacl_verdict *verdict, bool refused)
{
	struct portacl_cell *chunk;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the counters may be freed");
	this_cpu_inc(totals.actions[verdict->action]);
	if (refused && verdict->reason != PORTACL_REASON_NONE)
		this_cpu_inc(totals.reasons[verdict->reason]);
	if (verdict->rule == PORTACL_NO_RULE)
		return;
	chunk = portacl_stats_chunk(stats, verdict->rule) ?:
		new_chunk(stats, verdict->rule);
	if (chunk)
		count(chunk, verdict->rule, verdict->action == PORTACL_ALLOW);
}

/**
 * portacl_stats_kernel - count a verdict on a kernel thread
 * @refused: the bind fails
 *
 * A port picker may try a thousand ports, so these do not count as a user's.
 *
 * Context: any.
 */
void portacl_stats_kernel(bool refused)
{
	if (refused)
		this_cpu_inc(totals.kernel);
}

/**
 * portacl_stats_show_rule - print the counters of a rule
 * @m: where to
 * @stats: the counters
 * @rule: index of the rule
 *
 * Context: may sleep.
 */
void portacl_stats_show_rule(struct seq_file *m,
			     const struct portacl_stats *stats, u32 rule)
{
	u64 grants = 0, denies = 0;
	s64 last = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		size_t i = (size_t)stats->nr_chunks * cpu +
			   rule / PORTACL_CHUNK;
		const struct portacl_cell *cell = READ_ONCE(stats->chunks[i]);

		if (!cell)
			continue;
		cell += rule % PORTACL_CHUNK;
		grants += atomic64_read(&cell->grants);
		denies += atomic64_read(&cell->denies);
		last = max(last, READ_ONCE(cell->last));
	}
	seq_printf(m, "rule=%u grants=%llu denies=%llu last=%lld\n", rule + 1,
		   grants, denies, last);
}

static u64 sum(const unsigned long __percpu *counter)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += READ_ONCE(*per_cpu_ptr(counter, cpu));
	return total;
}

/**
 * portacl_stats_show_totals - print the counters of all policies since boot
 * @m: where to
 *
 * Context: may sleep.
 */
void portacl_stats_show_totals(struct seq_file *m)
{
	u64 lost = sum(&totals.lost);
	int i;

	seq_printf(m, "total grants=%llu denies=%llu legacy=%llu\n",
		   sum(&totals.actions[PORTACL_ALLOW]),
		   sum(&totals.actions[PORTACL_DENY]),
		   sum(&totals.actions[PORTACL_LEGACY]));
	seq_printf(m, "kernel denies=%llu\n", sum(&totals.kernel));
	if (lost)
		seq_printf(m, "total lost=%llu\n", lost);
	for (i = PORTACL_REASON_NONE + 1; i < PORTACL_NR_REASONS; i++) {
		u64 count = sum(&totals.reasons[i]);

		if (count)
			seq_printf(m, "reason=\"%s\" count=%llu\n",
				   portacl_reason_text(i), count);
	}
}
