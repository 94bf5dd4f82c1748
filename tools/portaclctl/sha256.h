/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the digest that the kernel's `status` shows.
 */
#ifndef _PORTACLCTL_SHA256_H
#define _PORTACLCTL_SHA256_H

#include "util.h"

char *sha256_hex(const char *text, size_t len);

#endif /* _PORTACLCTL_SHA256_H */
