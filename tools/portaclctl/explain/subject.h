/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: who wants to bind what, as explain is asked.
 */
#ifndef _PORTACLCTL_EXPLAIN_SUBJECT_H
#define _PORTACLCTL_EXPLAIN_SUBJECT_H

#include "match.h"
#include "system/process.h"

/**
 * struct subject - a process, or a program and a user, and a port
 * @process: the process; its pid is 0 if it does not run
 * @notes: what is odd about the program
 * @setcap: its file gives it CAP_NET_BIND_SERVICE
 * @proto: name of the protocol
 * @port: the port
 * @request: the request for the policy
 * @bind: the same, without groups and cgroup
 * @taint: its weaknesses, bits of enum portacl_taint
 * @cgroup: the cgroup whose BPF programs count
 */
struct subject {
	struct process process;
	struct list notes;
	bool setcap;
	char *proto;
	u32 port;
	char *request;
	struct portacl_request bind;
	u32 taint;
	char *cgroup;
};

void subject_read(struct subject *subject, char **argv);
void subject_free(struct subject *subject);
char *subject_name(const struct subject *subject);

#endif /* _PORTACLCTL_EXPLAIN_SUBJECT_H */
