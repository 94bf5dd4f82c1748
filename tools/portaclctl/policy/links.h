/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: exe= paths that lead elsewhere.
 */
#ifndef _PORTACLCTL_POLICY_LINKS_H
#define _PORTACLCTL_POLICY_LINKS_H

#include "lib/util.h"

/* Where symbolic links lead. */
enum link_kind {
	LINK_NONE,	/* there is none, or no file */
	LINK_SAFE,	/* only root can change where they lead */
	LINK_UNSAFE,
};

enum link_kind link_follow(const char *path, char *target);
char *path_escape(const char *path);

#endif /* _PORTACLCTL_POLICY_LINKS_H */
