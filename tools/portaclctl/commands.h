/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the table of subcommands, and those that are one file each.
 */
#ifndef _PORTACLCTL_COMMANDS_H
#define _PORTACLCTL_COMMANDS_H

#include "lib/options.h"

/* All subcommands, ended by one without a name. */
extern const struct command commands[];

int cmd_check(char **args);
int cmd_diff(char **args);
int cmd_lock(char **args);
int cmd_mode(char **args);
int cmd_monitor(char **args);
int cmd_ps(char **args);
int cmd_show(char **args);
int cmd_stats(char **args);
int cmd_status(char **args);
int cmd_test(char **args);
int cmd_who(char **args);

#endif /* _PORTACLCTL_COMMANDS_H */
