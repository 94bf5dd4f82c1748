// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: any text through the reader of files, the kernel's parser, printer
 * and matcher, and the reader of requests.
 */
#include <fcntl.h>
#include <unistd.h>

#include "policy/files.h"
#include "match.h"
#include "policy/names.h"
#include "query.h"

#define MAX_LINES 16

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* The reader complains on standard error, a thousand times a second. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	stderr = fopen("/dev/null", "w");
	return !stderr;
}

/* Instead of names.c, whose cache keeps every name. */
const char *name_to_number(enum portacl_name kind, const char *name, u32 protos,
			   u32 *number)
{
	(void)protos;
	*number = kind == PORTACL_SERVICE ? 80 : 0;
	return strcmp(name, "root") ? "unknown" : NULL;
}

const struct portacl_parse_ops policy_ops = {
	.hash = portacl_hash_path,
	.number = name_to_number,
};

const char *name_of(enum portacl_name kind, u32 number)
{
	return kind == PORTACL_USER && !number ? "root" : NULL;
}

static void check(bool good, const char *what)
{
	if (!good) {
		dprintf(STDERR_FILENO, "fuzz: %s\n", what);
		abort();
	}
}

/*
 * A printed policy must be read back, and print the same: by the kernel's parser
 * alone if @raw, else as a file, where no path may be taken for a pattern.
 */
static void check_round_trip(const struct portacl_policy *policy, bool raw)
{
	struct buf first = { 0 }, again = { 0 };
	struct config cfg = { .raw = raw };

	policy_text(&first, policy, "commit");
	check(!first.text[strcspn(first.text, "*?[")],
	      "what is printed is a pattern");
	config_add_text(&cfg, "printed", first.text);
	check(!cfg.errors, "what is printed is not read back");
	config_build(&cfg);
	policy_text(&again, cfg.policy, "commit");
	check(!strcmp(first.text, again.text), "it prints differently");
	config_free(&cfg);
	free(first.text);
	free(again.text);
}

static void check_verdict(const struct portacl_policy *policy,
			  struct portacl_request *req)
{
	struct portacl_verdict v = portacl_match(policy, req);
	u32 i;

	for (i = 0; i < policy->nr_rules; i++)
		if (!portacl_match_rule(policy, &policy->rules[i], req))
			break;
	if (i < policy->nr_rules)
		check(v.source == PORTACL_BY_RULE && v.rule == i,
		      "the index has missed the first rule that matches");
	else
		check(v.source != PORTACL_BY_RULE,
		      "the index has found a rule that does not match");
}

/* Files and patterns are the machine's; after many errors the tool gives up. */
static bool is_wanted(const char *text)
{
	u32 lines = 0;

	if (strstr(text, "include") || text[strcspn(text, "*?[")])
		return false;
	for (; *text; text++)
		lines += *text == '\n';
	return lines < MAX_LINES;
}

/* A request may follow the text of the policy, after a NUL. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	size_t len = strlen(text);
	char *ask = len < size ? strndup((const char *)data + len + 1,
					 size - len - 1) :
				 strdup("tcp 80 uid=0");
	struct config cfg = { 0 };
	struct portacl_query query;
	struct portacl_error error;

	if (is_wanted(text)) {
		config_add_text(&cfg, "fuzz", text);
		if (!cfg.errors) {
			config_build(&cfg);
			check_round_trip(cfg.policy, true);
			check_round_trip(cfg.policy, false);
			if (!portacl_parse_query(&query, &policy_ops, ask, &error))
				check_verdict(cfg.policy, &query.request);
		}
	}
	config_free(&cfg);
	free(text);
	free(ask);
	return 0;
}
