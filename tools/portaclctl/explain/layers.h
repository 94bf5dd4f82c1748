/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: all that has a say in a bind.
 */
#ifndef _PORTACLCTL_EXPLAIN_LAYERS_H
#define _PORTACLCTL_EXPLAIN_LAYERS_H

#include "explain/view.h"

extern const char *const layer_names[LAYER_NR];
extern const char *const effect_names[EFFECT_NR];

void layers_read(struct view *view);

#endif /* _PORTACLCTL_EXPLAIN_LAYERS_H */
