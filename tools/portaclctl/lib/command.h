/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: other programs, which are asked for what they know.
 */
#ifndef _PORTACLCTL_LIB_COMMAND_H
#define _PORTACLCTL_LIB_COMMAND_H

char *read_command(const char *const *argv);

#endif /* _PORTACLCTL_LIB_COMMAND_H */
