/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the bodies of the hooks.
 */
#ifndef _SECURITY_PORTACL_HOOKS_H
#define _SECURITY_PORTACL_HOOKS_H

#include <linux/types.h>

struct sock;
struct sockaddr;

extern const struct lsm_id portacl_lsm_id;

void portacl_hooks_add(void);
int portacl_check_site(const struct sock *sk, const struct sockaddr *addr,
		       u16 port);
int portacl_quick_bind(struct sock *sk, const struct sockaddr *addr, u16 port);

/* These hooks make each bind slower, so only test kernels have them. */
#if IS_ENABLED(CONFIG_SECURITY_PORTACL_KUNIT_TEST)
void portacl_dispatch_test_add(bool hooks_first);
#else
static inline void portacl_dispatch_test_add(bool hooks_first)
{
}
#endif

#endif /* _SECURITY_PORTACL_HOOKS_H */
