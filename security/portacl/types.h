/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the terms of the policy language, the request and the verdict.
 */
#ifndef _SECURITY_PORTACL_TYPES_H
#define _SECURITY_PORTACL_TYPES_H

#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/types.h>

#define PORTACL_NR_PORTS 65536

/* The transports, as bits of portacl_rule.protos and in the order printed. */
enum portacl_proto {
	PORTACL_TCP,
	PORTACL_UDP,
	PORTACL_SCTP,
	PORTACL_UDPLITE,
	PORTACL_DCCP,
	PORTACL_NR_PROTOS,
};

#define PORTACL_ANY_PROTO ((1U << PORTACL_NR_PROTOS) - 1)

/* The action of a rule, or of the default. */
enum portacl_action {
	PORTACL_LEGACY,
	PORTACL_ALLOW,
	PORTACL_DENY,
	PORTACL_NR_ACTIONS,
};

/*
 * Reasons to distrust the identity of an executable.  A rule can accept the
 * first four (accept=), but never the others.
 */
enum portacl_taint {
	PORTACL_TAINT_ENV,	/* a non-root launcher chose the environment */
	PORTACL_TAINT_NNP,	/* no_new_privs set by a non-root launcher */
	PORTACL_TAINT_CHROOT,	/* the root directory is not the host's */
	PORTACL_TAINT_WRITABLE,	/* others can write the file or its path */
	PORTACL_NR_ACCEPT,
	PORTACL_TAINT_IDMAPPED = PORTACL_NR_ACCEPT,
	PORTACL_TAINT_DELETED,
	PORTACL_TAINT_SHARED,	/* CLONE_FS with another process */
	PORTACL_TAINT_TRACED,
	PORTACL_TAINT_NAMESPACE, /* user or mount namespace */
	PORTACL_TAINT_NOSUID,	/* nosuid mount, set beside NAMESPACE */
	PORTACL_TAINT_NOPATH,
	PORTACL_NR_TAINTS,
};

/* These do not count if a declared launcher started the program. */
#define PORTACL_LAUNCH_TAINTS (BIT(PORTACL_TAINT_ENV) | BIT(PORTACL_TAINT_NNP))

/* The keys of a rule, in the order of printing. */
enum portacl_key {
#define PORTACL_RULE_KEY(NAME, name) PORTACL_KEY_##NAME,
#include "key_defs.h"
	PORTACL_NR_KEYS,
};

/**
 * struct portacl_range - an inclusive range of ports, uids or gids
 * @min: lowest value
 * @max: highest value
 */
struct portacl_range {
	u32 min;
	u32 max;
};

/**
 * struct portacl_cidr - an address prefix; IPv4 is kept as mapped IPv6
 * @addr: address in network byte order, host bits zero
 * @len: number of leading bits that count, 96 to 128 for IPv4
 */
struct portacl_cidr {
	u8 addr[16];
	u32 len;
};

/**
 * struct portacl_request - a bind and its subject
 * @exe: keyed hash of the executable's path, 0: unknown
 * @taint: bits of enum portacl_taint
 * @uid: effective uid in the initial user namespace
 * @gid: effective gid in the initial user namespace
 * @nr_groups: number of supplementary groups
 * @groups: supplementary groups, ascending as the kernel keeps them
 * @port: port in host byte order, never 0
 * @proto: enum portacl_proto
 * @launcher: hash of the path of the program that launched it, if that one was
 *	executed by real uid 0 and untainted, else 0
 * @launch_root: real uid 0 executed the program, or a launcher did
 * @other_net: the socket is not in the initial network namespace
 * @nr_bound: number of prefixes in @bound, 0: the address is not known
 * @bound: all addresses that the bind covers
 * @cgroup: path of the cgroup, NULL: not known
 * @get_cgroup: returns the path instead of @cgroup, called when a rule has
 *	cgroup=, perhaps more than once; NULL: take @cgroup
 * @context: argument of @get_cgroup
 */
struct portacl_request {
	u64 exe;
	u64 launcher;
	u32 taint;
	u32 uid;
	u32 gid;
	u32 nr_groups;
	const u32 *groups;
	u16 port;
	u8 proto;
	bool launch_root;
	bool other_net;
	u8 nr_bound;
	const char *cgroup;
	const char *(*get_cgroup)(void *context);
	void *context;
	struct portacl_cidr bound[2];
};

/*
 * Why a rule does not match, or why a bind was refused.  The later in this
 * list, the nearer the rule was.
 */
enum portacl_reason {
#define PORTACL_REASON(NAME, text) PORTACL_REASON_##NAME,
#include "key_defs.h"
	PORTACL_REASON_TAINT,	/* plus enum portacl_taint */
	PORTACL_NR_REASONS = PORTACL_REASON_TAINT + PORTACL_NR_TAINTS,
};

/* Instead of the index of a rule. */
#define PORTACL_NO_RULE U32_MAX

/* The part of the policy that decided. */
enum portacl_source {
	PORTACL_BY_DEFAULT,
	PORTACL_BY_RULE,
	PORTACL_BY_ONLY,
};

/**
 * struct portacl_verdict - the answer to a request
 * @action: enum portacl_action
 * @source: enum portacl_source
 * @reason: enum portacl_reason: why it is a denial, NONE if it is not
 * @flags: PORTACL_RULE_LOG and PORTACL_RULE_NOLOG of the deciding rule
 * @rule: index of the deciding rule, PORTACL_NO_RULE: the default decided
 */
struct portacl_verdict {
	u8 action;
	u8 source;
	u8 reason;
	u8 flags;
	u32 rule;
};

/**
 * struct portacl_miss - the allow rule that came nearest to a request
 * @rule: its index, PORTACL_NO_RULE: no rule names the port
 * @reason: why it did not match
 */
struct portacl_miss {
	u32 rule;
	enum portacl_reason reason;
};

/* Hash a path as exec hashes the path of a program. */
u64 portacl_hash_path(const char *path, size_t len);

#endif /* _SECURITY_PORTACL_TYPES_H */
