/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: ports that are served without a bind.
 */
#ifndef _PORTACLCTL_SYSTEM_REDIRECT_H
#define _PORTACLCTL_SYSTEM_REDIRECT_H

#include <sys/types.h>

#include "lib/util.h"

/**
 * struct steering - what else may serve a port; for steering_free()
 * @found: what sends its packets elsewhere, or may
 * @unseen: what could not be looked at
 */
struct steering {
	struct list found;
	struct list unseen;
};

void steering_read(struct steering *steering, u8 proto, u32 port, pid_t pid);
void steering_free(struct steering *steering);
void steering_ipvs(struct steering *steering, char *text, u8 proto, u32 port);
void steering_nft(struct steering *steering, const char *text, u8 proto,
		  u32 port);

#endif /* _PORTACLCTL_SYSTEM_REDIRECT_H */
