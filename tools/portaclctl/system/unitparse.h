/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: from text to a unit.
 */
#ifndef _PORTACLCTL_SYSTEM_UNITPARSE_H
#define _PORTACLCTL_SYSTEM_UNITPARSE_H

#include "system/unit.h"

struct unit *unit_add(struct unit **units, u32 *nr, const char *name);
void unit_take_line(struct unit *unit, char *line);
void unit_take_text(struct unit *unit, char *text);
void unit_keys(struct list *keys);
void unit_clear(struct unit *unit);
const char *unit_nnp(const struct unit *unit);

#endif /* _PORTACLCTL_SYSTEM_UNITPARSE_H */
