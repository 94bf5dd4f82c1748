/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: from text to a unit.
 */
#ifndef _PORTACLCTL_SYSTEM_UNITPARSE_H
#define _PORTACLCTL_SYSTEM_UNITPARSE_H

#include "system/units.h"

struct unit *unit_add(struct unit **units, u32 *nr, const char *name);
void unit_take_line(struct unit *unit, char *line);
void unit_take_text(struct unit *unit, char *text);
void unit_keys(struct list *keys);
void unit_clear(struct unit *unit);

bool systemd_runs(void);
bool systemctl_read(struct unit **units, u32 *nr);
void systemctl_names(struct list *names, char *text);
void systemctl_take(struct unit **units, u32 *nr, char *text);

#endif /* _PORTACLCTL_SYSTEM_UNITPARSE_H */
