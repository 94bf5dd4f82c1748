/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: who serves a port now.
 */
#ifndef _PORTACLCTL_SYSTEM_LISTENERS_H
#define _PORTACLCTL_SYSTEM_LISTENERS_H

#include <jansson.h>

#include "system/redirect.h"

json_t *json_listeners(u8 proto, u32 port);
void print_listeners(const json_t *listeners);
json_t *json_texts(const struct list *texts);
void print_steering(const struct steering *steering);

#endif /* _PORTACLCTL_SYSTEM_LISTENERS_H */
