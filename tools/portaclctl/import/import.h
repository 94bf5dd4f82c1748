/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: import settings of other mechanisms.
 */
#ifndef _PORTACLCTL_IMPORT_IMPORT_H
#define _PORTACLCTL_IMPORT_IMPORT_H

int cmd_import(char **argv);

#endif /* _PORTACLCTL_IMPORT_IMPORT_H */
