/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: namespaces of processes, and which user namespace owns them.
 */
#ifndef _PORTACLCTL_SYSTEM_NETNS_H
#define _PORTACLCTL_SYSTEM_NETNS_H

#include <sys/types.h>

#include "lib/util.h"

bool process_same_file(pid_t a, pid_t b, const char *name);
bool process_same_ns(pid_t a, pid_t b, const char *ns);
bool process_host_owner(pid_t pid, const char *ns);
bool process_owns_net(pid_t pid);
bool net_enter(pid_t pid, int *own);
void net_leave(int own);
void local_ports(u32 *min, u32 *max);
u32 unprivileged_start(pid_t pid);

#endif /* _PORTACLCTL_SYSTEM_NETNS_H */
