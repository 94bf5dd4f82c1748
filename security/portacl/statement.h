/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: a line while it is read, for parse.c, rule.c and query.c.
 */
#ifndef _SECURITY_PORTACL_STATEMENT_H
#define _SECURITY_PORTACL_STATEMENT_H

#include "lex.h"
#include "parse.h"
#include "policy.h"

struct portacl_query;

/**
 * struct statement - one line, or a request, while it is read
 * @p: the text that it belongs to
 * @line: its start, for the column of an error
 * @rest: the words that are not read yet
 * @rule: the rule that it makes
 * @query: the request that it makes
 * @seen: bits of the keys read, to find repetitions
 */
struct statement {
	struct portacl_parser *p;
	char *line;
	char *rest;
	struct portacl_rule rule;
	struct portacl_query *query;
	u32 seen;
};

/**
 * struct statement_key - a key of a rule or of a request
 * @name: its name
 * @parse: reads its value, which is not empty
 */
struct statement_key {
	const char *name;
	int (*parse)(struct statement *st, char *value);
};

__printf(3, 4) int portacl_fail(struct statement *st, const char *at,
				const char *fmt, ...);
int portacl_fail_word(struct statement *st, const char *word,
		      const char *reason);
char *portacl_line_word(struct statement *st, char *after, const char *what);
bool portacl_line_name(const struct statement *st, const char *text);
int portacl_line_number(struct statement *st, const char *text,
			enum portacl_name kind, u32 *value);
int portacl_line_path(struct statement *st, char *text, bool root);
int portacl_line_key(struct statement *st, char *word, char *value,
		     const struct statement_key *keys, u32 nr);
int portacl_line_rule(struct statement *st, char *verb);

#endif /* _SECURITY_PORTACL_STATEMENT_H */
