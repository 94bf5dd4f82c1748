// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: policy text to rules.  No locks, no globals, nothing guessed.
 */
#include "portacl.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "lex.h"
#include "match.h"
#include "parse.h"
#include "policy.h"

/**
 * struct statement - one line while it is read
 * @p: the text that it belongs to
 * @line: its start, for the column of an error
 * @rest: what was not yet read
 * @rule: the rule that it makes
 * @seen: bits of the keys read, to find repetitions
 */
struct statement {
	struct portacl_parser *p;
	char *line;
	char *rest;
	struct portacl_rule rule;
	u32 seen;
};

static __printf(3, 4) int fail(struct statement *st, const char *at,
			       const char *fmt, ...)
{
	struct portacl_error *error = &st->p->error;
	va_list args;

	error->line = st->p->line;
	error->column = at - st->line + 1;
	va_start(args, fmt);
	vsnprintf(error->reason, sizeof(error->reason), fmt, args);
	va_end(args);
	portacl_clean_text(error->reason);
	return -EINVAL;
}

/* The next word, or the end of the line with an error. */
static char *need_word(struct statement *st, char *after, const char *what)
{
	char *word = portacl_next_word(&st->rest);

	if (!word)
		fail(st, after + strlen(after), "%s expected", what);
	return word;
}

static int need_end(struct statement *st)
{
	char *word = portacl_next_word(&st->rest);

	return word ? fail(st, word, "unexpected '%.32s'", word) : 0;
}

static int parse_range(struct statement *st, char *item, u32 min, u32 max,
		       struct portacl_range *range)
{
	char *dash = strchr(item, '-');
	const char *why;

	if (dash)
		*dash = '\0';
	if (portacl_parse_u32(item, max, &range->min, &why))
		return fail(st, item, "'%.32s': %s", item, why);
	range->max = range->min;
	if (dash && portacl_parse_u32(dash + 1, max, &range->max, &why))
		return fail(st, dash + 1, "'%.32s': %s", dash + 1, why);
	if (range->min < min)
		return fail(st, item, "port 0 is never matched");
	if (range->max < range->min)
		return fail(st, item, "the range ends before it starts");
	return 0;
}

static int parse_ranges(struct statement *st, char *text, u32 min, u32 max,
			struct portacl_vec *list)
{
	struct portacl_range range;
	char *item;
	int err;

	while ((item = strsep(&text, ","))) {
		err = parse_range(st, item, min, max, &range);
		if (!err)
			err = portacl_vec_push(list, &range, 1, sizeof(range));
		if (err)
			return err;
	}
	portacl_tidy_ranges(list);
	return 0;
}

static int parse_ports(struct statement *st, char *text)
{
	static const struct portacl_range any = { 1, PORTACL_NR_PORTS - 1 };
	struct portacl_vec *list = &st->p->lists[PORTACL_PORTS];

	if (!strcmp(text, "any"))
		return portacl_vec_push(list, &any, 1, sizeof(any));
	return parse_ranges(st, text, 1, PORTACL_NR_PORTS - 1, list);
}

static int parse_bits(struct statement *st, char *text, u32 nr,
		      const char *const *names, u8 *bits)
{
	int ret = portacl_parse_names(text, names, nr);

	if (ret < 0)
		return fail(st, text - ret - 1, "unknown or repeated '%.32s'",
			    text - ret - 1);
	*bits = ret;
	return 0;
}

static int parse_protos(struct statement *st, char *text)
{
	st->rule.protos = PORTACL_ANY_PROTO;
	if (!strcmp(text, "any"))
		return 0;
	return parse_bits(st, text, PORTACL_NR_PROTOS, portacl_protos,
			  &st->rule.protos);
}

static int parse_path(struct statement *st, char *text, bool root, u32 *offset)
{
	struct portacl_vec *strings = &st->p->draft.strings;
	int ret = portacl_parse_path(text, root);

	if (ret < 0)
		return fail(st, text - ret - 1,
			    "not an absolute canonical path");
	if (!strings->len && portacl_vec_push(strings, "", 1, 1))
		return -ENOMEM;
	*offset = strings->len;
	return portacl_vec_push(strings, text, strlen(text) + 1, 1);
}

