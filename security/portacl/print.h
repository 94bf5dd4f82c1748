/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: policies and their parts as text.
 */
#ifndef _SECURITY_PORTACL_PRINT_H
#define _SECURITY_PORTACL_PRINT_H

#include <linux/seq_buf.h>

#include "policy.h"

const char *portacl_reason_text(enum portacl_reason reason);
void portacl_print_path(struct seq_buf *s, const char *path);
void portacl_print_part(struct seq_buf *s, const char *path, size_t max);
void portacl_print_cidr(struct seq_buf *s, const struct portacl_cidr *cidr);
void portacl_print_names(struct seq_buf *s, const char *const *names, u32 bits);
u32 portacl_print_steps(const struct portacl_policy *policy);
void portacl_print_step(struct seq_buf *s, const struct portacl_policy *policy,
			u32 step);
void portacl_print_rule(struct seq_buf *s, const struct portacl_policy *policy,
			u32 index);

#endif /* _SECURITY_PORTACL_PRINT_H */
