/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: users and groups as a rule names them.
 */
#ifndef _PORTACLCTL_POLICY_USER_H
#define _PORTACLCTL_POLICY_USER_H

#include "lib/util.h"

bool is_made_of(const char *text, const char *others);
char *user_word(const char *key, u32 number);

#endif /* _PORTACLCTL_POLICY_USER_H */
