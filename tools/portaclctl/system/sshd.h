/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: where sshd will listen.
 */
#ifndef _PORTACLCTL_SYSTEM_SSHD_H
#define _PORTACLCTL_SYSTEM_SSHD_H

#include "lib/util.h"

void add_listen(struct list *places, const char *text);
void sshd_take(struct list *places, const char *text);
bool sshd_places(struct list *places);

#endif /* _PORTACLCTL_SYSTEM_SSHD_H */
