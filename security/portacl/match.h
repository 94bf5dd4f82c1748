/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the verdict on one bind.
 */
#ifndef _SECURITY_PORTACL_MATCH_H
#define _SECURITY_PORTACL_MATCH_H

#include <linux/hash.h>

#include "policy.h"

/**
 * struct portacl_request - who wants to bind what
 * @exe: keyed hash of the executable's path, 0: unknown
 * @taint: bits of enum portacl_taint
 * @uid: effective uid in the initial user namespace
 * @gid: effective gid in the initial user namespace
 * @nr_groups: number of supplementary groups
 * @groups: supplementary groups, ascending as the kernel keeps them
 * @port: port in host byte order, never 0
 * @proto: enum portacl_proto
 * @launcher: hash of the path of the program that launched it, if that one was
 *	root's own and sound, else 0
 * @launch_root: real uid 0 executed the program, or a launcher did
 * @other_net: the socket is not in the initial network namespace
 * @nr_bound: number of prefixes in @bound, 0: the address is not known
 * @bound: all addresses that the bind covers
 * @cgroup: path of the cgroup, NULL: not known or not yet asked for
 * @has_cgroup: @cgroup was asked for
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
	bool has_cgroup;
	const char *cgroup;
	struct portacl_cidr bound[2];
};

/*
 * Why a rule does not match, or why a bind was refused.  The later in this
 * list, the nearer the rule was.
 */
enum portacl_reason {
	PORTACL_REASON_NONE,
	PORTACL_REASON_DEFAULT,
	PORTACL_REASON_RULE,
	PORTACL_REASON_RESERVED,
	PORTACL_REASON_PORT,
	PORTACL_REASON_PROTO,
	PORTACL_REASON_NET,
	PORTACL_REASON_EXE,
	PORTACL_REASON_ALIAS,
	PORTACL_REASON_UID,
	PORTACL_REASON_GID,
	PORTACL_REASON_ADDR,
	PORTACL_REASON_LAUNCH,
	PORTACL_REASON_CGROUP,
	PORTACL_REASON_TAINT,	/* plus enum portacl_taint */
	PORTACL_NR_REASONS = PORTACL_REASON_TAINT + PORTACL_NR_TAINTS,
};

/* What decided. */
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
 * @rule: number of the deciding rule, from 1; 0: the default decided
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
 * @rule: its number, from 1; 0: no rule names the port
 * @reason: why it did not match
 */
struct portacl_miss {
	u32 rule;
	enum portacl_reason reason;
};

struct portacl_verdict portacl_match(const struct portacl_policy *policy,
				     struct portacl_request *req);
struct portacl_verdict
portacl_match_reserved(const struct portacl_policy *policy,
		       const struct portacl_request *req);
struct portacl_miss portacl_match_nearest(const struct portacl_policy *policy,
					  struct portacl_request *req,
					  u32 limit);
enum portacl_reason portacl_match_rule(const struct portacl_policy *policy,
				       const struct portacl_rule *rule,
				       struct portacl_request *req);
bool portacl_match_only(const struct portacl_policy *policy,
			const struct portacl_rule *rule,
			const struct portacl_request *req);
void portacl_request_addr(struct portacl_request *req, const u8 *addr,
			  bool v6only);
const char *portacl_reason_text(enum portacl_reason reason);

/*
 * Supplied by who calls the matcher: fills @req->cgroup when the first rule
 * needs it, and hashes a path as the identity of a program is hashed.
 */
void portacl_request_cgroup(struct portacl_request *req);
u64 portacl_hash_path(const char *path, size_t len);

/* The index, policy.c's and match.c's own. */
#define PORTACL_SPANS_PER_LEAF 8
/* More than a walk down the largest tree leaves undone. */
#define PORTACL_TREE_DEPTH 32

/**
 * portacl_key_tag - what a rule in the hash table names
 * @key: what it names
 * @port: port, or 0
 * @exe: hash of the executable's path, or 0
 * @uid: user, or 0
 *
 * Without an executable no two tags are the same; with one they are as likely
 * so as two executables have the same hash, which is 64 bits with a secret key:
 * who has the tag is who the rule names.  The upper bits choose the bucket.
 *
 * Return: the tag.
 */
static inline u64 portacl_key_tag(enum portacl_key key, u16 port, u64 exe,
				  u32 uid)
{
	u64 rest = (u64)uid << 19 | (u32)port << 3 | key;

	return exe ^ rest * GOLDEN_RATIO_64;
}

u32 portacl_match_wide(const struct portacl_policy *policy, u64 exe, u32 uid,
		       u16 port, u8 proto, u32 limit);

/**
 * portacl_match_quick - find the plain rule for a program, if it is the first
 * @policy: the policy
 * @exe: hash of the executable's path
 * @uid: effective uid
 * @port: port
 * @proto: enum portacl_proto
 *
 * For a sound identity in the initial network namespace.
 *
 * Context: any, under rcu_read_lock().
 * Return: number of the rule that grants the port without more ado, from 1;
 * 0: portacl_match() has to decide.
 */
static __always_inline u32
portacl_match_quick(const struct portacl_policy *policy, u64 exe, u32 uid,
		    u16 port, u8 proto)
{
	u64 tag = portacl_key_tag(PORTACL_KEY_EXE_UID, port, exe, uid);
	u32 next = policy->buckets[tag >> policy->shift], index = U32_MAX;
	const struct portacl_rule *rule;

	while (next) {
		const struct portacl_entry *entry = &policy->entries[next - 1];

		if (entry->tag == tag) {
			index = entry->rule;
			break;
		}
		next = entry->next;
	}
	if (policy->first[PORTACL_KEY_WIDE_EXE_UID] < index)
		index = portacl_match_wide(policy, exe, uid, port, proto,
					   index);
	if (index == U32_MAX)
		return 0;
	rule = &policy->rules[index];
	if ((rule->flags & PORTACL_RULE_PLAIN) &&
	    (rule->protos & BIT(proto)) &&
	    (index < policy->rest || !test_bit(port, policy->shared)))
		return index + 1;
	return 0;
}

int portacl_index_build(struct portacl_policy *policy);

#endif /* _SECURITY_PORTACL_MATCH_H */
