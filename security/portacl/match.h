/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the verdict on one bind.
 */
#ifndef _SECURITY_PORTACL_MATCH_H
#define _SECURITY_PORTACL_MATCH_H

#include "policy.h"

struct portacl_verdict portacl_match(const struct portacl_policy *policy,
				     const struct portacl_request *req);
enum portacl_reason portacl_match_reason(const struct portacl_policy *policy,
					 const struct portacl_request *req,
					 const struct portacl_verdict *v);
struct portacl_verdict
portacl_match_reserved(const struct portacl_policy *policy,
		       const struct portacl_request *req);
struct portacl_miss portacl_match_nearest(const struct portacl_policy *policy,
					  const struct portacl_request *req,
					  const struct portacl_verdict *v,
					  u32 limit);
enum portacl_reason portacl_match_rule(const struct portacl_policy *policy,
				       const struct portacl_rule *rule,
				       const struct portacl_request *req);
u32 portacl_match_taint(const struct portacl_policy *policy,
			const struct portacl_request *req);
bool portacl_match_only(const struct portacl_policy *policy,
			const struct portacl_rule *rule,
			const struct portacl_request *req);
void portacl_request_addr(struct portacl_request *req, const u8 *addr,
			  bool v6only);

#endif /* _SECURITY_PORTACL_MATCH_H */
