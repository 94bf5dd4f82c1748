// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the BPF backend cannot enforce is an error, with line and column.  Also
 * compiled into portacl-bpf.
 */
#include "portacl.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "lex.h"
#include "policy.h"
#include "policy/enforce.h"

/* The column of the first word that begins with a text; else that of the line. */
static u32 column_of(const char *line, const char *text)
{
	char *copy = strdup(line), *rest = copy, *word;
	u32 column = 1;

	while (copy && (word = portacl_next_word(&rest)))
		if (!strncmp(word, text, strlen(text))) {
			column = word - copy + 1;
			break;
		}
	free(copy);
	return column;
}

/* The column of the word behind the first one of a line. */
static u32 second_column(const char *line)
{
	char *copy = strdup(line), *rest = copy, *word;
	u32 column = 1;

	if (copy && portacl_next_word(&rest)) {
		word = portacl_next_word(&rest);
		if (word)
			column = word - copy + 1;
	}
	free(copy);
	return column;
}

static int refuse(struct portacl_parser *p, u32 column, const char *what)
{
	p->error.line = p->line;
	p->error.column = column;
	p->error.len = 0;
	snprintf(p->error.reason, sizeof(p->error.reason),
		 "the BPF backend cannot enforce %s", what);
	return -EINVAL;
}

/* The programs' walks from a file or a cgroup to the root are limited. */
static bool is_too_deep(const char *path)
{
	u32 depth = 0;
	size_t len;

	for (; *path; path += len) {
		path++;
		len = strcspn(path, "/");
		if (len > BPF_MAX_NAME || ++depth > BPF_MAX_DEPTH)
			return true;
	}
	return false;
}

/*
 * The programs know no other members: a key that is added to the language is
 * refused until they do.
 */
static bool is_known(const struct portacl_rule *rule)
{
	struct portacl_rule rest = *rule;

	rest.nr_gids = 0;
	rest.nr_addrs = 0;
	rest.cgroup = 0;
	return portacl_rule_is_plain(&rest, PORTACL_RULE_ALLOW |
					    PORTACL_RULE_ONLY |
					    PORTACL_RULE_NET_ANY |
					    PORTACL_RULE_LAUNCH_ROOT |
					    PORTACL_RULE_LOG |
					    PORTACL_RULE_NOLOG);
}

static int check_rule(struct portacl_parser *p, const char *line)
{
	const struct portacl_draft *draft = &p->draft;
	const struct portacl_rule *rules = draft->rules.data;
	const struct portacl_rule *rule = &rules[draft->rules.len - 1];
	const struct portacl_range *ports =
		(const void *)((const u32 *)draft->args.data + rule->args);
	const char *strings = draft->strings.data;

	if (rule->nr_addrs && (rule->protos & BIT(PORTACL_SCTP)))
		return refuse(p, column_of(line, "addr="),
			      "addr= for sctp: name the other protocols");
	if ((rule->flags & PORTACL_RULE_ALLOW) &&
	    (rule->protos & BIT(PORTACL_SCTP)) && ports->min < 1024)
		return refuse(p, second_column(line),
			      "allow for sctp below 1024: name the other protocols");
	if ((rule->flags & PORTACL_RULE_ONLY) &&
	    (rule->flags & PORTACL_RULE_NET_ANY))
		return refuse(p, column_of(line, "only"),
			      "only with net=any: add a deny rule with net=any");
	if (rule->cgroup && is_too_deep(strings + rule->cgroup))
		return refuse(p, column_of(line, "cgroup="),
			      "a path with so many or such long names");
	if (rule->exe && is_too_deep(strings + rule->exe_text))
		return refuse(p, column_of(line, "exe="),
			      "a path with so many or such long names");
	return is_known(rule) ? 0 : refuse(p, 1, "a key of this rule");
}

static int check_launcher(struct portacl_parser *p, const char *line)
{
	const struct portacl_launcher *launchers = p->draft.launchers.data;
	const char *strings = p->draft.strings.data;

	if (is_too_deep(strings + launchers[p->draft.launchers.len - 1].text))
		return refuse(p, second_column(line),
			      "a path with so many or such long names");
	return 0;
}

/**
 * enforce_check - check the last line that was parsed
 * @p: the parser
 * @line: the line, as it was before it was parsed
 *
 * Return: 0, or -EINVAL with the reason in @p->error.
 */
int enforce_check(struct portacl_parser *p, const char *line)
{
	char *copy = strdup(line), *rest = copy;
	char *verb = copy ? portacl_next_word(&rest) : NULL;
	int err = 0;

	if (!copy)
		return -ENOMEM;
	if (verb && (!strcmp(verb, "allow") || !strcmp(verb, "deny")))
		err = check_rule(p, line);
	else if (verb && !strcmp(verb, "launcher"))
		err = check_launcher(p, line);
	else if (verb && !strcmp(verb, "default") &&
		 p->draft.default_action == PORTACL_ALLOW)
		err = refuse(p, second_column(line),
			     "default allow: it includes sctp below 1024");
	free(copy);
	return err;
}
