/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the policy and mode before init starts.
 */
#ifndef _SECURITY_PORTACL_BOOT_H
#define _SECURITY_PORTACL_BOOT_H

#include "state.h"

extern int portacl_boot_enabled;

bool portacl_boot_off(void);
enum portacl_mode portacl_boot_mode(void);
void portacl_boot_load(void);

#endif /* _SECURITY_PORTACL_BOOT_H */
