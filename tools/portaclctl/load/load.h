/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: put a policy in force.
 */
#ifndef _PORTACLCTL_LOAD_LOAD_H
#define _PORTACLCTL_LOAD_LOAD_H

#include <jansson.h>

#include "policy/files.h"

/**
 * struct load_options - how to load
 * @seconds: time to confirm the policy, or NULL
 * @timeout: @seconds as a number
 * @backend: what enforces it, NULL: what the files say, or the kernel
 * @generation: the generation that must be in force, or NULL
 * @seen: that before the files were read, or NULL
 * @strict: refuse a policy that would cut off a service
 * @force: load a policy that would cut off sshd, also on a terminal
 * @dry_run: load nothing
 * @from: a file that is renamed to @to if the policy stays; or NULL
 * @to: the file that it replaces
 * @old: the text of @to
 * @exe: with @from: hash of the program of the rule that is added, or 0
 * @json: print nothing, the result is JSON
 * @unattended: nobody sits at the terminal
 */
struct load_options {
	const char *seconds;
	u32 timeout;
	const char *backend;
	const char *generation;
	const char *seen;
	bool strict;
	bool force;
	bool dry_run;
	const char *from;
	const char *to;
	const char *old;
	u64 exe;
	bool json;
	bool unattended;
};

void load_options_check(struct load_options *options);
char *load_generation(void);
int load_config(const struct config *cfg, const struct load_options *options,
		char **paths, json_t **json);
int cmd_add(char **args);
int cmd_delete(char **args);
int cmd_load(char **args);
int cmd_unload(char **args);

#endif /* _PORTACLCTL_LOAD_LOAD_H */
