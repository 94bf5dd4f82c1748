/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a policy that goes away unless somebody can still confirm it.
 */
#ifndef _PORTACLCTL_LOAD_ROLLBACK_H
#define _PORTACLCTL_LOAD_ROLLBACK_H

#include "lib/util.h"

void confirm_prepare(void);
int confirm(int fd, const char *rollback, u32 seconds);

#endif /* _PORTACLCTL_LOAD_ROLLBACK_H */
