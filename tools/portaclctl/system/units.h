/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: systemd's units, as far as they matter for binds.
 */
#ifndef _PORTACLCTL_SYSTEM_UNITS_H
#define _PORTACLCTL_SYSTEM_UNITS_H

#include "system/unit.h"

const struct unit *units_read(u32 *nr);
const char *units_source(void);
bool unit_may_bind(const struct unit *unit);
bool unit_has_own_root(const struct unit *unit);
bool unit_is_unprivileged(const struct unit *unit);
char *unit_nosuid(const struct unit *unit, const char *path);
char *unit_user(const struct unit *unit);
char *unit_cgroup(const struct unit *unit);

#endif /* _PORTACLCTL_SYSTEM_UNITS_H */