static int parse_exe(struct statement *st, char *text)
{
	int err = parse_path(st, text, false, &st->rule.exe_text);

	if (!err)
		st->rule.exe = portacl_hash_path(text, strlen(text));
	return err;
}

static int parse_cgroup(struct statement *st, char *text)
{
	return parse_path(st, text, true, &st->rule.cgroup);
}

static int parse_uid(struct statement *st, char *text)
{
	return parse_ranges(st, text, 0, U32_MAX - 1,
			    &st->p->lists[PORTACL_UIDS]);
}

static int parse_gid(struct statement *st, char *text)
{
	return parse_ranges(st, text, 0, U32_MAX - 1,
			    &st->p->lists[PORTACL_GIDS]);
}

static int parse_addr(struct statement *st, char *text)
{
	struct portacl_cidr cidr;
	const char *why;
	char *item;
	int err;

	while ((item = strsep(&text, ","))) {
		struct portacl_request req;

		err = portacl_parse_cidr(item, &cidr, &why);
		if (err < 0)
			return fail(st, item - err - 1, "'%.40s': %s",
				    item - err - 1, why);
		portacl_request_addr(&req, cidr.addr, false);
		if (cidr.len == 128 && req.bound[0].len != 128)
			return fail(st, item, "the wildcard is written %s/0",
				    item);
		err = portacl_vec_push(&st->p->lists[PORTACL_ADDRS], &cidr, 1,
				       sizeof(cidr));
		if (err)
			return err;
	}
	return 0;
}

static int parse_net(struct statement *st, char *text)
{
	if (!strcmp(text, "any"))
		st->rule.flags |= PORTACL_RULE_NET_ANY;
	else if (strcmp(text, "init"))
		return fail(st, text, "net= is init or any");
	return 0;
}

static int parse_launch(struct statement *st, char *text)
{
	if (strcmp(text, "root"))
		return fail(st, text, "launch= can only be root");
	st->rule.flags |= PORTACL_RULE_LAUNCH_ROOT;
	return 0;
}

static int parse_accept(struct statement *st, char *text)
{
	return parse_bits(st, text, PORTACL_NR_ACCEPT, portacl_taints,
			  &st->rule.accept);
}

static const struct {
	const char *name;
	int (*parse)(struct statement *st, char *text);
} keys[] = {
	{ "exe", parse_exe },	    { "uid", parse_uid },
	{ "gid", parse_gid },	    { "addr", parse_addr },
	{ "net", parse_net },	    { "cgroup", parse_cgroup },
	{ "launch", parse_launch }, { "accept", parse_accept },
};

static const struct {
	const char *name;
	u8 flag;
} flags[] = {
	{ "only", PORTACL_RULE_ONLY },
	{ "log", PORTACL_RULE_LOG },
	{ "nolog", PORTACL_RULE_NOLOG },
};

static int parse_key(struct statement *st, char *word, char *value)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(word, keys[i].name))
			continue;
		if (st->seen & BIT(i))
			return fail(st, word, "%s= is repeated", word);
		st->seen |= BIT(i);
		if (!*value)
			return fail(st, value, "%s= is empty", word);
		return keys[i].parse(st, value);
	}
	return fail(st, word, "unknown key '%.32s='", word);
}

static int parse_option(struct statement *st, char *word)
{
	char *equals = strchr(word, '=');
	u32 i;

	if (equals) {
		*equals = '\0';
		return parse_key(st, word, equals + 1);
	}
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(word, flags[i].name))
			continue;
		if (st->rule.flags & flags[i].flag)
			return fail(st, word, "'%s' is repeated", word);
		st->rule.flags |= flags[i].flag;
		return 0;
	}
	return fail(st, word, "unknown word '%.32s'", word);
}

static bool is_some(const struct portacl_vec *list)
{
	const struct portacl_range *range = list->data;

	return list->len && (range->min || range->max < U32_MAX - 1);
}

