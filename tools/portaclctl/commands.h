/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the subcommands, their options, their output.
 */
#ifndef _PORTACLCTL_COMMANDS_H
#define _PORTACLCTL_COMMANDS_H

#include "lib/util.h"

/**
 * struct flag - an option of a subcommand
 * @name: its name, without the dashes
 * @set: set if the option was given
 * @value: where its value is stored; NULL: it takes none
 */
struct flag {
	const char *name;
	bool *set;
	const char **value;
};

/* Of the subcommand that runs. */
extern const char *usage;
extern const char *description;

int take_flags(char **argv, const struct flag *flags, u32 nr, u32 max_args);
void NORETURN die_missing(const char *what);

/* For @max_args of a subcommand that takes any number of files. */
#define ANY_NUMBER U32_MAX

int cmd_check(char **argv);
int cmd_diff(char **argv);
int cmd_explain(char **argv);
int cmd_import(char **argv);
int cmd_learn(char **argv);
int cmd_lint(char **argv);
int cmd_load(char **argv);
int cmd_lock(char **argv);
int cmd_mode(char **argv);
int cmd_monitor(char **argv);
int cmd_show(char **argv);
int cmd_stats(char **argv);
int cmd_status(char **argv);
int cmd_test(char **argv);
int cmd_who(char **argv);

#endif /* _PORTACLCTL_COMMANDS_H */
