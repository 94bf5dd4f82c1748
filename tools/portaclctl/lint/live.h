/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the services that could not listen again under a policy.
 */
#ifndef _PORTACLCTL_LINT_LIVE_H
#define _PORTACLCTL_LINT_LIVE_H

#include "lint/rehearsal.h"

void rehearse(struct rehearsal *rehearsal, const struct config *cfg);
void warn_lockout(struct rehearsal *rehearsal, const struct config *cfg);

#endif /* _PORTACLCTL_LINT_LIVE_H */
