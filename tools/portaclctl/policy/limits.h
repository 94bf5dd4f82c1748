/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the limits of the BPF backend.
 */
#ifndef _PORTACLCTL_POLICY_LIMITS_H
#define _PORTACLCTL_POLICY_LIMITS_H

#include "policy.h"

bool find_limit(struct portacl_policy *policy, u32 *rule, char **reason);

#endif /* _PORTACLCTL_POLICY_LIMITS_H */
