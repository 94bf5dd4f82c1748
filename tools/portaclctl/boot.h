/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: loading at boot, and after an upgrade.
 */
#ifndef _PORTACLCTL_BOOT_H
#define _PORTACLCTL_BOOT_H

#include "util.h"

bool boot_try(int *status);
bool stale_try(void);

#endif /* _PORTACLCTL_BOOT_H */
