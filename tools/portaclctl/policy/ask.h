/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the verdict on one bind, from files or from the kernel.
 */
#ifndef _PORTACLCTL_POLICY_ASK_H
#define _PORTACLCTL_POLICY_ASK_H

#include "policy/files.h"
#include "policy/request.h"

/**
 * struct policy_source - the policy that is asked
 * @cfg: its files; unused if @kernel
 * @policy: the policy
 * @kernel: the running kernel answers
 */
struct policy_source {
	struct config cfg;
	const struct portacl_policy *policy;
	bool kernel;
};

/**
 * struct answer - the verdict on a request
 * @text: as the kernel's `query` gives it; in brackets, if no rule comes near,
 *	one of another protocol
 * @action: what happens to the bind
 * @rule: index of the rule that decided, or PORTACL_NO_RULE
 * @nearest: index of the allow rule that came nearest, or PORTACL_NO_RULE
 * @reserved: index of the rule whose `only` refuses it, or PORTACL_NO_RULE
 */
struct answer {
	char *text;
	enum portacl_action action;
	u32 rule;
	u32 nearest;
	u32 reserved;
};

struct portacl_policy *kernel_policy(void);
void source_open(struct policy_source *source, bool kernel, const char *file);
void source_close(struct policy_source *source);
bool source_enforced(const struct policy_source *source);
u32 answer_rule(const struct answer *answer);
char *source_rule(const struct policy_source *source, u32 rule);
void ask(const struct policy_source *source, const struct request *request,
	 struct answer *answer);
enum portacl_action ask_action(const struct policy_source *source,
			       const struct request *request);
void answer_free(struct answer *answer);

#endif /* _PORTACLCTL_POLICY_ASK_H */
