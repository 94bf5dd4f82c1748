/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the policy object.  Built by one writer, then never written again.
 */
#ifndef _SECURITY_PORTACL_POLICY_H
#define _SECURITY_PORTACL_POLICY_H

#include <linux/bitops.h>
#include <linux/kref.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "portacl.h"

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

/* What a policy does with a bind: by a rule, or as its default. */
enum portacl_action {
	PORTACL_LEGACY,
	PORTACL_ALLOW,
	PORTACL_DENY,
	PORTACL_NR_ACTIONS,
};

/*
 * Why an executable's identity is not to be trusted.  The first four may be
 * taken by a rule (accept=), the others never.
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
	PORTACL_TAINT_NOSUID,	/* the mount; said beside the former */
	PORTACL_TAINT_NOPATH,
	PORTACL_NR_TAINTS,
};

/* Those that a trusted launch leaves out. */
#define PORTACL_LAUNCH_TAINTS (BIT(PORTACL_TAINT_ENV) | BIT(PORTACL_TAINT_NNP))

/* Flags of struct portacl_rule. */
#define PORTACL_RULE_ALLOW BIT(0)
#define PORTACL_RULE_ONLY BIT(1)
#define PORTACL_RULE_NET_ANY BIT(2)
#define PORTACL_RULE_LAUNCH_ROOT BIT(3)
#define PORTACL_RULE_LOG BIT(4)
#define PORTACL_RULE_NOLOG BIT(5)
/* Allows, silently, and says no more than a program, users and ports. */
#define PORTACL_RULE_PLAIN BIT(6)
/* Stands in the tree of the index. */
#define PORTACL_RULE_TREE BIT(7)

/* In portacl_policy.exes: an allow rule does not accept PORTACL_TAINT_ENV. */
#define PORTACL_STRICT BIT(31)
/* The same for PORTACL_TAINT_WRITABLE. */
#define PORTACL_UNWRITABLE BIT(30)
/* The rest is the rule's index. */
#define PORTACL_EXE_RULE (PORTACL_UNWRITABLE - 1)

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
};

/*
 * The index keys a rule on what it names exactly: a port and who may have it,
 * or if it has many ports only the latter.  What has ranges of uids, or many
 * ports for everybody, stands in the tree instead.
 */
enum portacl_key {
	PORTACL_KEY_EXE_UID,
	PORTACL_KEY_EXE,
	PORTACL_KEY_UID,
	PORTACL_KEY_PORT,
	PORTACL_KEY_WIDE, /* the same without the port */
	PORTACL_KEY_WIDE_EXE_UID = PORTACL_KEY_WIDE,
	PORTACL_KEY_WIDE_EXE,
	PORTACL_KEY_WIDE_UID,
	PORTACL_NR_KEYS,
};

/**
 * struct portacl_entry - a rule in the hash table
 * @tag: its port, executable and uid, see portacl_key_tag()
 * @rule: number of the rule, or nr_rules more for the ports that it reserves
 * @next: index of the bucket's next entry plus one, rules ascending; 0: last
 */
struct portacl_entry {
	u64 tag;
	u32 rule;
	u32 next;
};

/**
 * struct portacl_span - a rule in the tree: a rectangle of ports and uids
 * @rule: as in struct portacl_entry
 * @port_min: lowest port
 * @port_max: highest port
 * @uid_min: lowest uid
 * @uid_max: highest uid
 * @protos: bits of enum portacl_proto
 */
struct portacl_span {
	u32 rule;
	u16 port_min;
	u16 port_max;
	u32 uid_min;
	u32 uid_max;
	u8 protos;
};

/**
 * struct portacl_node - a node of the tree, in preorder
 * @exe_min: lowest executable's hash below it
 * @exe_max: highest executable's hash below it
 * @hull: smallest rectangle and lowest rule of all spans below it
 * @right: index of an inner node's second child; the first one follows it
 * @span: index of a leaf's first span
 * @nr_spans: number of a leaf's spans, 0: an inner node
 */
