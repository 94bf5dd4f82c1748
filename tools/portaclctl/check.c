// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "config.h"
#include "lex.h"
#include "programs.h"

int cmd_check(char **argv)
{
	bool print = false;
	const struct flag flags[] = { { "print", &print, NULL } };
	struct config cfg = { 0 };
	struct buf text = { 0 };

	take_flags(argv, flags, ARRAY_SIZE(flags), ANY_NUMBER);
	cfg.list_matches = !print;
	config_load(&cfg, argv + 1);
	warn_programs(&cfg);
	if (print) {
		policy_text(&text, cfg.policy, "commit");
		fwrite(text.text, 1, text.len, stdout);
		free(text.text);
	} else {
		printf("ok: %zu file%s, %u rule%s, default %s\n", cfg.files.len,
		       cfg.files.len == 1 ? "" : "s", cfg.policy->nr_rules,
		       cfg.policy->nr_rules == 1 ? "" : "s",
		       portacl_actions[cfg.policy->fallback]);
	}
	config_free(&cfg);
	return EXIT_OK;
}
