/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the findings of lint.
 */
#ifndef _PORTACLCTL_LINT_REPORT_H
#define _PORTACLCTL_LINT_REPORT_H

#include "policy/config.h"

#define NO_RULE U32_MAX

/**
 * struct finding - one finding, which several rules may share
 * @id: what it is called
 * @text: what it says; NULL: the further findings of this kind
 * @rules: the rules, in the order in which they were reported
 * @nr_rules: number of @rules, 0: it belongs to no rule
 */
struct finding {
	const char *id;
	char *text;
	u32 *rules;
	u32 nr_rules;
};

/**
 * struct findings - all findings about a policy; all zero at first
 * @items: the findings
 * @nr: number of @items
 */
struct findings {
	struct finding *items;
	u32 nr;
};

void findings_add(struct findings *findings, u32 rule, const char *id,
		  char *text);
void findings_print(const struct findings *findings, const struct config *cfg,
		    bool json);
void findings_free(struct findings *findings);

#endif /* _PORTACLCTL_LINT_REPORT_H */
