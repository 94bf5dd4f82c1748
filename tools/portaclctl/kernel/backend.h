/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what enforces the policy.
 */
#ifndef _PORTACLCTL_KERNEL_BACKEND_H
#define _PORTACLCTL_KERNEL_BACKEND_H

#include "lib/util.h"

/**
 * struct backend - what enforces the policy
 * @name: as `backend` and --backend name it
 * @present: return whether it is in force
 * @read: return the text of a file of securityfs; NULL: @why is the reason
 * @write: write a word to one; return NULL or the reason
 * @query: return the answer to a request; NULL: @why is the reason
 * @load: put a policy in force; return NULL or the reason, with errno
 * @unload: end it; return NULL or the reason
 * @since: return when it was attached; NULL: before any process ran
 */
struct backend {
	const char *name;
	bool (*present)(void);
	char *(*read)(const char *name, char **why);
	char *(*write)(const char *name, const char *text);
	char *(*query)(const char *request, char **why);
	char *(*load)(const char *text, size_t len);
	char *(*unload)(void);
	time_t (*since)(void);
};

extern const struct backend securityfs_backend;
extern const struct backend bpf_backend;

const char *bpf_hint(void);

#endif /* _PORTACLCTL_KERNEL_BACKEND_H */
