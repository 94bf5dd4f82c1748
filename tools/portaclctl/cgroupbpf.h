/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: BPF programs that may refuse a bind.
 */
#ifndef _PORTACLCTL_CGROUPBPF_H
#define _PORTACLCTL_CGROUPBPF_H

#include "util.h"

int cgroup_bpf(const char *cgroup, struct list *names);
int security_bpf(struct list *names);

#endif /* _PORTACLCTL_CGROUPBPF_H */
