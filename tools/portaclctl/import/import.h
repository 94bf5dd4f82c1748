/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: other mechanisms' settings as rules, printed one by one.
 */
#ifndef _PORTACLCTL_IMPORT_IMPORT_H
#define _PORTACLCTL_IMPORT_IMPORT_H

#include "lib/cleanup.h"
#include "lib/util.h"

int cmd_import(char **argv);
void import_setcap(char **dirs);
void import_authbind(void);
void import_systemd(void);
void import_mac_portacl(const char *text, const char *port_high,
			const char *suser_exempt);

bool is_made_of(const char *text, const char *others);
const char *without_root(const char *path);
char *policy_path(const char *path);
char *user_word(const char *key, u32 number);
void rule(const char *fmt, ...) __printf(1, 2);
void rule_again(const char *fmt, ...) __printf(1, 2);
void rules_forget(void);
void comment(const char *fmt, ...) __printf(1, 2);
void not_translated(const char *fmt, ...) __printf(1, 2);

#endif /* _PORTACLCTL_IMPORT_IMPORT_H */
