/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the program of a rule while its file is read.
 */
#ifndef _PORTACLCTL_POLICY_EXPAND_H
#define _PORTACLCTL_POLICY_EXPAND_H

#include "policy/source.h"

void source_rule_add(struct source *src);

#endif /* _PORTACLCTL_POLICY_EXPAND_H */
