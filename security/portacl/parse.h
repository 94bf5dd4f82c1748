/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the parser of policies.
 */
#ifndef _SECURITY_PORTACL_PARSE_H
#define _SECURITY_PORTACL_PARSE_H

#include "draft.h"
#include "types.h"

/* The lists of a rule, in the order in which portacl_rule.args has them. */
enum portacl_list {
	PORTACL_PORTS,
	PORTACL_UIDS,
	PORTACL_GIDS,
	PORTACL_ADDRS,
	PORTACL_NR_LISTS,
};

/* The lists in which a name is looked up. */
enum portacl_name {
	PORTACL_SERVICE = PORTACL_PORTS,
	PORTACL_USER = PORTACL_UIDS,
	PORTACL_GROUP = PORTACL_GIDS,
};

/**
 * struct portacl_parse_ops - what the parser asks its caller
 * @hash: hash the path of an executable
 * @number: look up the number of a name.  A service is looked up for @protos,
 *	bits of enum portacl_proto.  Return NULL, or the reason of an error.
 *	If this is NULL, as in the kernel, every name is an error.
 */
struct portacl_parse_ops {
	u64 (*hash)(const char *path, size_t len);
	const char *(*number)(enum portacl_name kind, const char *name,
			      u32 protos, u32 *value);
};

extern const struct portacl_parse_ops portacl_kernel_ops;

/**
 * struct portacl_error - the first error in a text
 * @line: number of the line, from 1
 * @column: number of the byte in that line, from 1
 * @len: length in bytes of the word that is invalid, 0: none is
 * @reason: the reason, empty if there is no error.  It never quotes the policy,
 *	because every user can read `status`.
 */
struct portacl_error {
	u32 line;
	u32 column;
	u32 len;
	char reason[96];
};

/**
 * struct portacl_parser - the state of a parser; at first all zero but @ops
 * @ops: where hashes and names are looked up
 * @draft: the policy so far
 * @lists: the lists of the current rule
 * @error: the error that ended the text
 * @line: number of the current line
 * @has_version: `version 1` was read or is implied
 * @implied_version: `version 1` is implied
 * @has_default: `default` was read
 * @committed: `commit` was read; no text may follow
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
