/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what makes a program's identity sound.
 */
#ifndef _PORTACLCTL_EXPLAIN_REMEDIES_H
#define _PORTACLCTL_EXPLAIN_REMEDIES_H

#include "explain/subject.h"

void remedies_add(struct list *steps, const struct subject *subject, u32 taint,
		  char **moved);

#endif /* _PORTACLCTL_EXPLAIN_REMEDIES_H */
