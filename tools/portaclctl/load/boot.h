/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: loading at boot, and after an upgrade.
 */
#ifndef _PORTACLCTL_LOAD_BOOT_H
#define _PORTACLCTL_LOAD_BOOT_H

#include "lib/util.h"

bool boot_try(int *status);
bool stale_try(void);

#endif /* _PORTACLCTL_LOAD_BOOT_H */