struct portacl_node {
	u64 exe_min;
	u64 exe_max;
	struct portacl_span hull;
	u32 right;
	u32 span;
	u32 nr_spans;
};

/* The most misspelt programs that a policy remembers. */
#define PORTACL_MAX_ALIASES 32

/**
 * struct portacl_alias - a rule's exe= that is another path's other name
 * @exe: hash of the path in the rule, which no program can have
 * @target: hash of the path that it resolves to
 */
struct portacl_alias {
	u64 exe;
	u64 target;
};

/**
 * struct portacl_launcher - a program whose launches count as root's
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
 * @ports: the ports that a rule, or the default, has an opinion on
 * @first: per kind of key, the lowest rule in the hash table; ~0: none
 * @rest: the lowest rule that is not found by a program and a user
 * @shared: the ports that such rules cover
 * @buckets: index of each bucket's first entry plus one
 * @shift: a tag shifted right by it is the bucket's index
 * @nr_nodes: number of nodes
 * @entries: the hash table's entries
 * @rules: the rules in file order
 * @nr_rules: number of rules
 * @args: the lists of the rules
 * @nodes: the tree
 * @spans: the tree's spans
 * @exes: for each program named, the first rule that does, ordered by the
 *	program's hash; PORTACL_STRICT and PORTACL_UNWRITABLE for any rule
 * @nr_exes: number of @exes
 * @nr_aliases: number of @aliases
 * @aliases: programs that no rule will ever match, to say why
 * @nr_launchers: number of @launchers
 * @launchers: the launchers in file order
 * @strings: the paths, each ended by a NUL; offset 0 holds none
 * @only: the ports that a rule reserves in the initial network namespace, and
 *	in others; NULL: none
 * @has_addrs: a rule has addr=
 * @fallback: what happens to a bind that no rule matches
 * @size: memory taken by all this, in bytes
 * @refs: references, one of them for being the active policy
 * @retire: drops that one
 * @stats: the counters of the rules; not part of what is immutable
 * @generation: number of this policy since boot
 * @digest: SHA-256 of the canonical text
 * @loader_uid: who loaded it
 * @loader_pid: who loaded it, 0: the kernel at its start
 * @loaded: when it was loaded, as time64_t
 */
struct portacl_policy {
	unsigned long *ports;
	u32 first[PORTACL_NR_KEYS];
	u32 rest;
	unsigned long *shared;
	u32 *buckets;
	u32 shift;
	u32 nr_nodes;
	struct portacl_entry *entries;
	struct portacl_rule *rules;
	u32 nr_rules;
	u32 *args;
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
	enum portacl_action fallback;
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

/**
 * struct portacl_vec - an array that grows
 * @data: the elements
 * @len: number of elements in use
 * @cap: number of elements there is room for
 */
struct portacl_vec {
	void *data;
	u32 len;
	u32 cap;
};

/**
 * struct portacl_draft - a policy while it is being written
 * @rules: of struct portacl_rule
 * @args: of u32
 * @strings: of char
 * @launchers: of struct portacl_launcher, at most PORTACL_MAX_LAUNCHERS
 * @fallback: the policy's default
 */
struct portacl_draft {
	struct portacl_vec rules;
	struct portacl_vec args;
	struct portacl_vec strings;
	struct portacl_vec launchers;
	enum portacl_action fallback;
};

int portacl_vec_push(struct portacl_vec *vec, const void *src, u32 nr,
		     size_t size);
void portacl_draft_free(struct portacl_draft *draft);
struct portacl_policy *portacl_policy_build(struct portacl_draft *draft);
void portacl_policy_free(struct portacl_policy *policy);
bool portacl_policy_strict(const struct portacl_policy *policy, u64 exe);
bool portacl_policy_launcher(const struct portacl_policy *policy, u64 exe);

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

#endif /* _SECURITY_PORTACL_POLICY_H */
