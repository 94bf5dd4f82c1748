// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: parse policy text into a draft, without locks and global state.
 */
#include "portacl.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "draft.h"
#include "lex.h"
#include "parse.h"
#include "policy.h"
#include "statement.h"

/**
 * portacl_fail - record an error
 * @st: the line
 * @at: the place in the line
 * @fmt: the reason; must not quote the policy, because every user can read it
 *
 * Context: any.
 * Return: -EINVAL.
 */
int portacl_fail(struct statement *st, const char *at, const char *fmt, ...)
{
	struct portacl_error *error = &st->p->error;
	va_list args;

	error->line = st->p->line;
	error->column = at - st->line + 1;
	error->len = 0;
	va_start(args, fmt);
	vsnprintf(error->reason, sizeof(error->reason), fmt, args);
	va_end(args);
	return -EINVAL;
}

/**
 * portacl_fail_word - record that a word is invalid
 * @st: the line
 * @word: the word
 * @reason: the reason
 *
 * Context: any.
 * Return: -EINVAL.
 */
int portacl_fail_word(struct statement *st, const char *word,
		      const char *reason)
{
	portacl_fail(st, word, "%s", reason);
	st->p->error.len = strlen(word);
	return -EINVAL;
}

/**
 * portacl_line_word - take the next word of a line
 * @st: the line
 * @after: the word before it
 * @what: name of the expected word, for the error
 *
 * Context: any.
 * Return: the word, or NULL with an error.
 */
char *portacl_line_word(struct statement *st, char *after, const char *what)
{
	char *word = portacl_next_word(&st->rest);

	if (!word)
		portacl_fail(st, after + strlen(after), "%s expected", what);
	return word;
}

static int need_end(struct statement *st)
{
	char *word = portacl_next_word(&st->rest);

	return word ? portacl_fail_word(st, word, "unexpected word") : 0;
}

/**
 * portacl_line_name - check whether a word is looked up instead of parsed
 * @st: the line
 * @text: the word
 *
 * Context: any.
 * Return: true if the word is a name and names are accepted.
 */
bool portacl_line_name(const struct statement *st, const char *text)
{
	return st->p->ops->number && text[strspn(text, "0123456789-")];
}

/**
 * portacl_line_number - parse a number, or look its name up
 * @st: the line; a service is looked up for the protocols of its rule
 * @text: the number or the name
 * @kind: what a name stands for
 * @value: set to the number
 *
 * Context: may sleep if names are accepted, any otherwise.
 * Return: 0 or -EINVAL.
 */
int portacl_line_number(struct statement *st, const char *text,
			enum portacl_name kind, u32 *value)
{
	u32 max = kind == PORTACL_SERVICE ? PORTACL_NR_PORTS - 1 : U32_MAX - 1;
	const char *why;

	if (portacl_line_name(st, text))
		why = st->p->ops->number(kind, text, st->rule.protos, value);
	else
		why = portacl_parse_u32(text, max, value);
	if (!why && *value > max)
		why = "number out of range";
	return why ? portacl_fail(st, text, "%s", why) : 0;
}

