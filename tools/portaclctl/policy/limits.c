// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits of the BPF backend: its own code builds the policy.
 */
#include "../portacl-bpf/build.h"
#include "lib/util.h"
#include "policy/limits.h"

/**
 * find_limit - find the rule that exceeds a limit of the BPF backend
 * @policy: the policy
 * @rule: where its index is stored
 * @reason: where the reason is stored
 *
 * Return: whether there is one.
 */
bool find_limit(struct portacl_policy *policy, u32 *rule, char **reason)
{
	struct source src = { .policy = policy };
	struct cells cells = { 0 };
	u32 i;
	int err = 0;

	for (i = 0; !err && i < policy->nr_rules; i++)
		err = portacl_vec_push(&src.lines, &i, 1, sizeof(i));
	if (!err)
		err = cells_build(&cells, &src);
	if (err && err != -E2BIG)
		die("the BPF backend has no memory for this policy");
	*rule = src.parser.error.line;
	*reason = err ? xstrdup(src.parser.error.reason) : NULL;
	cells_free(&cells);
	free(src.lines.data);
	return err;
}
