/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: BPF programs that may refuse a bind.
 */
#ifndef _PORTACLCTL_SYSTEM_BPF_H
#define _PORTACLCTL_SYSTEM_BPF_H

#include <sys/types.h>

#include "lib/util.h"

int cgroup_bpf(const char *cgroup, struct list *names);
int sk_lookup_bpf(pid_t pid, struct list *names);
int security_bpf(struct list *names);

#endif /* _PORTACLCTL_SYSTEM_BPF_H */
