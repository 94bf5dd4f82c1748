/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what the checks of lint share.
 */
#ifndef _PORTACLCTL_LINT_LINTER_H
#define _PORTACLCTL_LINT_LINTER_H

#include "lint/report.h"

/**
 * struct linter - a policy and what was found out about it
 * @cfg: its files
 * @policy: the policy
 * @findings: the findings
 * @image: the program with which systemd executes its services
 * @launcher: a `launcher` line names @image
 * @ignored: faults of programs that are not reported, as bits
 * @seen: the binds that were seen, see seen.c
 * @nr_seen: number of @seen
 * @seen_steps: number of comparisons with them
 * @paths: their programs
 * @unknown: number of unknown groups and of unknown users found so far
 * @blacklist: the ports of /etc/bindresvport.blacklist
 */
struct linter {
	const struct config *cfg;
	const struct portacl_policy *policy;
	struct findings findings;
	char *image;
	bool launcher;
	u32 ignored;
	struct seen *seen;
	u32 nr_seen;
	u64 seen_steps;
	struct list paths;
	u32 unknown[2];
	bool blacklist[1024];
};

/* Add a finding; the rule counts from 0, or it is NO_RULE. */
#define report(linter, rule, id, ...) \
	findings_add(&(linter)->findings, rule, id, xasprintf(__VA_ARGS__))

bool denies_everything(const struct portacl_policy *policy, u32 *rule);
char *library_text(const struct portacl_policy *policy, const char *path);
void note_secure(const struct portacl_policy *policy, bool libraries, u64 exe);
void lint_programs(struct linter *linter);
void lint_rules(struct linter *linter);
bool rule_has_user(const struct portacl_policy *policy,
		   const struct portacl_rule *rule, u32 uid);
bool was_seen(const struct linter *linter, u64 exe);
void lint_seen(struct linter *linter);
void lint_units(struct linter *linter);
bool subject_covers(const struct portacl_policy *policy,
		    const struct portacl_rule *a,
		    const struct portacl_rule *b);
void lint_shadows(struct linter *linter);
bool rule_has_port(const struct portacl_policy *policy,
		   const struct portacl_rule *rule, u8 proto, u16 port);
u32 find_shadows(const struct portacl_policy *policy, const u32 *rules, u32 nr,
		 u32 *shadows);

#endif /* _PORTACLCTL_LINT_LINTER_H */
