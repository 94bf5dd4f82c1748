/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the options of a subcommand.
 */
#ifndef _PORTACLCTL_LIB_OPTIONS_H
#define _PORTACLCTL_LIB_OPTIONS_H

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

#endif /* _PORTACLCTL_LIB_OPTIONS_H */
