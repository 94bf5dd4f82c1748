/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: which sockets hold a port now.
 */
#ifndef _PORTACLCTL_EXPLAIN_HOLDERS_H
#define _PORTACLCTL_EXPLAIN_HOLDERS_H

#include <jansson.h>

#include "explain/view.h"
#include "system/sockets.h"

void layer_holder(struct view *view, struct layer *layer);
json_t *json_holders(const struct sockets *sockets);
json_t *json_free(const struct sockets *sockets);
void print_holders(const struct sockets *sockets);

#endif /* _PORTACLCTL_EXPLAIN_HOLDERS_H */
