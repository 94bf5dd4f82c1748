/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: protocol, port and keys as people type them.
 */
#ifndef _PORTACLCTL_POLICY_PLACE_H
#define _PORTACLCTL_POLICY_PLACE_H

#include "lib/util.h"

bool place_starts(char **args);
char *place_take(char ***args);
void request_args(struct list *words, char **args);

#endif /* _PORTACLCTL_POLICY_PLACE_H */
