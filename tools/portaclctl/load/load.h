/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: put a policy in force.
 */
#ifndef _PORTACLCTL_LOAD_LOAD_H
#define _PORTACLCTL_LOAD_LOAD_H

int cmd_load(char **argv);

#endif /* _PORTACLCTL_LOAD_LOAD_H */
