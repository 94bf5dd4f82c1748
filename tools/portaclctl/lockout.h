/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: services that a policy would cut off.
 */
#ifndef _PORTACLCTL_LOCKOUT_H
#define _PORTACLCTL_LOCKOUT_H

#include "policy.h"
#include "util.h"

void find_lockouts(const struct portacl_policy *policy, struct list *texts);
void add_listen(struct list *places, const char *text,
		const struct list *ports);
void sshd_places(struct list *places);
void warn_lockout(const struct portacl_policy *policy);

#endif /* _PORTACLCTL_LOCKOUT_H */
