/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the running kernel's policy.
 */
#ifndef _PORTACLCTL_KERNEL_SECURITYFS_H
#define _PORTACLCTL_KERNEL_SECURITYFS_H

#include "lib/util.h"
#include "policy.h"

bool kernel_choose(const char *name);
bool kernel_is_bpf(void);
bool kernel_present(void);
bool kernel_has_policy(void);
char *kernel_try_read(const char *name);
char *kernel_read(const char *name);
void kernel_write(const char *name, const char *text);
char *kernel_status(const char *key);
char *kernel_query(const char *request);
bool kernel_load(const char *text, size_t len, char **why);
void kernel_unload(void);
time_t kernel_since(void);

#endif /* _PORTACLCTL_KERNEL_SECURITYFS_H */
