/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a policy that is tried on services before it is in force.
 */
#ifndef _PORTACLCTL_LINT_REHEARSAL_H
#define _PORTACLCTL_LINT_REHEARSAL_H

#include "policy/ask.h"

/**
 * struct rehearsal - a policy that is tried on what listens now
 * @source: the policy
 * @texts: what was found, a text per service
 * @unknown: what could not be judged, a text for each
 * @judged: number of sockets that were judged
 * @hidden: number of sockets whose process only root sees
 * @logins: number of @texts about sshd, or the login of the caller
 */
struct rehearsal {
	struct policy_source source;
	struct list texts;
	struct list unknown;
	u32 judged;
	u32 hidden;
	u32 logins;
};

void rehearsal_free(struct rehearsal *rehearsal);
struct json_t *json_rehearsal(const struct rehearsal *rehearsal);
char *rehearsal_reason(const struct rehearsal *rehearsal,
		       const struct answer *answer);
bool rehearsal_asks(const struct rehearsal *rehearsal,
		    const struct request *request, char **why);

#endif /* _PORTACLCTL_LINT_REHEARSAL_H */
