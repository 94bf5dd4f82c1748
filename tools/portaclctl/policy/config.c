// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>

#include "policy/config.h"
#include "portacl.h"

void config_build(struct config *cfg)
{
	cfg->policy = portacl_policy_build(&cfg->parser.draft);
	if (IS_ERR(cfg->policy))
		die("out of memory");
}

void config_free(struct config *cfg)
{
	u32 i, rules = cfg->policy ? cfg->policy->nr_rules :
				     cfg->parser.draft.rules.len;

	portacl_parser_free(&cfg->parser);
	list_free(&cfg->files);
	for (i = 0; cfg->written && i < rules; i++)
		free(cfg->written[i]);
	free(cfg->written);
	for (i = 0; i < cfg->patterns.len; i++)
		list_free(&cfg->matches[i]);
	free(cfg->matches);
	list_free(&cfg->patterns);
	free(cfg->origins);
	portacl_policy_free(cfg->policy);
}

/* Where a rule stands, as FILE:LINE; the index counts from 0. */
char *config_where(const struct config *cfg, u32 rule)
{
	const struct origin *origin = &cfg->origins[rule];

	return xasprintf("%s:%u", cfg->files.items[origin->file], origin->line);
}
