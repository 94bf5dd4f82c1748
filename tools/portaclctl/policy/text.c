// SPDX-License-Identifier: GPL-2.0-only
#include "policy/text.h"
#include "print.h"
#include "portacl.h"

/*
 * The reason of an error.  The kernel's reasons do not quote the text, which not
 * everybody may read: the word is taken from the tool's own copy.
 */
char *error_text(const struct portacl_error *error, const char *text)
{
	if (!error->len)
		return xstrdup(error->reason);
	return xasprintf("%s '%.*s'", error->reason,
			 (int)min(error->len, 32U), text + error->column - 1);
}

/* The names of bits, with commas between; for free(). */
char *names_text(const char *const *names, u32 bits)
{
	char text[128];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	portacl_print_names(&s, names, bits);
	return xstrndup(text, s.len);
}

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

static void print_step(struct seq_buf *s, char *line,
		       const struct portacl_policy *policy, u32 step)
{
	seq_buf_init(s, line, PORTACL_MAX_LINE);
	portacl_print_step(s, policy, step);
	if (seq_buf_has_overflowed(s))
		die("a line is too long for the kernel");
}

/* The paths that `launcher` lines name, as the policy writes them. */
void policy_launchers(const struct portacl_policy *policy, struct list *paths)
{
	char line[PORTACL_MAX_LINE + 1];
	struct seq_buf s;
	u32 i;

	for (i = 0; i < portacl_print_steps(policy); i++) {
		char *rest = line, *at;

		print_step(&s, line, policy, i);
		line[s.len] = '\0';
		while ((at = strsep(&rest, "\n")))
			if (!strncmp(at, "launcher ", 9))
				list_add(paths, xstrdup(at + 9));
	}
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
	char line[PORTACL_MAX_LINE];
	struct seq_buf s;
	u32 i;

	for (i = 0; i < portacl_print_steps(policy) - 1; i++) {
		print_step(&s, line, policy, i);
		buf_add(text, line, s.len);
	}
	buf_printf(text, "%s\n", commit);
}
