/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: how the tool ends.
 */
#ifndef _PORTACLCTL_LIB_STATUS_H
#define _PORTACLCTL_LIB_STATUS_H

#define NORETURN __attribute__((noreturn))

/* The exit status: 0 and 1 are answers, as those of grep(1) and diff(1). */
enum {
	EXIT_OK,
	EXIT_REFUSED,
	EXIT_ERROR,
};

#endif /* _PORTACLCTL_LIB_STATUS_H */
