/* SPDX-License-Identifier: GPL-2.0-only */
/* glibc's own headers include this one as well. */
#include_next <linux/limits.h>
#ifndef U32_MAX
#define U8_MAX 0xffU
#define U16_MAX 0xffffU
#define U32_MAX 0xffffffffU
#define U64_MAX 0xffffffffffffffffULL
#endif
