/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the draft of a policy, which the parser fills.
 */
#ifndef _SECURITY_PORTACL_DRAFT_H
#define _SECURITY_PORTACL_DRAFT_H

#include "types.h"

struct portacl_policy;

/**
 * struct portacl_vec - an array that grows
 * @data: the elements
 * @len: number of elements in use
 * @cap: number of elements allocated
 */
struct portacl_vec {
	void *data;
	u32 len;
	u32 cap;
};

/**
 * struct portacl_draft - the parsed rules of a policy
 * @rules: of struct portacl_rule
 * @args: of u32
 * @strings: of char
 * @launchers: of struct portacl_launcher, at most PORTACL_MAX_LAUNCHERS
 * @default_action: the policy's default
 */
struct portacl_draft {
	struct portacl_vec rules;
	struct portacl_vec args;
	struct portacl_vec strings;
	struct portacl_vec launchers;
	enum portacl_action default_action;
};

int portacl_vec_push(struct portacl_vec *vec, const void *src, u32 nr,
		     size_t size);
int portacl_draft_path(struct portacl_draft *draft, const char *path,
		       u32 *offset);
void portacl_draft_free(struct portacl_draft *draft);
struct portacl_policy *portacl_policy_build(struct portacl_draft *draft);

#endif /* _SECURITY_PORTACL_DRAFT_H */
