/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the paths of executables.
 */
#ifndef _SECURITY_PORTACL_PATH_H
#define _SECURITY_PORTACL_PATH_H

#include <linux/path.h>

#include "policy.h"

void portacl_path_init(void);
u32 portacl_path_taint(const struct path *path);
const char *portacl_path_resolve(const char *name, char *buf);
void portacl_path_check(struct portacl_policy *policy);

#endif /* _SECURITY_PORTACL_PATH_H */
