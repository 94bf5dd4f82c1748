/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what the parts of learn share.
 */
#ifndef _PORTACLCTL_LEARN_LEARNER_H
#define _PORTACLCTL_LEARN_LEARNER_H

#include <jansson.h>

#include "kernel/observed.h"

/**
 * struct learner - what was asked for
 * @all: also ports that everybody may bind
 * @ranges: join the ports of a program to one range
 * @refused: the binds are refusals that logs report
 * @quit: stop asking
 * @start: the first port that needs no privilege
 * @path: the file that the rules are added to; NULL: print all of them
 * @fd: that file, once there is something to ask
 * @made: it was not there before
 * @present: what it had in it
 * @out: the rules
 * @json: the rules as JSON, or NULL
 * @nr: number of rules wanted
 * @skipped: number of rules not wanted
 * @known: number of rules that the file has already
 * @useless: number of programs that no rule can allow
 * @lost: number of binds that were not recorded
 */
struct learner {
	bool all;
	bool ranges;
	bool refused;
	bool quit;
	u32 start;
	const char *path;
	int fd;
	bool made;
	char *present;
	struct buf out;
	json_t *json;
	u32 nr;
	u32 skipped;
	u32 known;
	u32 useless;
	u64 lost;
};

void make_rules(struct learner *learner, const struct observed *seen, u32 nr);
void take_rule(struct learner *learner, const char *rule, bool usable);
struct observed *refusals_observe(bool from_stdin, u32 *nr);

#endif /* _PORTACLCTL_LEARN_LEARNER_H */