/**
 * portacl_line_path - read a path in place
 * @st: the line
 * @text: the path, as it is written
 * @root: "/" alone is a path, too
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int portacl_line_path(struct statement *st, char *text, bool root)
{
	int ret = portacl_parse_path(text, root);

	return ret < 0 ? portacl_fail(st, text - ret - 1,
				      "not an absolute canonical path") : 0;
}

/**
 * portacl_line_key - read a key and its value
 * @st: the line
 * @word: the key
 * @value: the value, behind the end of @word
 * @keys: the known keys
 * @nr: number of @keys
 *
 * Context: as the key's parser.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int portacl_line_key(struct statement *st, char *word, char *value,
		     const struct statement_key *keys, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (strcmp(word, keys[i].name))
			continue;
		if (st->seen & BIT(i))
			return portacl_fail(st, word, "%s= is repeated", word);
		st->seen |= BIT(i);
		if (!*value)
			return portacl_fail(st, value, "%s= is empty", word);
		return keys[i].parse(st, value);
	}
	return portacl_fail_word(st, word, "unknown key");
}

static int parse_allow(struct statement *st, char *verb)
{
	st->rule.flags = PORTACL_RULE_ALLOW;
	return portacl_line_rule(st, verb);
}

static int parse_version(struct statement *st, char *verb)
{
	char *word = portacl_line_word(st, verb, "version number");

	if (!word)
		return -EINVAL;
	if (st->p->has_version && !st->p->implied_version)
		return portacl_fail(st, verb, "'version' is repeated");
	st->p->implied_version = false;
	if (strcmp(word, "1"))
		return portacl_fail(st, word,
				    "unknown version: only 1 is known");
	st->p->has_version = true;
	return need_end(st);
}

static int parse_default(struct statement *st, char *verb)
{
	char *word = portacl_line_word(st, verb, "legacy, allow or deny");
	int action;

	if (!word)
		return -EINVAL;
	if (st->p->has_default)
		return portacl_fail(st, verb, "'default' is repeated");
	action = match_string(portacl_actions, PORTACL_NR_ACTIONS, word);
	if (action < 0)
		return portacl_fail(st, word, "legacy, allow or deny expected");
	st->p->draft.default_action = action;
	st->p->has_default = true;
	return need_end(st);
}

static int parse_launcher(struct statement *st, char *verb)
{
	struct portacl_vec *launchers = &st->p->draft.launchers;
	char *word = portacl_line_word(st, verb, "path of a launcher");
	struct portacl_launcher launcher, *known = launchers->data;
	u32 i;
	int err;

	if (!word)
		return -EINVAL;
	if (launchers->len == PORTACL_MAX_LAUNCHERS) {
		portacl_fail(st, verb, "more than %u launchers",
			     PORTACL_MAX_LAUNCHERS);
		return -E2BIG;
	}
	err = portacl_line_path(st, word, false) ?:
	      portacl_draft_path(&st->p->draft, word, &launcher.text);
	if (err)
		return err;
	launcher.exe = st->p->ops->hash(word, strlen(word));
	for (i = 0; i < launchers->len; i++)
		if (known[i].exe == launcher.exe)
			return portacl_fail(st, word,
					    "the launcher is repeated");
	return portacl_vec_push(launchers, &launcher, 1, sizeof(launcher)) ?:
	       need_end(st);
}

static int parse_commit(struct statement *st, char *verb)
{
	char *word = portacl_next_word(&st->rest);

	if (word && !strncmp(word, "generation=", 11)) {
		if (!isdigit(word[11]) || (word[11] == '0' && word[12]) ||
		    kstrtoull(word + 11, 10, &st->p->generation))
			return portacl_fail(st, word + 11,
					    "not a decimal number");
		st->p->has_generation = true;
	} else if (word) {
		return portacl_fail_word(st, word, "unexpected word");
	}
	st->p->committed = true;
	return need_end(st);
}

static const struct {
	const char *name;
	int (*parse)(struct statement *st, char *verb);
} verbs[] = {
	{ "allow", parse_allow },     { "deny", portacl_line_rule },
	{ "version", parse_version }, { "default", parse_default },
	{ "commit", parse_commit },   { "launcher", parse_launcher },
};

/**
 * portacl_parse_line - parse one line of a policy
 * @p: the policy; must not be continued after an error
 * @line: the line without its newline, NUL-terminated; modified
 * @len: its length in bytes
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL, -E2BIG or -ENOMEM with the reason in @p->error.
 */
int portacl_parse_line(struct portacl_parser *p, char *line, size_t len)
{
	struct statement st = { .p = p, .line = line, .rest = line };
	char *verb;
	u32 i;
	int err;

	p->line++;
	if (strlen(line) != len)
		return portacl_fail(&st, line + strlen(line), "NUL byte");
	verb = portacl_next_word(&st.rest);
	if (!verb)
		return 0;
	if (p->committed)
		return portacl_fail(&st, verb, "text after commit");
	if (!p->has_version && strcmp(verb, "version"))
		return portacl_fail(&st, verb, "'version 1' must come first");
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verb, verbs[i].name))
			continue;
		err = verbs[i].parse(&st, verb);
		if (err == -ENOMEM)
			portacl_fail(&st, verb, "out of memory");
		return err;
	}
	return portacl_fail_word(&st, verb, "unknown statement");
}

/**
 * portacl_parse_rules - parse a policy in a single line, as at boot
 * @p: the policy
 * @text: statements separated by ';', NUL-terminated; modified.  `version` may
 *	be missing.
 *
 * Context: may sleep.
 * Return: as portacl_parse_line(); each statement counts as a line.
 */
int portacl_parse_rules(struct portacl_parser *p, char *text)
{
	char *line;
	int err = 0;

	p->has_version = true;
	p->implied_version = true;
	while (!err && (line = strsep(&text, ";\n")))
		err = portacl_parse_line(p, line, strlen(line));
	return err;
}

/**
 * portacl_parser_free - free the memory of a parser
 * @p: the parser; ready for another policy afterwards
 *
 * Context: may sleep.
 */
void portacl_parser_free(struct portacl_parser *p)
{
	int i;

	portacl_draft_free(&p->draft);
	for (i = 0; i < PORTACL_NR_LISTS; i++)
		kvfree(p->lists[i].data);
	*p = (struct portacl_parser){ .ops = p->ops };
}
