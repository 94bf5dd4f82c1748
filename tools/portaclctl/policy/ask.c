// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "policy/ask.h"
#include "policy/exe.h"
#include "policy/links.h"

/**
 * source_open - choose who answers
 * @source: where the choice is stored
 * @kernel: the running kernel
 * @file: else this file; NULL: the usual ones
 */
void source_open(struct policy_source *source, bool kernel, const char *file)
{
	char *paths[] = { (char *)file, NULL };
	struct portacl_policy *policy;

	*source = (struct policy_source) { .kernel = kernel };
	if (kernel) {
		source->policy = source->cfg.policy = kernel_policy();
		return;
	}
	config_load(&source->cfg, paths);
	policy = source->cfg.policy;
	program_aliases(policy);
	source->policy = policy;
}

void source_close(struct policy_source *source)
{
	config_free(&source->cfg);
}

/* A rule as FILE:LINE: TEXT; it is counted from 1. */
char *source_rule(const struct policy_source *source, u32 number)
{
	char *text = rule_text(source->policy, number - 1), *where, *line;

	if (source->kernel)
		return text;
	where = config_where(&source->cfg, number - 1);
	line = xasprintf("%s: %s", where, text);
	free(where);
	free(text);
	return line;
}

/* What the command line gave must name a protocol and a port. */
static void check_words(char **words)
{
	const char *slash = strchr(*words, '/');

	if (slash ? slash == *words || !slash[1] : !words[1])
		die_missing("PROTO/PORT");
	for (; *words; words++)
		if (!**words)
			die_usage("an argument is empty");
}

/**
 * request_text - make a request of words in the form of a policy file
 * @words: `PROTO/PORT` or `PROTO` and `PORT`, then `KEY=VALUE`; names allowed
 *
 * Return: what the kernel's `query` takes.
 */
char *request_text(char **words)
{
	struct config cfg = { .raw = true };
	struct buf text = { 0 };
	struct source src = { .cfg = &cfg, .path = "request", .line = 1 };
	struct line line = { 0 };
	bool slash = strcspn(*words, "/") < strcspn(*words, " ");
	char *request;

	if (!strchr(*words, ' '))
		check_words(words);
	/* Names are found where they stand in a rule. */
	buf_puts(&text, "allow");
	for (; *words; words++)
		buf_printf(&text, " %s", *words);
	if (slash)
		text.text[strcspn(text.text, "/")] = ' ';
	src.text = text.text;
	if (!translate(&src, &line, NULL))
		exit(EXIT_USAGE);
	request = xstrdup(line.text + strlen("allow "));
	free(text.text);
	free(line.text);
	free(line.columns);
	return request;
}

/**
 * request_resolve - follow the links in a request's `launcher=`
 * @request: the request, replaced if there are any
 *
 * The kernel knows what it executed by the path without them.
 *
 * Return: what the path resolves to, as text for free(), or NULL.
 */
char *request_resolve(char **request)
{
	char *word = get_field(*request, "launcher"), real[PATH_MAX];
	char *path = word ? path_unescape(word, strlen(word)) : NULL;
	char *text = NULL, *target, *old = *request;

	if (path && realpath(path, real) && strcmp(path, real)) {
		target = path_escape(real);
		*request = set_field(old, "launcher", target);
		text = xasprintf("launcher=%s resolves to %s", word, target);
		free(target);
		free(old);
	}
	free(word);
	free(path);
	return text;
}

/* What a program of this name would be at exec. */
static void resolve(struct portacl_query *query, char *path)
{
	if (query->exe && realpath(query->exe, path))
		query->request.exe = portacl_hash_path(path, strlen(path));
	else
		*path = '\0';
}

/* As ask.c of the kernel does. */
static char *answer_from(const struct portacl_policy *policy,
			 struct portacl_query *query)
{
	char path[PATH_MAX], text[5 * PATH_MAX];
	struct seq_buf s;

	resolve(query, path);
	seq_buf_init(&s, text, sizeof(text));
	portacl_print_answer(&s, policy, &query->request,
			     *path ? path : NULL);
	seq_buf_putc(&s, '\0');
	return xstrdup(text);
}

/* Read a request, or exit; @text is destroyed and @query refers to it. */
void parse_request(char *text, struct portacl_query *query)
{
	struct portacl_error error;
	char *copy = xstrdup(text);

	if (portacl_parse_query(query, text, &error)) {
		print_err("request:1:%u: %s\n", error.column, error.reason);
		print_source(copy, error.column - 1);
		exit(EXIT_USAGE);
	}
	free(copy);
}

static u32 number_of(const char *text, const char *key)
{
	char *value = get_field(text, key);
	u32 number = value ? strtoul(value, NULL, 10) : 0;

	free(value);
	return number;
}

/* The first rule that reserves what is asked for, counted from 1. */
static u32 find_reserving(const struct portacl_policy *policy,
			  const struct portacl_request *request)
{
	u32 i;

	for (i = 0; i < policy->nr_rules; i++)
		if ((policy->rules[i].flags & PORTACL_RULE_ONLY) &&
		    portacl_match_only(policy, &policy->rules[i], request))
			return i + 1;
	return 0;
}

/* Which protocols the rule has that came nearest, if it fails by them. */
static void note_other_proto(const struct policy_source *source,
			     const struct portacl_request *request,
			     struct answer *answer)
{
	char *old = answer->text, names[64];
	struct seq_buf s;

	if (!answer->nearest || !answer->reason ||
	    strcmp(answer->reason, portacl_reason_text(PORTACL_REASON_PROTO)))
		return;
	seq_buf_init(&s, names, sizeof(names));
	portacl_print_names(&s, portacl_protos,
			    source->policy->rules[answer->nearest - 1].protos);
	answer->text = xasprintf("%s (rule %u: protocol %s, rule has %.*s)",
				 old, answer->nearest,
				 portacl_protos[request->proto], (int)s.len,
				 names);
	free(old);
}

/**
 * ask - get the verdict on a request
 * @source: whom to ask
 * @request: what to ask, from request_text()
 * @answer: where the answer is stored, for answer_free()
 */
void ask(const struct policy_source *source, const char *request,
	 struct answer *answer)
{
	struct portacl_query query;
	char *copy = xstrdup(request), *text;

	parse_request(copy, &query);
	*answer = (struct answer) {
		.text = source->kernel ? kernel_query(request) :
					 answer_from(source->policy, &query),
	};
	text = answer->text;
	answer->action = !strncmp(text, "allow", 5) ? PORTACL_ALLOW :
			 !strncmp(text, "deny", 4) ? PORTACL_DENY :
						     PORTACL_LEGACY;
	answer->rule = number_of(text, "rule");
	answer->nearest = number_of(text, "nearest");
	answer->reason = get_field(text, "reason");
	if (!strncmp(text, "deny only", 9))
		answer->reserved = find_reserving(source->policy,
						  &query.request);
	/* A policy loaded meanwhile may have more rules. */
	if (answer->rule > source->policy->nr_rules)
		answer->rule = 0;
	if (answer->nearest > source->policy->nr_rules)
		answer->nearest = 0;
	note_other_proto(source, &query.request, answer);
	free(copy);
}

/* The rule to show beside an answer, counted from 1; 0: there is none. */
u32 answer_rule(const struct answer *answer)
{
	if (answer->rule)
		return answer->rule;
	return answer->nearest ? answer->nearest : answer->reserved;
}

void answer_free(struct answer *answer)
{
	free(answer->text);
	free(answer->reason);
}
