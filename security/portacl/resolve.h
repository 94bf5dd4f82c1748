/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: do the programs that a policy names exist as named?
 */
#ifndef _SECURITY_PORTACL_RESOLVE_H
#define _SECURITY_PORTACL_RESOLVE_H

#include "policy.h"

void portacl_resolve(struct portacl_policy *policy);
const char *portacl_resolve_path(const char *name, char *buf);

#endif /* _SECURITY_PORTACL_RESOLVE_H */
