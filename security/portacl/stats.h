/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: counters of grants and denials.
 */
#ifndef _SECURITY_PORTACL_STATS_H
#define _SECURITY_PORTACL_STATS_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/seq_file.h>
#include <linux/smp.h>

#include "types.h"

/* Rules whose counters are allocated together. */
#define PORTACL_CHUNK 128

/**
 * struct portacl_cell - a rule on a CPU
 * @grants: binds that it granted
 * @denies: binds that it denied, also because it reserves the port
 * @last: when it last decided, seconds since the epoch
 *
 * Atomic, as a task may be moved to another CPU while it counts.
 */
struct portacl_cell {
	atomic64_t grants;
	atomic64_t denies;
	s64 last;
};

/**
 * struct portacl_stats - the counters of a policy's rules
 * @nr_chunks: number of chunks of each CPU
 * @chunks: those of CPU 0, then those of CPU 1, ...; NULL until needed
 */
struct portacl_stats {
	u32 nr_chunks;
	struct portacl_cell *chunks[];
};

/* Return the place of this CPU's chunk with the counters of a rule. */
static inline struct portacl_cell **
portacl_stats_slot(struct portacl_stats *stats, u32 rule)
{
	return &stats->chunks[(size_t)stats->nr_chunks *
			      raw_smp_processor_id() + rule / PORTACL_CHUNK];
}

/* Return that chunk, or NULL if there is none yet. */
static inline struct portacl_cell *
portacl_stats_chunk(struct portacl_stats *stats, u32 rule)
{
	return READ_ONCE(*portacl_stats_slot(stats, rule));
}

struct portacl_stats *portacl_stats_alloc(u32 nr_rules);
void portacl_stats_free(struct portacl_stats *stats);
void portacl_stats_count(struct portacl_stats *stats,
			 const struct portacl_verdict *verdict, bool refused);
void portacl_stats_kernel(bool refused);
void portacl_stats_grant(struct portacl_cell *chunk, u32 rule);
void portacl_stats_legacy(void);
void portacl_stats_show_rule(struct seq_file *m,
			     const struct portacl_stats *stats, u32 rule);
void portacl_stats_show_totals(struct seq_file *m);

#endif /* _SECURITY_PORTACL_STATS_H */
