// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: parse a rule.
 */
#include "portacl.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "draft.h"
#include "lex.h"
#include "match.h"
#include "statement.h"

static int parse_range(struct statement *st, char *item, enum portacl_name kind,
		       struct portacl_range *range)
{
	char *dash = portacl_line_name(st, item) ? NULL :
							 strchr(item, '-');

	if (dash)
		*dash = '\0';
	if (portacl_line_number(st, item, kind, &range->min))
		return -EINVAL;
	range->max = range->min;
	if (dash && portacl_line_number(st, dash + 1, kind, &range->max))
		return -EINVAL;
	if (kind == PORTACL_SERVICE && !range->min)
		return portacl_fail(st, item, "port 0 is never matched");
	if (range->max < range->min)
		return portacl_fail(st, item,
				    "the range ends before it starts");
	return 0;
}

static int parse_ranges(struct statement *st, char *text,
			enum portacl_name kind)
{
	struct portacl_vec *list = &st->p->lists[kind];
	struct portacl_range range;
	char *item;
	int err;

	while ((item = strsep(&text, ","))) {
		err = parse_range(st, item, kind, &range);
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

	if (strchr(text, '='))
		return portacl_fail(st, text, "ports expected");
	if (!strcmp(text, "any"))
		return portacl_vec_push(&st->p->lists[PORTACL_PORTS], &any, 1,
					sizeof(any));
	return parse_ranges(st, text, PORTACL_SERVICE);
}

static int parse_bits(struct statement *st, char *text, u32 nr,
		      const char *const *names, u8 *bits)
{
	int ret = portacl_parse_names(text, names, nr);

	if (ret < 0)
		return portacl_fail_word(st, text - ret - 1,
					 "unknown or repeated name");
	*bits = ret;
	return 0;
}

static int parse_protos(struct statement *st, char *text)
{
	if (isdigit(*text) || strchr(text, '='))
		return portacl_fail(st, text, "protocol expected");
	st->rule.protos = PORTACL_ANY_PROTO;
	if (!strcmp(text, "any"))
		return 0;
	return parse_bits(st, text, PORTACL_NR_PROTOS, portacl_protos,
			  &st->rule.protos);
}

static int parse_exe(struct statement *st, char *text)
{
	int err = portacl_line_path(st, text, false);

	if (err)
		return err;
	st->rule.exe = st->p->ops->hash(text, strlen(text));
	return portacl_draft_path(&st->p->draft, text, &st->rule.exe_text);
}

static int parse_cgroup(struct statement *st, char *text)
{
	return portacl_line_path(st, text, true) ?:
	       portacl_draft_path(&st->p->draft, text, &st->rule.cgroup);
}

static int parse_uid(struct statement *st, char *text)
{
	return parse_ranges(st, text, PORTACL_USER);
}

static int parse_gid(struct statement *st, char *text)
{
	return parse_ranges(st, text, PORTACL_GROUP);
}

/* A wildcard bind covers all addresses: the wildcard alone is an error. */
static int check_wildcard(struct statement *st, const char *item,
			  const struct portacl_cidr *cidr)
{
	struct portacl_request req;

	portacl_request_addr(&req, cidr->addr, false);
	if (cidr->len != 128 || req.bound[0].len == 128)
		return 0;
	return portacl_fail(st, item, req.bound[0].len ?
			    "0.0.0.0 binds all addresses: write 0.0.0.0/0" :
			    ":: binds all addresses: write 0.0.0.0/0,::/0 (only IPv6: ::/0)");
}

static int parse_addr(struct statement *st, char *text)
{
	struct portacl_cidr cidr;
	const char *why;
	char *item;
	int err;

	while ((item = strsep(&text, ","))) {
		err = portacl_parse_cidr(item, &cidr, &why);
		if (err < 0)
			return portacl_fail(st, item - err - 1, "%s", why);
		err = check_wildcard(st, item, &cidr);
		if (!err)
			err = portacl_vec_push(&st->p->lists[PORTACL_ADDRS],
					       &cidr, 1, sizeof(cidr));
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
		return portacl_fail(st, text, "net= is init or any");
	return 0;
}

static int parse_launch(struct statement *st, char *text)
{
	if (strcmp(text, "root"))
		return portacl_fail(st, text, "launch= can only be root");
	st->rule.flags |= PORTACL_RULE_LAUNCH_ROOT;
	return 0;
}

static int parse_accept(struct statement *st, char *text)
{
	return parse_bits(st, text, PORTACL_NR_ACCEPT, portacl_taints,
			  &st->rule.accept);
}

#define PORTACL_RULE_KEY(NAME, name) { #name, parse_##name },
static const struct statement_key keys[] = {
#include "key_defs.h"
};

static const struct {
	const char *name;
	u8 flag;
} flags[] = {
	{ "only", PORTACL_RULE_ONLY },
	{ "log", PORTACL_RULE_LOG },
	{ "nolog", PORTACL_RULE_NOLOG },
};

static int parse_option(struct statement *st, char *word)
{
	char *equals = strchr(word, '=');
	u32 i;

	if (equals) {
		*equals = '\0';
		return portacl_line_key(st, word, equals + 1, keys,
					ARRAY_SIZE(keys));
	}
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(word, flags[i].name))
			continue;
		if (st->rule.flags & flags[i].flag)
			return portacl_fail(st, word, "'%s' is repeated", word);
		st->rule.flags |= flags[i].flag;
		return 0;
	}
	return portacl_fail_word(st, word, "unknown word");
}

