/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the newest kernel's API for older ones.  Included before every
 * source by the Makefile, and by nothing else.
 */
#ifndef _SECURITY_PORTACL_COMPAT_H
#define _SECURITY_PORTACL_COMPAT_H

#include <linux/kconfig.h>
#include <linux/version.h>

#include <crypto/sha2.h>
#include <linux/lsm_hooks.h>
#include <linux/security.h>
#include <linux/seq_file.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
struct lsm_id {
	const char *name;
	u64 id;
};

#define security_add_hooks(hooks, count, lsmid) \
	security_add_hooks(hooks, count, (lsmid)->name)
#define COMPAT_BPRM_FILE struct file
#else
#define COMPAT_BPRM_FILE const struct file
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define sha256_ctx sha256_state
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define system_dfl_wq system_unbound_wq
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define COMPAT_LSM_INFO_NAME
#endif

#ifndef DEFINE_SHOW_STORE_ATTRIBUTE
#define DEFINE_SHOW_STORE_ATTRIBUTE(__name)				\
static int __name ## _open(struct inode *inode, struct file *file)	\
{									\
	return single_open(file, __name ## _show, NULL);		\
}									\
									\
static const struct file_operations __name ## _fops = {			\
	.open = __name ## _open,					\
	.read = seq_read,						\
	.write = __name ## _write,					\
	.llseek = seq_lseek,						\
	.release = single_release,					\
}
#endif

#ifndef __lsm_ro_after_init
#define __lsm_ro_after_init __ro_after_init
#endif

/* Without its line in lsm_count.h the kernel would drop the module at boot. */
#if defined(MAX_LSM_COUNT) && !defined(PORTACL_ENABLED)
#error "include/linux/lsm_count.h does not count portacl: apply Kconfig.patch"
#endif

#endif /* _SECURITY_PORTACL_COMPAT_H */
