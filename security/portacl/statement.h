/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: a line of a policy while it is read, for parse.c and rule.c.
 */
#ifndef _SECURITY_PORTACL_STATEMENT_H
#define _SECURITY_PORTACL_STATEMENT_H

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

__printf(3, 4) int portacl_fail(struct statement *st, const char *at,
				const char *fmt, ...);
int portacl_fail_word(struct statement *st, const char *word,
		      const char *reason);
char *portacl_line_word(struct statement *st, char *after, const char *what);
int portacl_line_path(struct statement *st, char *text, bool root, u32 *offset);
int portacl_line_rule(struct statement *st, char *verb);

#endif /* _SECURITY_PORTACL_STATEMENT_H */
