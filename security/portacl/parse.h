/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: text to policy.
 */
#ifndef _SECURITY_PORTACL_PARSE_H
#define _SECURITY_PORTACL_PARSE_H

#include "draft.h"
#include "lex.h"
#include "types.h"

/**
 * struct portacl_error - why a text was refused
 * @line: number of the line, from 1
 * @column: number of the byte in that line, from 1
 * @len: length of the word there in bytes, if @reason is about that word, else 0
 * @reason: what is wrong there, without any text of the policy, which not
 *	everybody may read; empty: nothing
 */
struct portacl_error {
	u32 line;
	u32 column;
	u32 len;
	char reason[96];
};

/* The lists of a rule, in the order in which portacl_rule.args has them. */
enum portacl_list {
	PORTACL_PORTS,
	PORTACL_UIDS,
	PORTACL_GIDS,
	PORTACL_ADDRS,
	PORTACL_NR_LISTS,
};

/**
 * struct portacl_parser - a policy text while it is read; all zero but @ops at
 *	first
 * @ops: where hashes and names are looked up
 * @draft: what was read so far
 * @lists: those of the rule being read
 * @error: the first error, which ends the text
 * @line: number of the line being read
 * @has_version: `version 1` was read
 * @implied_version: it was not, but need not be
 * @has_default: `default` was read
 * @committed: `commit` was read, nothing may follow
 * @has_generation: `commit` names a generation
 * @generation: that generation
 */
struct portacl_parser {
	const struct portacl_parse_ops *ops;
	struct portacl_draft draft;
	struct portacl_vec lists[PORTACL_NR_LISTS];
	struct portacl_error error;
	u32 line;
	bool has_version;
	bool implied_version;
	bool has_default;
	bool committed;
	bool has_generation;
	u64 generation;
};

int portacl_parse_line(struct portacl_parser *p, char *line, size_t len);
int portacl_parse_rules(struct portacl_parser *p, char *text);
void portacl_parser_free(struct portacl_parser *p);

#endif /* _SECURITY_PORTACL_PARSE_H */
