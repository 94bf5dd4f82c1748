/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what explain prints of a bind.
 */
#ifndef _PORTACLCTL_EXPLAIN_SHOW_H
#define _PORTACLCTL_EXPLAIN_SHOW_H

#include "explain/layers.h"
#include "policy/json.h"

void print_view(const struct view *view);
json_t *json_view(const struct view *view);

#endif /* _PORTACLCTL_EXPLAIN_SHOW_H */
