// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "lex.h"
#include "lint/linter.h"
#include "lint/live.h"
#include "policy/json.h"
#include "policy/exe.h"
#include "policy/files.h"

static void print_live(const struct rehearsal *live)
{
	print("live: %u socket%s judged, ", live->judged,
	      live->judged == 1 ? "" : "s");
	if (live->hidden)
		print("%u not seen, ", live->hidden);
	if (live->texts.len)
		print("%zu finding%s\n", live->texts.len,
		      live->texts.len == 1 ? "" : "s");
	else
		print("none would be cut off\n");
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
	autofree char *where = NULL;
	u32 rule;

	if (!denies_everything(cfg->policy, &rule))
		return;
	where = rule == NO_RULE ? xstrdup("default deny") :
				  config_where(cfg, rule);
	print_err("%s: warning: denies everything, sshd too\n", where);
}

static json_t *json_check(const struct config *cfg, const struct list *warnings,
			  const struct rehearsal *live, const char *text)
{
	const struct portacl_policy *policy = cfg->policy;

	return json_pack(
		"{sb so so so so so so so}", "ok", !cfg->errors,
		"files", json_texts(&cfg->files),
		"rules", policy ? json_integer(policy->nr_rules) : json_null(),
		"default", policy ?
			json_string(portacl_actions[policy->default_action]) :
			json_null(),
		"problems", json_incref(cfg->problems),
		"warnings", json_texts(warnings),
		"live", live ? json_rehearsal(live) : json_null(),
		"text", json_text(text));
}

int cmd_check(char **args)
{
	bool as_text = option("print"), strict = option("strict");
	bool json = option("json");
	struct config cfg = {
		.is_question = true,
		.list_matches = !as_text && !json,
		.list_links = !as_text && !json,
		.problems = json ? json_array() : NULL,
	};
	struct rehearsal rehearsal = { 0 }, *live = NULL;
	struct list warnings = { 0 };
	struct buf text = { 0 };
	int ret = EXIT_OK;

	if (option("live"))
		live = &rehearsal;
	if (strict && !live)
		die_usage("--strict is for --live");
	if (live && root_option)
		die_usage("--live is about the system that runs, not about --root");
	if (json)
		collect_messages(&warnings);
	if (config_load(&cfg, args)) {
		warn_programs(&cfg);
		note_secure(cfg.policy, true, 0);
		warn_everything(&cfg);
		if (as_text)
			policy_text(&text, cfg.policy, "commit");
		if (live)
			warn_lockout(live, &cfg);
		if (live && live->texts.len && strict)
			ret = EXIT_REFUSED;
	} else {
		live = NULL;
		ret = EXIT_REFUSED;
	}
	if (json)
		print_json(json_check(&cfg, &warnings, live, text.text));
	else if (as_text)
		print_lines(text.text, text.len);
	else
		print_summary(&cfg);
	if (live && !json)
		print_live(live);
	collect_messages(NULL);
	json_decref(cfg.problems);
	list_free(&warnings);
	free(text.text);
	rehearsal_free(&rehearsal);
	config_free(&cfg);
	return ret;
}
