/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a file of a policy while it is read.
 */
#ifndef _PORTACLCTL_POLICY_SOURCE_H
#define _PORTACLCTL_POLICY_SOURCE_H

#include <linux/kernel.h>

struct config;

/* The warnings of one kind that are shown. */
#define MAX_WARNINGS 20

/**
 * struct source - a file while it is read
 * @cfg: the policy that it belongs to
 * @parent: the file that includes it
 * @path: its name
 * @file: index of its name in config.files
 * @line: number of the current line
 * @text: the current line, NULL: all lines were read
 * @statements: number of statements so far
 */
struct source {
	struct config *cfg;
	const struct source *parent;
	const char *path;
	u32 file;
	u32 line;
	const char *text;
	u32 statements;
};

const char *next_word(const char *at, size_t *len);
int error_status(const struct config *cfg);
void say(struct source *src, u32 column, const char *kind, const char *reason);
void complain(struct source *src, u32 column, const char *reason);

#endif /* _PORTACLCTL_POLICY_SOURCE_H */
