/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what the kernel has observed in mode learn.
 */
#ifndef _PORTACLCTL_KERNEL_OBSERVED_H
#define _PORTACLCTL_KERNEL_OBSERVED_H

#include "lib/util.h"
#include "policy.h"

/**
 * struct observed - a bind that was seen
 * @exe: path of the program, as a policy writes it
 * @verified: it is the path of the identity
 * @uid: effective user
 * @proto: enum portacl_proto
 * @port: port
 * @action: what the policy said, enum portacl_action
 * @count: how often
 * @taint: bits of enum portacl_taint
 * @by_rule: a deny rule refused it, as far as is known
 */
struct observed {
	char *exe;
	bool verified;
	u32 uid;
	u8 proto;
	u16 port;
	u8 action;
	u64 count;
	u32 taint;
	bool by_rule;
};

struct observed *observed_read(const char *text, u32 *nr);
void observed_sort(struct observed *seen, u32 nr);

#endif /* _PORTACLCTL_KERNEL_OBSERVED_H */
