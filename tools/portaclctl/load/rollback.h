/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a policy that goes away unless somebody can still confirm it.
 */
#ifndef _PORTACLCTL_LOAD_ROLLBACK_H
#define _PORTACLCTL_LOAD_ROLLBACK_H

#include "lib/util.h"

/**
 * struct guard - a process that brings the old policy back
 * @pid: its process id
 * @fd: a socket to it
 * @rollback: the transaction that brings the old policy back
 */
struct guard {
	pid_t pid;
	int fd;
	const char *rollback;
};

void guard_start(struct guard *guard, const char *rollback, u32 seconds);
void guard_dismiss(struct guard *guard);
void guard_watch(struct guard *guard);
int guard_confirm(struct guard *guard, int answer_fd, u32 seconds);

#endif /* _PORTACLCTL_LOAD_ROLLBACK_H */
