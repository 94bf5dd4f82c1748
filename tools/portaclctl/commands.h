/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the subcommands that are one file each.
 */
#ifndef _PORTACLCTL_COMMANDS_H
#define _PORTACLCTL_COMMANDS_H

#include "lib/options.h"

int cmd_check(char **argv);
int cmd_diff(char **argv);
int cmd_learn(char **argv);
int cmd_lock(char **argv);
int cmd_mode(char **argv);
int cmd_monitor(char **argv);
int cmd_show(char **argv);
int cmd_stats(char **argv);
int cmd_status(char **argv);
int cmd_test(char **argv);
int cmd_who(char **argv);

#endif /* _PORTACLCTL_COMMANDS_H */
