/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a bind that a policy is asked about.
 */
#ifndef _PORTACLCTL_POLICY_REQUEST_H
#define _PORTACLCTL_POLICY_REQUEST_H

#include "kernel/record.h"
#include "match.h"

/**
 * struct request - a bind, with the paths that the matcher has hashes of
 * @bind: the bind; its groups and its cgroup are those below
 * @exe: path of the program, or NULL
 * @launcher: path of what launched it, or NULL
 * @cgroup: path of the cgroup, or NULL
 * @groups: supplementary groups, ascending
 */
struct request {
	struct portacl_request bind;
	char *exe;
	char *launcher;
	char *cgroup;
	u32 *groups;
};

void request_read(struct request *request, const char *text);
void request_words(struct request *request, char **words, const char *more);
char *request_resolve(struct request *request);
void request_set_place(struct request *request, u8 proto, u16 port,
		       const u8 *addr, bool v6only);
void request_set_prefix(struct request *request, u8 proto, u16 port,
			const struct portacl_cidr *cidr);
void request_set_record(struct request *request, const struct record *record);
char *request_text(const struct request *request);
void request_free(struct request *request);

#endif /* _PORTACLCTL_POLICY_REQUEST_H */
