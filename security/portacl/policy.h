/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the policy object.  Built by one writer, then never written again.
 */
#ifndef _SECURITY_PORTACL_POLICY_H
#define _SECURITY_PORTACL_POLICY_H

#include <linux/kref.h>
#include <linux/workqueue.h>

#include "index.h"
#include "portacl.h"
#include "types.h"

/* Flags of struct portacl_rule. */
#define PORTACL_RULE_ALLOW BIT(0)
#define PORTACL_RULE_ONLY BIT(1)
#define PORTACL_RULE_NET_ANY BIT(2)
#define PORTACL_RULE_LAUNCH_ROOT BIT(3)
#define PORTACL_RULE_LOG BIT(4)
#define PORTACL_RULE_NOLOG BIT(5)
/* The rule is in portacl_policy.segments, or in the tree. */
#define PORTACL_RULE_SEGMENT BIT(6)
#define PORTACL_RULE_TREE BIT(7)

/* In portacl_policy.exes: at least one allow rule does not accept the taint. */
#define PORTACL_EXE_PROTECTED BIT(31) /* PORTACL_TAINT_ENV */
#define PORTACL_EXE_UNWRITABLE BIT(30) /* PORTACL_TAINT_WRITABLE */
/* The other bits are the rule's index. */
#define PORTACL_EXE_RULE (PORTACL_EXE_UNWRITABLE - 1)

/**
 * struct portacl_rule - one line of the policy
 * @exe: keyed hash of the executable's path, 0: any program
 * @exe_text: offset of that path in portacl_policy.strings, 0: none
 * @cgroup: offset of the cgroup's path in portacl_policy.strings, 0: any
 * @args: index in portacl_policy.args of this rule's lists: the ranges of
 *	ports, uids and gids, each sorted and disjoint, then the prefixes
 * @nr_ports: number of port ranges, never 0
 * @nr_uids: number of uid ranges, 0: any user
 * @nr_gids: number of gid ranges, 0: any group
 * @nr_addrs: number of address prefixes, 0: any address
 * @protos: bits of enum portacl_proto
 * @accept: bits of enum portacl_taint that the rule takes
 * @flags: PORTACL_RULE_*
 * @exact: the rule demands nothing but @exe, users, ports and @protos
 */
struct portacl_rule {
	u64 exe;
	u32 exe_text;
	u32 cgroup;
	u32 args;
	u16 nr_ports;
	u16 nr_uids;
	u16 nr_gids;
	u16 nr_addrs;
	u8 protos;
	u8 accept;
	u8 flags;
	bool exact;
};

/* Rules are compared as bytes, so there must be no padding. */
static_assert(sizeof(struct portacl_rule) == sizeof(u64) + 6 * sizeof(u32));
static_assert(PORTACL_ANY_PROTO <= U8_MAX);
static_assert(BIT(PORTACL_NR_ACCEPT) - 1 <= U8_MAX);
static_assert(PORTACL_RULE_TREE <= U8_MAX);

/* Upper bound on the aliases that a policy remembers. */
#define PORTACL_MAX_ALIASES 32

/**
 * struct portacl_alias - an exe= path that is not canonical
 * @exe: hash of the path in the rule; no program has it
 * @target: hash of the path that it resolves to
 */
struct portacl_alias {
	u64 exe;
	u64 target;
};

/**
 * struct portacl_launcher - a program whose launches count as root's own
 * @exe: keyed hash of its path
 * @text: offset of that path in portacl_policy.strings
 */
struct portacl_launcher {
	u64 exe;
	u32 text;
};

struct portacl_stats;

