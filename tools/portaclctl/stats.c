// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "commands.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "policy/ask.h"
#include "policy/json.h"
#include "policy/files.h"

static json_int_t number(const char *line, const char *key)
{
	return get_number(line, key, 0);
}

static void print_rule(const char *line, const char *text)
{
	time_t last = number(line, "last");
	char date[32] = "never";

	if (last)
		strftime(date, sizeof(date), "%F %T", localtime(&last));
	print("%6lld %9lld %9lld  %-19s  %s\n", (long long)number(line, "rule"),
	       (long long)number(line, "grants"),
	       (long long)number(line, "denies"), date, text);
}

static json_t *json_counters(const char *line, const char *text)
{
	json_int_t last = number(line, "last");

	return json_pack("{sI sI sI so ss}", "rule", number(line, "rule"),
			 "grants", number(line, "grants"),
			 "denies", number(line, "denies"),
			 "last", last ? json_integer(last) : json_null(),
			 "text", text);
}

/**
 * struct output - where the lines go
 * @policy: the policy in force
 * @rules: JSON of the rules
 * @reasons: JSON of the reasons of refusals
 * @total: JSON of the totals
 * @unused: only rules that never decided anything
 */
struct output {
	const struct portacl_policy *policy;
	json_t *rules;
	json_t *reasons;
	json_t *total;
	bool unused;
};

static void take_rule(struct output *out, const char *line)
{
	u32 rule = number(line, "rule");
	autofree char *text = NULL;

	/* Another policy may have been loaded between the two files. */
	if (!rule || rule > out->policy->nr_rules)
		return;
	if (out->unused && (number(line, "grants") || number(line, "denies")))
		return;
	text = rule_text(out->policy, rule - 1);
	if (out->rules)
		json_array_append_new(out->rules, json_counters(line, text));
	else
		print_rule(line, text);
}

static void take_line(struct output *out, const char *line)
{
	autofree char *reason = get_field(line, "reason");

	if (!strncmp(line, "rule=", 5)) {
		take_rule(out, line);
	} else if (reason && out->rules) {
		json_t *key = json_text(reason);

		json_object_set_new(out->reasons, json_string_value(key),
				    json_integer(number(line, "count")));
		json_decref(key);
	} else if (!strncmp(line, "kernel denies=", 14) && out->rules) {
		json_object_set_new(out->total, "kernel_denies",
				    json_integer(number(line, "denies")));
	} else if (!strncmp(line, "total lost=", 11) && out->rules) {
		json_object_set_new(out->total, "lost",
				    json_integer(number(line, "lost")));
	} else if (!strncmp(line, "total grants=", 13) && out->rules) {
		json_object_update_new(out->total, json_pack(
			"{sI sI}", "grants", number(line, "grants"),
			"denies", number(line, "denies")));
		if (strstr(line, " legacy="))
			json_object_set_new(out->total, "legacy",
				json_integer(number(line, "legacy")));
	} else if (!out->rules && !out->unused) {
		print("%s\n", line);
	}
}

int cmd_stats(char **args)
{
	struct output out = { .unused = option("unused") };
	bool json = option("json");
	struct portacl_policy *policy = kernel_policy();
	autofree char *text = kernel_read("stats");
	char *rest = text, *line;

	(void)args;
	out.policy = policy;
	if (json) {
		out.rules = json_array();
		out.reasons = json_object();
		out.total = json_object();
	} else {
		print("%6s %9s %9s  %-19s  %s\n", "RULE", "GRANTS", "DENIES",
		       "LAST", "TEXT");
	}
	while ((line = strsep(&rest, "\n")) && *line)
		take_line(&out, line);
	if (json)
		print_json(json_pack("{so so so}", "rules", out.rules, "total",
				     out.total, "reasons", out.reasons));
	portacl_policy_free(policy);
	return EXIT_OK;
}