/* Not everybody: neither all users nor the root of all cgroups. */
static bool names_someone(const struct statement *st)
{
	const struct portacl_rule *rule = &st->rule;
	const char *strings = st->p->draft.strings.data;

	return is_some(&st->p->lists[PORTACL_UIDS]) ||
	       is_some(&st->p->lists[PORTACL_GIDS]) ||
	       (rule->cgroup && strings[rule->cgroup + 1]) ||
	       (rule->flags & PORTACL_RULE_LAUNCH_ROOT);
}

/* What each word allows by itself but not beside the others. */
static int check_rule(struct statement *st, char *verb)
{
	const struct portacl_rule *rule = &st->rule;

	if ((rule->flags & PORTACL_RULE_LOG) &&
	    (rule->flags & PORTACL_RULE_NOLOG))
		return fail(st, verb, "'log' and 'nolog' exclude each other");
	if (!(rule->flags & PORTACL_RULE_ALLOW)) {
		if (rule->flags & PORTACL_RULE_ONLY)
			return fail(st, verb, "'only' needs allow");
		if (rule->accept)
			return fail(st, verb, "accept= needs allow");
		return 0;
	}
	if (rule->accept && !names_someone(st))
		return fail(st, verb,
			    "accept= alone opens the port to all: add uid=, gid=, cgroup= or launch=");
	return 0;
}

static int add_lists(struct statement *st)
{
	static const u8 words[PORTACL_NR_LISTS] = { 2, 2, 2, 5 };
	u16 *nr[PORTACL_NR_LISTS] = {
		&st->rule.nr_ports, &st->rule.nr_uids, &st->rule.nr_gids,
		&st->rule.nr_addrs,
	};
	struct portacl_vec *args = &st->p->draft.args;
	u32 i;
	int err;

	static_assert(sizeof(struct portacl_cidr) == 5 * sizeof(u32));
	st->rule.args = args->len;
	for (i = 0; i < PORTACL_NR_LISTS; i++) {
		struct portacl_vec *list = &st->p->lists[i];

		if (list->len > U16_MAX) {
			fail(st, st->line, "a list has more than %u items",
			     U16_MAX);
			return -E2BIG;
		}
		*nr[i] = list->len;
		err = portacl_vec_push(args, list->data, list->len * words[i],
				       sizeof(u32));
		if (err)
			return err;
	}
	return 0;
}

static int parse_rule(struct statement *st, char *verb)
{
	struct portacl_vec *rules = &st->p->draft.rules;
	char *proto, *ports, *word;
	int err, i;

	if (rules->len >= PORTACL_MAX_RULES) {
		fail(st, verb, "more than %u rules", PORTACL_MAX_RULES);
		return -E2BIG;
	}
	for (i = 0; i < PORTACL_NR_LISTS; i++)
		st->p->lists[i].len = 0;
	proto = need_word(st, verb, "protocol");
	ports = proto ? need_word(st, proto, "ports") : NULL;
	if (!ports)
		return -EINVAL;
	err = parse_protos(st, proto);
	if (!err)
		err = parse_ports(st, ports);
	while (!err && (word = portacl_next_word(&st->rest)))
		err = parse_option(st, word);
	if (!err)
		err = check_rule(st, verb);
	if (!err)
		err = add_lists(st);
	if (!err)
		err = portacl_vec_push(rules, &st->rule, 1, sizeof(st->rule));
	return err;
}

static int parse_allow(struct statement *st, char *verb)
{
	st->rule.flags = PORTACL_RULE_ALLOW;
	return parse_rule(st, verb);
}

static int parse_version(struct statement *st, char *verb)
{
	char *word = need_word(st, verb, "version number");

	if (!word)
		return -EINVAL;
	if (st->p->has_version && !st->p->implied_version)
		return fail(st, verb, "'version' is repeated");
	st->p->implied_version = false;
	if (strcmp(word, "1"))
		return fail(st, word, "unknown version '%.32s': only 1 is known",
			    word);
	st->p->has_version = true;
	return need_end(st);
}

