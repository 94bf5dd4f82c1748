/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the files in /sys/kernel/security/portacl.
 */
#ifndef _SECURITY_PORTACL_SECURITYFS_H
#define _SECURITY_PORTACL_SECURITYFS_H

#include <linux/fs.h>

extern const struct file_operations portacl_policy_fops;
extern const struct file_operations portacl_query_fops;

int portacl_may_write(struct file *file);
int portacl_securityfs_init(void);

#endif /* _SECURITY_PORTACL_SECURITYFS_H */
