/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/types.h>

#ifndef _PORTACLCTL_LINUX_TYPES_H
#define _PORTACLCTL_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
typedef long long s64;

#endif /* _PORTACLCTL_LINUX_TYPES_H */
