/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what would make a refused bind succeed.
 */
#ifndef _PORTACLCTL_EXPLAIN_ADVICE_H
#define _PORTACLCTL_EXPLAIN_ADVICE_H

#include "explain/layers.h"

/**
 * struct advice - what helps; all zero if nothing is known to
 * @steps: all that must be done, in this order
 * @line: the rule among @steps, or NULL
 * @other_line: a rule that needs no other step, because it accepts that others
 *	than root can replace the program; or NULL
 */
struct advice {
	struct list steps;
	char *line;
	char *other_line;
};

void advise(const struct view *view, struct advice *advice);
void advice_free(struct advice *advice);

#endif /* _PORTACLCTL_EXPLAIN_ADVICE_H */
