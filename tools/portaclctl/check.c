// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "lib/root.h"
#include "lex.h"
#include "lint/lint.h"
#include "lint/lockout.h"
#include "policy/exe.h"
#include "policy/files.h"

/* Try the policy on what listens now. */
static int check_live(const struct config *cfg, bool strict)
{
	u32 judged, hidden;
	u32 refused = warn_lockout(cfg, &judged, &hidden);

	print("live: %u socket%s judged, ", judged, judged == 1 ? "" : "s");
	if (hidden)
		print("%u not seen, ", hidden);
	if (refused)
		print("%u finding%s\n", refused, refused == 1 ? "" : "s");
	else
		print("none would be cut off\n");
	return refused && strict ? EXIT_REFUSED : EXIT_OK;
}

static void print_summary(const struct config *cfg)
{
	print("ok: %zu file%s, %u rule%s, default %s\n", cfg->files.len,
	       cfg->files.len == 1 ? "" : "s", cfg->policy->nr_rules,
	       cfg->policy->nr_rules == 1 ? "" : "s",
	       portacl_actions[cfg->policy->default_action]);
}

static void warn_everything(const struct config *cfg)
{
	u32 rule = denies_everything(cfg->policy);
	char *where;

	if (rule == NO_RULE)
		return;
	where = config_where(cfg, rule);
	print_err("%s: warning: denies everything, sshd too\n", where);
	free(where);
}

int cmd_check(char **args)
{
	bool as_text = option("print"), live = option("live");
	bool strict = option("strict");
	struct config cfg = { 0 };
	struct buf text = { 0 };
	int ret = EXIT_OK;

	if (strict && !live)
		die_usage("--strict is for --live");
	cfg.is_question = true;
	if (live && root_option)
		die_usage("--live is about the system that runs, not about --root");
	cfg.list_matches = !as_text;
	cfg.list_links = !as_text;
	config_load(&cfg, args);
	warn_programs(&cfg);
	note_secure(cfg.policy, true);
	warn_everything(&cfg);
	if (as_text) {
		policy_text(&text, cfg.policy, "commit");
		print_lines(text.text, text.len);
		free(text.text);
	} else {
		print_summary(&cfg);
	}
	if (live)
		ret = check_live(&cfg, strict);
	config_free(&cfg);
	return ret;
}
