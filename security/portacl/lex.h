/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the words of the policy language.
 */
#ifndef _SECURITY_PORTACL_LEX_H
#define _SECURITY_PORTACL_LEX_H

#include "types.h"

struct portacl_vec;

extern const char *const portacl_protos[PORTACL_NR_PROTOS];
extern const char *const portacl_keys[PORTACL_NR_KEYS];
extern const char *const portacl_actions[PORTACL_NR_ACTIONS];
extern const char *const portacl_outcomes[PORTACL_NR_ACTIONS];
extern const char *const portacl_taints[PORTACL_NR_TAINTS];

char *portacl_next_word(char **rest);
const char *portacl_parse_u32(const char *text, u32 max, u32 *value);
int portacl_parse_names(char *list, const char *const *names, u32 nr);
void portacl_tidy_ranges(struct portacl_vec *list);
int portacl_parse_path(char *path, bool root);
int portacl_parse_cidr(char *text, struct portacl_cidr *cidr, const char **why);

#endif /* _SECURITY_PORTACL_LEX_H */
