/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: advice is tried on a model of the policy before it is printed.
 */
#ifndef _PORTACLCTL_EXPLAIN_TRIAL_H
#define _PORTACLCTL_EXPLAIN_TRIAL_H

#include "explain/view.h"

bool trial_request(const struct view *view, const struct request *request);
bool trial_launcher(const struct view *view);
bool trial_line(const struct view *view, const struct request *request,
		const char *line, u32 ignored);

#endif /* _PORTACLCTL_EXPLAIN_TRIAL_H */