static int parse_default(struct statement *st, char *verb)
{
	char *word = need_word(st, verb, "legacy, allow or deny");
	int action;

	if (!word)
		return -EINVAL;
	if (st->p->has_default)
		return fail(st, verb, "'default' is repeated");
	action = match_string(portacl_actions, PORTACL_NR_ACTIONS, word);
	if (action < 0)
		return fail(st, word, "legacy, allow or deny expected");
	st->p->draft.fallback = action;
	st->p->has_default = true;
	return need_end(st);
}

static int parse_launcher(struct statement *st, char *verb)
{
	struct portacl_draft *draft = &st->p->draft;
	char *word = need_word(st, verb, "path of a launcher");
	struct portacl_launcher launcher;
	u32 i;
	int err;

	if (!word)
		return -EINVAL;
	if (draft->nr_launchers == PORTACL_MAX_LAUNCHERS) {
		fail(st, verb, "more than %u launchers", PORTACL_MAX_LAUNCHERS);
		return -E2BIG;
	}
	err = parse_path(st, word, false, &launcher.text);
	if (err)
		return err;
	launcher.exe = portacl_hash_path(word, strlen(word));
	for (i = 0; i < draft->nr_launchers; i++)
		if (draft->launchers[i].exe == launcher.exe)
			return fail(st, word, "the launcher is repeated");
	draft->launchers[draft->nr_launchers++] = launcher;
	return need_end(st);
}

static int parse_commit(struct statement *st, char *verb)
{
	char *word = portacl_next_word(&st->rest);

	if (word && !strncmp(word, "generation=", 11)) {
		if (!isdigit(word[11]) || (word[11] == '0' && word[12]) ||
		    kstrtoull(word + 11, 10, &st->p->generation))
			return fail(st, word + 11, "not a decimal number");
		st->p->has_generation = true;
	} else if (word) {
		return fail(st, word, "unexpected '%.32s'", word);
	}
	st->p->committed = true;
	return need_end(st);
}

static const struct {
	const char *name;
	int (*parse)(struct statement *st, char *verb);
} verbs[] = {
	{ "allow", parse_allow },     { "deny", parse_rule },
	{ "version", parse_version }, { "default", parse_default },
	{ "commit", parse_commit },   { "launcher", parse_launcher },
};

/**
 * portacl_parse_line - read one line of a policy
 * @p: the text that it belongs to; after an error nothing may follow
 * @line: the line without its newline, ended by a NUL; destroyed
 * @len: its length in bytes
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -E2BIG or -ENOMEM; then @p->error says why.
 */
int portacl_parse_line(struct portacl_parser *p, char *line, size_t len)
{
	struct statement st = { .p = p, .line = line, .rest = line };
	char *verb;
	u32 i;
	int err;

	p->line++;
	if (strlen(line) != len)
		return fail(&st, line + strlen(line), "NUL byte");
	verb = portacl_next_word(&st.rest);
	if (!verb)
		return 0;
	if (p->committed)
		return fail(&st, verb, "text after commit");
	if (!p->has_version && strcmp(verb, "version"))
		return fail(&st, verb, "'version 1' must come first");
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verb, verbs[i].name))
			continue;
		err = verbs[i].parse(&st, verb);
		if (err == -ENOMEM)
			fail(&st, verb, "out of memory");
		return err;
	}
	return fail(&st, verb, "unknown statement '%.32s'", verb);
}

/**
 * portacl_parse_rules - read rules from a single line, as at boot
 * @p: the text that they belong to
 * @text: statements separated by ';', ended by a NUL; destroyed.  The version
 *	need not be said.
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
 * portacl_parser_free - free what a text holds
 * @p: the text; ready for another one afterwards
 *
 * Context: may sleep.
 */
void portacl_parser_free(struct portacl_parser *p)
{
	int i;

	portacl_draft_free(&p->draft);
	for (i = 0; i < PORTACL_NR_LISTS; i++)
		kvfree(p->lists[i].data);
	memset(p, 0, sizeof(*p));
}
