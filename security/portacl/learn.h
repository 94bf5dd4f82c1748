/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the binds that mode learn has observed.
 */
#ifndef _SECURITY_PORTACL_LEARN_H
#define _SECURITY_PORTACL_LEARN_H

#include <linux/seq_file.h>

#include "policy.h"

void portacl_learn(const struct portacl_policy *policy,
		   const struct portacl_request *req, u8 action,
		   const char *path, bool verified);
void portacl_learn_clear(void);
void portacl_learn_show(struct seq_file *m);

#endif /* _SECURITY_PORTACL_LEARN_H */
