/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the refused binds that a log reports.
 */
#ifndef _PORTACLCTL_EXPLAIN_REFUSALS_H
#define _PORTACLCTL_EXPLAIN_REFUSALS_H

#include "kernel/record.h"

/**
 * struct refusal - a bind that was refused, perhaps more than once
 * @record: the last report of it
 * @count: number of reports
 * @order: place of the first report among all
 */
struct refusal {
	struct record record;
	u32 count;
	u32 order;
};

struct refusal *refusals_read(u32 *nr);
void refusals_free(struct refusal *refusals, u32 nr);

#endif /* _PORTACLCTL_EXPLAIN_REFUSALS_H */
