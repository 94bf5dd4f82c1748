/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the reports of a verdict.
 */
#ifndef _SECURITY_PORTACL_AUDIT_H
#define _SECURITY_PORTACL_AUDIT_H

#include "types.h"
#include "state.h"

void portacl_audit_init(void);
void portacl_audit_probe(void);
void portacl_audit_bind(const struct portacl_policy *policy,
			const struct portacl_request *req,
			const struct portacl_verdict *verdict,
			enum portacl_mode mode, bool refused);

#endif /* _SECURITY_PORTACL_AUDIT_H */
