/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a policy that goes away unless somebody can still confirm it.
 */
#ifndef _PORTACLCTL_LOAD_ROLLBACK_H
#define _PORTACLCTL_LOAD_ROLLBACK_H

#include "lib/util.h"

/**
 * struct guard - a process that brings the old policy back
 * @rollback: the transaction that brings the old policy back; it does nothing
 *	while the old policy is in force
 * @from: a file that is renamed to @to if the new policy stays, else removed;
 *	or NULL
 * @to: the file of the policy that it replaces
 * @old: the text of @to; it stays if somebody else changes it
 * @before: the generation that the new policy replaces
 * @generation: that of the new policy
 * @seconds: time to confirm, from when the policy is in force, and again from
 *	each guard_watch()
 * @pid: its process id
 * @fd: a socket to it
 */
struct guard {
	const char *rollback;
	const char *from;
	const char *to;
	const char *old;
	u64 before;
	const char *generation;
	u32 seconds;
	pid_t pid;
	int fd;
};

void guard_start(struct guard *guard);
void guard_dismiss(struct guard *guard);
void guard_watch(struct guard *guard);
int guard_keep(struct guard *guard);
int guard_confirm(struct guard *guard, int answer_fd);

#endif /* _PORTACLCTL_LOAD_ROLLBACK_H */
