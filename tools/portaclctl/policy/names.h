/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: names of users, groups and services to numbers, and back.
 */
#ifndef _PORTACLCTL_POLICY_NAMES_H
#define _PORTACLCTL_POLICY_NAMES_H

#include "lib/util.h"

enum name_kind {
	NAME_USER,
	NAME_GROUP,
	NAME_SERVICE,
};

bool name_to_number(enum name_kind kind, const char *name, const char *protos,
		    u32 *number, char **why);
const char *name_of(enum name_kind kind, u32 number);

#endif /* _PORTACLCTL_POLICY_NAMES_H */
