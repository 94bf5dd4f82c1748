/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what lint finds.
 */
#ifndef _PORTACLCTL_LINT_LINT_H
#define _PORTACLCTL_LINT_LINT_H

#include <jansson.h>

#include "policy/files.h"

#define NO_RULE U32_MAX

/**
 * struct linter - a policy that is looked at
 * @cfg: its files
 * @policy: the policy
 * @json: where findings are added, or NULL to print them
 * @image: what systemd executes its services with
 * @launcher: a `launcher` line names it
 * @findings: number of findings
 */
struct linter {
	const struct config *cfg;
	const struct portacl_policy *policy;
	json_t *json;
	char *image;
	bool launcher;
	u32 findings;
};

void report(struct linter *linter, u32 rule, const char *id, const char *fmt,
	    ...) __printf(4, 5);
u32 denies_everything(const struct portacl_policy *policy);
void lint_rules(struct linter *linter);
bool subject_covers(const struct portacl_policy *policy,
		    const struct portacl_rule *a, const struct portacl_rule *b);
void lint_shadows(struct linter *linter);

#endif /* _PORTACLCTL_LINT_LINT_H */
