/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: verdicts, as the audit trail, the kernel log and the trace event
 * report them.
 */
#ifndef _PORTACLCTL_KERNEL_RECORD_H
#define _PORTACLCTL_KERNEL_RECORD_H

#include <time.h>

#include "lib/util.h"

/**
 * struct record - a reported verdict; for record_free()
 * @text: the report, from the verdict on
 * @time: when, in seconds since 1970; 0: the report does not say
 * @denied: the policy denied the bind
 * @permissive: the mode did not enforce that
 * @proto: enum portacl_proto
 * @port: the port
 * @addr: the address, or NULL
 * @uid: the effective user
 * @pid: the process, 0: not known
 * @comm: the name of the thread, or NULL
 * @exe: the path of the program, or NULL
 * @partial: @exe is only the start of the path
 * @verified: @exe is the path of the identity
 * @rule: number of the rule that decided, `only' or `default'; or NULL
 * @reason: why no rule allows the bind, or NULL
 *
 * The names are the bytes that the kernel saw.
 */
struct record {
	char *text;
	time_t time;
	bool denied;
	bool permissive;
	u8 proto;
	u16 port;
	char *addr;
	u32 uid;
	u32 pid;
	char *comm;
	char *exe;
	bool partial;
	bool verified;
	char *rule;
	char *reason;
};

bool record_read(struct record *record, const char *line);
bool record_is_interpreted(const char *line);
u32 record_taint(const struct record *record);
void record_free(struct record *record);

#endif /* _PORTACLCTL_KERNEL_RECORD_H */
