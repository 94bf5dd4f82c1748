/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what other security modules wrote when they refused a bind.
 */
#ifndef _PORTACLCTL_EXPLAIN_DENIALS_H
#define _PORTACLCTL_EXPLAIN_DENIALS_H

#include "explain/subject.h"

/**
 * struct denial - a refusal that a log holds
 * @text: the module and its record, NULL: there is none
 * @sure: it was this very process that was refused
 */
struct denial {
	char *text;
	bool sure;
};

void find_denial(const struct subject *subject, struct denial *denial);

#endif /* _PORTACLCTL_EXPLAIN_DENIALS_H */
