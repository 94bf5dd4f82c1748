/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a policy, and the places in its files.
 */
#ifndef _PORTACLCTL_POLICY_CONFIG_H
#define _PORTACLCTL_POLICY_CONFIG_H

#include "lib/util.h"
#include "parse.h"
#include "policy.h"

/**
 * struct origin - where a rule stands
 * @file: index in config.files
 * @line: number of the line
 */
struct origin {
	u32 file;
	u32 line;
};

/**
 * struct config - a policy and where it was read; all zero at first
 * @parser: the kernel's parser, fed line by line
 * @policy: the policy, once config_build() was called
 * @origins: per rule, where it stands
 * @written: per rule, its exe= as it was written if that is a symbolic link
 * @files: the files read
 * @patterns: the exe= patterns that were expanded
 * @matches: per pattern, the files that it matches
 * @expanded: number of rules that come from patterns
 * @empty: number of rules whose pattern matches no file
 * @errors: number of errors found
 * @list_matches: say which files an exe= pattern matches
 * @list_links: say what an exe= that is a symbolic link resolves to
 * @is_question: whether the files are right is asked: errors are the answer
 * @backend: what `backend` names, or NULL
 * @raw: the text is the kernel's: no patterns, no names
 * @problems: JSON list to which errors and warnings are added; NULL: print them
 * @replaced: a file that is read as if it existed and had @replacement, or NULL
 * @replacement: its text
 */
struct config {
	struct portacl_parser parser;
	struct portacl_policy *policy;
	struct origin *origins;
	char **written;
	struct list files;
	struct list patterns;
	struct list *matches;
	size_t expanded;
	u32 empty;
	u32 errors;
	bool list_matches;
	bool list_links;
	bool is_question;
	const char *backend;
	bool raw;
	struct json_t *problems;
	const char *replaced;
	const char *replacement;
};

void config_build(struct config *cfg);
void config_free(struct config *cfg);
char *config_where(const struct config *cfg, u32 rule);

#endif /* _PORTACLCTL_POLICY_CONFIG_H */
