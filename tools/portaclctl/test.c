// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "lex.h"
#include "policy/ask.h"
#include "policy/json.h"
#include "policy/place.h"

static void print_rule(const struct policy_source *source, const char *what,
		       u32 rule)
{
	autofree char *text = NULL;

	if (rule == PORTACL_NO_RULE)
		return;
	text = source_rule(source, rule);
	print("  %s %u: %s\n", what, rule + 1, text);
}

static json_t *json_rule_at(const struct policy_source *source, u32 rule)
{
	return rule == PORTACL_NO_RULE ? json_null() :
					 json_rule(source->policy, rule);
}

static json_t *json_answer(const struct policy_source *source,
			   const struct request *request,
			   const struct answer *answer, const char *note)
{
	autofree char *text = request_text(request);

	return json_pack(
		"{so ss so so so so so}", "request", json_text(text),
		"verdict", portacl_actions[answer->action],
		"text", json_text(answer->text),
		"rule", json_rule_at(source, answer->rule),
		"nearest", json_rule_at(source, answer->nearest),
		"reserved_by", json_rule_at(source, answer->reserved),
		"note", json_text(note));
}

static void print_answer(const struct policy_source *source,
			 const struct answer *answer, const char *note)
{
	print("%s\n", answer->text);
	if (note)
		print("  %s\n", note);
	print_rule(source, "rule", answer->rule);
	print_rule(source, "nearest is rule", answer->nearest);
	if (answer->action == PORTACL_LEGACY)
		print("  the kernel's own rule decides: a port below net.ipv4.ip_unprivileged_port_start needs CAP_NET_BIND_SERVICE\n");
}

int cmd_test(char **args)
{
	bool kernel = option("kernel");
	const char *file = option("file");
	struct policy_source source;
	struct answer answer;
	struct request request;
	struct list words = { 0 };
	autofree char *note = NULL;
	bool refused;

	if (kernel && file)
		die_usage("--kernel and --file exclude each other");
	if (kernel && root_option)
		die_usage("--kernel and --root exclude each other");
	request_args(&words, args);
	request_words(&request, words.items, NULL);
	list_free(&words);
	note = request_resolve(&request);
	source_open(&source, kernel, file);
	ask(&source, &request, &answer);
	if (option("json"))
		print_json(json_answer(&source, &request, &answer, note));
	else
		print_answer(&source, &answer, note);
	refused = answer.action == PORTACL_DENY;
	request_free(&request);
	answer_free(&answer);
	source_close(&source);
	return refused ? EXIT_REFUSED : EXIT_OK;
}
