/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: counters of grants and denials.
 */
#ifndef _SECURITY_PORTACL_STATS_H
#define _SECURITY_PORTACL_STATS_H

#include <linux/seq_file.h>

#include "types.h"

struct portacl_stats;

struct portacl_stats *portacl_stats_alloc(u32 nr_rules);
void portacl_stats_free(struct portacl_stats *stats);
void portacl_stats_count(struct portacl_stats *stats,
			 const struct portacl_verdict *verdict, bool refused);
void portacl_stats_kernel(bool refused);
void portacl_stats_grant(struct portacl_stats *stats, u32 rule);
void portacl_stats_show_rule(struct seq_file *m,
			     const struct portacl_stats *stats, u32 rule);
void portacl_stats_show_totals(struct seq_file *m);

#endif /* _SECURITY_PORTACL_STATS_H */
