/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a policy that goes away unless somebody can still confirm it.
 */
#ifndef _PORTACLCTL_CONFIRM_H
#define _PORTACLCTL_CONFIRM_H

#include "util.h"

void confirm_prepare(void);
int confirm(int fd, const char *rollback, u32 seconds);

#endif /* _PORTACLCTL_CONFIRM_H */
