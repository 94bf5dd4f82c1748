// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy as the kernel shows it.
 */
#include "config.h"
#include "portacl.h"

static void add_rule_text(struct buf *text, const struct portacl_policy *policy,
			  u32 rule)
{
	char line[PORTACL_MAX_LINE];
	struct seq_buf s;

	seq_buf_init(&s, line, sizeof(line) - 1);
	portacl_print_rule(&s, policy, rule);
	if (seq_buf_has_overflowed(&s))
		die("rule %u is too long for the kernel", rule + 1);
	buf_add(text, line, s.len);
}

/* The canonical text of a rule; the index counts from 0. */
char *rule_text(const struct portacl_policy *policy, u32 rule)
{
	struct buf text = { 0 };

	add_rule_text(&text, policy, rule);
	return text.text;
}

/* All that stands before the rules. */
static char *head_text(const struct portacl_policy *policy)
{
	size_t size = 1 << 20;
	char *text = xrealloc(NULL, size, 1);
	struct seq_buf s;

	seq_buf_init(&s, text, size - 1);
	portacl_print_head(&s, policy);
	if (seq_buf_has_overflowed(&s))
		die("what stands before the rules is too long");
	text[s.len] = '\0';
	return text;
}

/* The paths that `launcher` lines name, as the policy writes them. */
void policy_launchers(const struct portacl_policy *policy, struct list *paths)
{
	char *text = head_text(policy), *rest = text, *line;

	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, "launcher ", 9))
			list_add(paths, xstrdup(line + 9));
	free(text);
}

/**
 * policy_text - the canonical text of a policy, as the kernel shows it
 * @text: where it is added
 * @policy: the policy
 * @commit: its last line
 */
void policy_text(struct buf *text, const struct portacl_policy *policy,
		 const char *commit)
{
	char *head = head_text(policy);
	u32 i;

	buf_puts(text, head);
	for (i = 0; i < policy->nr_rules; i++) {
		add_rule_text(text, policy, i);
		buf_puts(text, "\n");
	}
	buf_printf(text, "%s\n", commit);
	free(head);
}
