/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: who wants to bind what, as explain is asked.
 */
#ifndef _PORTACLCTL_EXPLAIN_SUBJECT_H
#define _PORTACLCTL_EXPLAIN_SUBJECT_H

#include "explain/refusals.h"
#include "policy/request.h"
#include "system/process.h"

/**
 * struct subject - a process, or a program and a user, and a port
 * @process: the process; its pid is 0 if it does not run
 * @notes: what is odd about the program
 * @setcap: its file gives it CAP_NET_BIND_SERVICE
 * @proto: name of the protocol
 * @port: the port
 * @request: what the policy is asked
 * @recorded: a log reports the bind
 */
struct subject {
	struct process process;
	struct list notes;
	bool setcap;
	const char *proto;
	u32 port;
	struct request request;
	bool recorded;
};

void subject_read(struct subject *subject, char **argv);
void subject_read_refusal(struct subject *subject,
			  const struct refusal *refusal);
void subject_free(struct subject *subject);
char *subject_name(const struct subject *subject);

#endif /* _PORTACLCTL_EXPLAIN_SUBJECT_H */
