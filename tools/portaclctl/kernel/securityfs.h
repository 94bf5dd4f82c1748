/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the running kernel's policy, in securityfs.
 */
#ifndef _PORTACLCTL_KERNEL_SECURITYFS_H
#define _PORTACLCTL_KERNEL_SECURITYFS_H

#include "lib/util.h"
#include "policy.h"

bool kernel_present(void);
char *kernel_try_read(const char *name);
char *kernel_read(const char *name);
void kernel_write(const char *name, const char *text);
char *kernel_status(const char *key);
char *kernel_query(const char *request);
bool kernel_load(const char *text, size_t len, char **why);

#endif /* _PORTACLCTL_KERNEL_SECURITYFS_H */
