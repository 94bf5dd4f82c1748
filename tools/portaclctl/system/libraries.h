/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the shared libraries that a program needs.
 */
#ifndef _PORTACLCTL_SYSTEM_LIBRARIES_H
#define _PORTACLCTL_SYSTEM_LIBRARIES_H

char *missing_library(const char *path);

#endif /* _PORTACLCTL_SYSTEM_LIBRARIES_H */