static bool restricts_ids(const struct portacl_vec *list)
{
	const struct portacl_range *range = list->data;

	return list->len && (range->min || range->max < U32_MAX - 1);
}

/* Does the rule restrict who binds?  All users or the root cgroup do not. */
static bool restricts_subject(const struct statement *st)
{
	const struct portacl_rule *rule = &st->rule;
	const char *strings = st->p->draft.strings.data;

	return restricts_ids(&st->p->lists[PORTACL_UIDS]) ||
	       restricts_ids(&st->p->lists[PORTACL_GIDS]) ||
	       (rule->cgroup && strings[rule->cgroup + 1]) ||
	       (rule->flags & PORTACL_RULE_LAUNCH_ROOT);
}

/* Check the words together; each one is valid alone. */
static int check_rule(struct statement *st, char *verb)
{
	const struct portacl_rule *rule = &st->rule;

	if ((rule->flags & PORTACL_RULE_LOG) &&
	    (rule->flags & PORTACL_RULE_NOLOG))
		return portacl_fail(st, verb,
				    "'log' and 'nolog' exclude each other");
	if (!(rule->flags & PORTACL_RULE_ALLOW)) {
		if (rule->flags & PORTACL_RULE_ONLY)
			return portacl_fail(st, verb, "'only' needs allow");
		if (rule->accept)
			return portacl_fail(st, verb, "accept= needs allow");
		return 0;
	}
	if (rule->accept && !restricts_subject(st))
		return portacl_fail(st, verb,
				    "accept= alone opens the port to all: add uid=, gid=, cgroup= or launch=");
	return 0;
}

static int add_lists(struct statement *st)
{
	static const u8 words[PORTACL_NR_LISTS] = { 2, 2, 2, 5 };
	u16 *nr[PORTACL_NR_LISTS] = {
		&st->rule.nr_ports,
		&st->rule.nr_uids,
		&st->rule.nr_gids,
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
			portacl_fail(st, st->line,
				     "a list has more than %u items", U16_MAX);
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

/**
 * portacl_line_rule - parse a rule after its verb
 * @st: the line; PORTACL_RULE_ALLOW is set in its rule for the verb `allow`
 * @verb: the verb
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -E2BIG or -ENOMEM.
 */
int portacl_line_rule(struct statement *st, char *verb)
{
	struct portacl_vec *rules = &st->p->draft.rules;
	char *proto, *ports, *word;
	int err, i;

	if (rules->len >= PORTACL_MAX_RULES) {
		portacl_fail(st, verb, "more than %u rules", PORTACL_MAX_RULES);
		return -E2BIG;
	}
	for (i = 0; i < PORTACL_NR_LISTS; i++)
		st->p->lists[i].len = 0;
	proto = portacl_line_word(st, verb, "protocol");
	ports = proto ? portacl_line_word(st, proto, "ports") : NULL;
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
