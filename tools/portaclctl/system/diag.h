/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the list of sockets that the kernel gives.
 */
#ifndef _PORTACLCTL_SYSTEM_DIAG_H
#define _PORTACLCTL_SYSTEM_DIAG_H

#include "system/bound.h"

#define ANY_PROTO PORTACL_NR_PROTOS

void sockets_unseen(struct sockets *sockets, char *text);
void diag_read(struct sockets *sockets, u8 proto, u16 port);
bool diag_take(struct sockets *sockets, u8 proto, bool mptcp, const void *data,
	       size_t len, int *error);

#endif /* _PORTACLCTL_SYSTEM_DIAG_H */
