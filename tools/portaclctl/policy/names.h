/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: names of users, groups and services to numbers, and back.
 */
#ifndef _PORTACLCTL_POLICY_NAMES_H
#define _PORTACLCTL_POLICY_NAMES_H

#include "parse.h"
#include "lib/util.h"

extern const struct portacl_parse_ops policy_ops;

const char *name_to_number(enum portacl_name kind, const char *name, u32 protos,
			   u32 *number);
const char *name_of(enum portacl_name kind, u32 number);

#endif /* _PORTACLCTL_POLICY_NAMES_H */
