/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the options of a subcommand.
 */
#ifndef _PORTACLCTL_LIB_OPTIONS_H
#define _PORTACLCTL_LIB_OPTIONS_H

#include "lib/util.h"

/**
 * struct option_info - an option of a subcommand
 * @name: its name, without the dashes
 * @value: the name of its value; NULL: it takes none
 * @help: a description, for help and completion
 */
struct option_info {
	const char *name;
	const char *value;
	const char *help;
};

/**
 * struct command - a subcommand; a table of them makes usage, help, completion
 * @name: its name
 * @run: runs it with its operands, returns the exit status
 * @operands: the operands, as a synopsis shows them
 * @complete: per operand, the kind of its words; the last kind repeats
 * @max: largest number of operands
 * @description: a line about it
 * @options: its options, ended by one without a name
 */
struct command {
	const char *name;
	int (*run)(char **args);
	const char *operands;
	const char *complete;
	u32 max;
	const char *description;
	const struct option_info *options;
};

/* For @max of a subcommand that takes any number of operands. */
#define ANY_NUMBER U32_MAX

const struct command *find_command(const struct command *table,
				   const char *name);
int run_command(const struct command *command, int argc, char **argv);
const char *option(const char *name);
void print_command_help(const struct command *command);
void print_table(const struct command *table);
void NORETURN die_missing(const char *what);

#endif /* _PORTACLCTL_LIB_OPTIONS_H */
