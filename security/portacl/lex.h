/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the words of the policy language.
 */
#ifndef _SECURITY_PORTACL_LEX_H
#define _SECURITY_PORTACL_LEX_H

#include "types.h"

struct portacl_vec;

/* What a name in a list of numbers stands for. */
enum portacl_name {
	PORTACL_USER,
	PORTACL_GROUP,
	PORTACL_SERVICE,
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

extern const char *const portacl_protos[PORTACL_NR_PROTOS];
extern const char *const portacl_keys[PORTACL_NR_KEYS];
extern const char *const portacl_actions[PORTACL_NR_ACTIONS];
extern const char *const portacl_taints[PORTACL_NR_TAINTS];

char *portacl_next_word(char **rest);
int portacl_parse_u32(const char *text, u32 max, u32 *value, const char **why);
bool portacl_is_name(const struct portacl_parse_ops *ops, const char *text);
int portacl_parse_number(const struct portacl_parse_ops *ops,
			 enum portacl_name kind, u32 protos, const char *text,
			 u32 *value, const char **why);
int portacl_parse_names(char *list, const char *const *names, u32 nr);
void portacl_tidy_ranges(struct portacl_vec *list);
int portacl_parse_path(char *path, bool root);
int portacl_parse_cidr(char *text, struct portacl_cidr *cidr, const char **why);

#endif /* _SECURITY_PORTACL_LEX_H */
