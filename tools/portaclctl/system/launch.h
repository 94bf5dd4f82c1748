/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what executed a program, as far as systemd's units tell.
 */
#ifndef _PORTACLCTL_SYSTEM_LAUNCH_H
#define _PORTACLCTL_SYSTEM_LAUNCH_H

#include "system/process.h"

struct portacl_policy;
struct unit;

char *launch_image(void);
const struct unit *launch_unit(const struct process *process);
bool launch_is_foreign(const struct portacl_policy *policy);
bool launch_is_declared(const struct portacl_policy *policy, const char *path);
void launch_read(struct process *process, struct list *notes);
void launch_note_units(const struct process *process, struct list *notes);

#endif /* _PORTACLCTL_SYSTEM_LAUNCH_H */
