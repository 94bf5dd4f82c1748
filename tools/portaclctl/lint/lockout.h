/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: services that a policy would cut off.
 */
#ifndef _PORTACLCTL_LINT_LOCKOUT_H
#define _PORTACLCTL_LINT_LOCKOUT_H

#include "lint/rehearsal.h"

void find_closed_units(struct rehearsal *rehearsal);
void find_unused_sockets(const struct rehearsal *rehearsal,
			 struct list *texts);

#endif /* _PORTACLCTL_LINT_LOCKOUT_H */
