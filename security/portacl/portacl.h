/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: names and limits.
 *
 * This header, the policy, the parser, the matcher and the printer also compile
 * in user space, so tools/portaclctl gives the kernel's own verdict.
 */
#ifndef _SECURITY_PORTACL_PORTACL_H
#define _SECURITY_PORTACL_PORTACL_H

#include <linux/types.h>

#define PORTACL_NAME "portacl"

#undef pr_fmt
#define pr_fmt(fmt) PORTACL_NAME ": " fmt

/* The version that `status` shows; it changes with the interface. */
#define PORTACL_ABI 1

/* The longest line, in bytes, its newline included. */
#define PORTACL_MAX_LINE 65536
/* The largest policy text, in bytes. */
#define PORTACL_MAX_TEXT (128U << 20)
/* The most rules in a policy. */
#define PORTACL_MAX_RULES (1U << 20)
/* The most launchers in a policy. */
#define PORTACL_MAX_LAUNCHERS 16
/* The longest request that `query` takes, in bytes. */
#define PORTACL_MAX_QUERY 16384

#endif /* _SECURITY_PORTACL_PORTACL_H */
