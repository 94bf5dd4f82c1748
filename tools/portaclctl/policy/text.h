/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a policy as the kernel shows it.
 */
#ifndef _PORTACLCTL_POLICY_TEXT_H
#define _PORTACLCTL_POLICY_TEXT_H

#include "lib/util.h"
#include "parse.h"
#include "policy.h"

void policy_launchers(const struct portacl_policy *policy,
		      struct list *paths);
char *names_text(const char *const *names, u32 bits);
char *error_text(const struct portacl_error *error, const char *text);
char *rule_text(const struct portacl_policy *policy, u32 rule);
void policy_text(struct buf *text, const struct portacl_policy *policy,
		 const char *commit);

#endif /* _PORTACLCTL_POLICY_TEXT_H */
