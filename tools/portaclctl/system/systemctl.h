/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what systemctl says of the units.
 */
#ifndef _PORTACLCTL_SYSTEM_SYSTEMCTL_H
#define _PORTACLCTL_SYSTEM_SYSTEMCTL_H

#include "system/unit.h"

bool systemd_runs(void);
bool systemctl_read(struct unit **units, u32 *nr);
void systemctl_names(struct list *names, char *text);
void systemctl_take(struct unit **units, u32 *nr, char *text);

#endif /* _PORTACLCTL_SYSTEM_SYSTEMCTL_H */
