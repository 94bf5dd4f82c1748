// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "policy/ask.h"
#include "policy/json.h"

int cmd_show(char **args)
{
	struct portacl_policy *policy;
	autofree char *text = NULL;

	(void)args;
	if (option("json")) {
		policy = kernel_policy();
		print_json(json_policy(policy));
		portacl_policy_free(policy);
		return EXIT_OK;
	}
	text = kernel_read("policy");
	print_lines(text, strlen(text));
	return EXIT_OK;
}
