/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: rules made of binds that were seen.
 */
#ifndef _PORTACLCTL_LEARN_LEARN_H
#define _PORTACLCTL_LEARN_LEARN_H

int cmd_learn(char **args);

#endif /* _PORTACLCTL_LEARN_LEARN_H */
