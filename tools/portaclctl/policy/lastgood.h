/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the last policy that was loaded, in numbers.
 */
#ifndef _PORTACLCTL_POLICY_LASTGOOD_H
#define _PORTACLCTL_POLICY_LASTGOOD_H

#include "policy/files.h"

#define LAST_GOOD "/var/lib/portacl/last-good"
#define BOOT_ERROR "/run/portacl/error"

/**
 * struct last_good - what is stored; for last_good_free()
 * @data: all of it
 * @text: the policy, part of @data
 * @digest: its digest
 * @usual: it was made of the usual files
 * @bpf: the BPF backend enforced it
 */
struct last_good {
	char *data;
	const char *text;
	char *digest;
	bool usual;
	bool bpf;
};

/**
 * struct stale - a program that is not any more where a policy says
 * @file: where the rule stands
 * @line: where the rule stands
 * @text: what happened to the program
 */
struct stale {
	char *file;
	u32 line;
	char *text;
};

void last_good_store(const struct config *cfg, bool usual);
bool last_good_read(struct last_good *last, char **why);
void last_good_free(struct last_good *last);
struct stale *last_good_stale(const struct last_good *last, u32 *nr);
void stale_free(struct stale *stale, u32 nr);
bool last_good_in_force(const struct last_good *last);
void boot_error_store(const char *text);

#endif /* _PORTACLCTL_POLICY_LASTGOOD_H */
