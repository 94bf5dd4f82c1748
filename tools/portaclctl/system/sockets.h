/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the sockets that hold a port, as the kernel lists them.
 */
#ifndef _PORTACLCTL_SYSTEM_SOCKETS_H
#define _PORTACLCTL_SYSTEM_SOCKETS_H

#include <netinet/in.h>

#include "system/bound.h"

extern const char *const bound_states[BOUND_NR_STATES];

void sockets_read(struct sockets *sockets, pid_t pid, u8 proto, u16 port);
void sockets_read_all(struct sockets *sockets);
void sockets_free(struct sockets *sockets);
const char *bound_addr(const struct bound *bound, char text[INET6_ADDRSTRLEN]);
bool bound_clashes(const struct bound *bound,
		   const struct portacl_request *request);

#endif /* _PORTACLCTL_SYSTEM_SOCKETS_H */
