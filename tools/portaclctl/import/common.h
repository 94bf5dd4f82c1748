/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the rules and comments of an import, printed one by one.
 */
#ifndef _PORTACLCTL_IMPORT_COMMON_H
#define _PORTACLCTL_IMPORT_COMMON_H

#include "lib/cleanup.h"
#include "lib/util.h"

const char *without_root(const char *path);
char *policy_path(const char *path);
void rule(const char *fmt, ...) __printf(1, 2);
void rule_again(const char *fmt, ...) __printf(1, 2);
void rules_forget(void);
void rules_as_json(void);
void rules_end(void);
void comment(const char *fmt, ...) __printf(1, 2);
void not_translated(const char *fmt, ...) __printf(1, 2);

#endif /* _PORTACLCTL_IMPORT_COMMON_H */