/**
 * struct portacl_policy - a set of rules and its index
 * @ports: the ports that a rule names, or all unless @default_action is legacy
 * @kinds: for each port, the kinds of key that rules for it have, as bits
 * @first: for each kind of key, the lowest rule that has it; ~0: none
 * @buckets: index of each bucket's first entry plus one
 * @shift: a tag shifted right by it is the bucket's index
 * @nr_nodes: number of nodes
 * @entries: the hash table's entries
 * @rules: the rules in file order
 * @nr_rules: number of rules
 * @args: the lists of the rules
 * @segments: rules with ranges of users
 * @nodes: the tree
 * @spans: the tree's spans
 * @exes: for each program named, the first rule that does, ordered by the
 *	program's hash; PORTACL_EXE_PROTECTED and PORTACL_EXE_UNWRITABLE if any
 *	rule sets them
 * @nr_exes: number of @exes
 * @nr_aliases: number of @aliases
 * @aliases: exe= paths that never match, to report the reason
 * @nr_launchers: number of @launchers
 * @launchers: the launchers in file order
 * @strings: the paths, each ended by a NUL; offset 0 holds none
 * @only: the ports that a rule reserves in the initial network namespace, then
 *	those in others; NULL: none
 * @has_addrs: a rule has addr=
 * @default_action: what happens to a bind that no rule matches
 * @size: memory of the policy in bytes
 * @refs: refcount; being the active policy counts as one
 * @retire: work that drops that reference
 * @stats: the counters of the rules, the only part that is written later
 * @generation: number of this policy since boot
 * @digest: SHA-256 of the canonical text
 * @loader_uid: uid of the loader
 * @loader_pid: process id of the loader, 0: the kernel during boot
 * @loaded: time of the load, as time64_t
 */
struct portacl_policy {
	unsigned long *ports;
	u8 *kinds;
	u32 first[PORTACL_NR_KINDS];
	u32 *buckets;
	u32 shift;
	u32 nr_nodes;
	struct portacl_entry *entries;
	struct portacl_rule *rules;
	u32 nr_rules;
	u32 *args;
	struct portacl_segments segments;
	struct portacl_node *nodes;
	struct portacl_span *spans;
	u32 *exes;
	u32 nr_exes;
	u32 nr_aliases;
	struct portacl_alias aliases[PORTACL_MAX_ALIASES];
	u32 nr_launchers;
	struct portacl_launcher launchers[PORTACL_MAX_LAUNCHERS];
	char *strings;
	unsigned long *only[2];
	bool has_addrs;
	enum portacl_action default_action;
	size_t size;
	struct kref refs;
	struct rcu_work retire;
	struct portacl_stats *stats;
	u64 generation;
	u8 digest[32];
	u32 loader_uid;
	s32 loader_pid;
	s64 loaded;
};

void portacl_policy_free(struct portacl_policy *policy);
void portacl_rule_set_ports(const struct portacl_policy *policy,
			    const struct portacl_rule *rule,
			    unsigned long *set);
bool portacl_rule_is_plain(const struct portacl_rule *rule, u8 flags);
bool portacl_policy_protects(const struct portacl_policy *policy, u64 exe);

/* Is a program a launcher? */
static inline bool portacl_policy_launcher(const struct portacl_policy *policy,
					   u64 exe)
{
	u32 i;

	for (i = 0; exe && i < policy->nr_launchers; i++)
		if (policy->launchers[i].exe == exe)
			return true;
	return false;
}

static inline const struct portacl_range *
portacl_rule_ports(const struct portacl_policy *policy,
		   const struct portacl_rule *rule)
{
	return (const struct portacl_range *)(policy->args + rule->args);
}

static inline const struct portacl_range *
portacl_rule_uids(const struct portacl_policy *policy,
		  const struct portacl_rule *rule)
{
	return portacl_rule_ports(policy, rule) + rule->nr_ports;
}

static inline const struct portacl_range *
portacl_rule_gids(const struct portacl_policy *policy,
		  const struct portacl_rule *rule)
{
	return portacl_rule_uids(policy, rule) + rule->nr_uids;
}

static inline const struct portacl_cidr *
portacl_rule_addrs(const struct portacl_policy *policy,
		   const struct portacl_rule *rule)
{
	return (const struct portacl_cidr *)
		(portacl_rule_gids(policy, rule) + rule->nr_gids);
}

/* The ranges are sorted and disjoint.  Most often there is one. */
static __always_inline bool portacl_in_ranges(const struct portacl_range *range,
					      u32 nr, u32 value)
{
	if (likely(nr == 1))
		return value - range->min <= range->max - range->min;
	while (nr) {
		u32 half = nr / 2;

		if (value > range[half].max) {
			range += half + 1;
			nr -= half + 1;
		} else if (value < range[half].min) {
			nr = half;
		} else {
			return true;
		}
	}
	return false;
}

#endif /* _SECURITY_PORTACL_POLICY_H */
