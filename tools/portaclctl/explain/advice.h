/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what would make a refused bind succeed.
 */
#ifndef _PORTACLCTL_EXPLAIN_ADVICE_H
#define _PORTACLCTL_EXPLAIN_ADVICE_H

#include "explain/view.h"

/**
 * struct advice - what helps; all zero if nothing is known to help
 * @steps: everything that must be done, in this order
 * @line: the rule among @steps, or NULL
 * @caution: what the rule allows besides, or NULL
 * @other_line: a rule that helps without @steps, or NULL
 * @other_why: when to take it
 */
struct advice {
	struct list steps;
	char *line;
	const char *caution;
	char *other_line;
	const char *other_why;
};

void advise(const struct view *view, struct advice *advice);
void advice_free(struct advice *advice);

#endif /* _PORTACLCTL_EXPLAIN_ADVICE_H */
