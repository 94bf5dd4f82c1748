/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: capabilities of files.
 */
#ifndef _PORTACLCTL_SYSTEM_FILECAPS_H
#define _PORTACLCTL_SYSTEM_FILECAPS_H

#include <sys/stat.h>

#include "lib/util.h"

/**
 * struct filecap - does a file have CAP_NET_BIND_SERVICE?
 * @permitted: it has
 * @effective: it has all of its capabilities in force from the start
 * @others: it has other capabilities, too
 * @root_uid: it only holds where this uid is root, 0: everywhere
 */
struct filecap {
	bool permitted;
	bool effective;
	bool others;
	u32 root_uid;
};

typedef void filecap_found_t(const char *path, const struct stat *st,
			     const struct filecap *cap, void *priv);

bool filecap_read(const char *path, struct filecap *cap);
bool filecaps_search(const char *dir, filecap_found_t *report, void *priv);

#endif /* _PORTACLCTL_SYSTEM_FILECAPS_H */
