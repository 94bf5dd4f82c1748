/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: a policy as the BPF programs read it.
 *
 * A policy is one array of cells of 32 bytes.  The programs reach it through a
 * map of maps with one slot, so one write puts another policy in force, and a
 * bind sees either the old one or the new one.  The cells, in order:
 *
 *	head		where the parts are
 *	origin		generation, time, loader
 *	ports		four ports a cell, PA_PORT_CELLS in all
 *	more		groups, prefixes and cgroups that rules in the lists need
 *	table		rules with an exact key, a hash table
 *	programs	the programs that rules name, a hash table
 *	lists		the other rules: for each port those that name it, in file
 *			order
 *	counters	one for what no rule decided, then one a rule
 *	text		the canonical text
 *
 * A bind looks up its port first.  The port says which kinds of key to look up
 * in the table and which list to search.  The work does not depend on the
 * number of rules: a lookup reads PA_WINDOW cells at most, and a list has
 * PA_MAX_LIST rules at most.  The loader refuses a policy with longer lists.
 */
#ifndef _PORTACL_BPF_LAYOUT_H
#define _PORTACL_BPF_LAYOUT_H

/*
 * The version of the cells and of the programs.  A new program raises it, too.  Otherwise
 * status reports the new program as detached while those of the older version run.
 */
#define PA_ABI 5

/* Cells that one lookup in a hash table may read. */
#define PA_WINDOW 8
/* Rules that one list may have. */
#define PA_MAX_LIST 64
/* Names in the path of a program. */
#define PA_MAX_DEPTH 128
#define PA_MAX_NAME 255

#define PA_PORT_CELLS (65536 / 4)
#define PA_FIRST_PORT 2
#define PA_FIRST_RULE (PA_FIRST_PORT + PA_PORT_CELLS)

#define PA_MAX_UID 0xffffffffU

/**
 * struct pa_head - the first cell
 * @abi: PA_ABI; 0: the policy is not in force, but protects its programs
 * @fallback: enum portacl_action: what no rule matched
 * @table: first cell of the hash table of rules
 * @table_mask: a hash and this are an index in it
 * @programs: first cell of the hash table of programs
 * @programs_mask: a hash and this are an index in it
 * @counters: first counter
 * @text: first cell of the text
 */
struct pa_head {
	__u32 abi;
	__u32 fallback;
	__u32 table;
	__u32 table_mask;
	__u32 programs;
	__u32 programs_mask;
	__u32 counters;
	__u32 text;
};

/**
 * struct pa_origin - the second cell
 * @generation: number of the policy since the programs were attached
 * @loaded: time of the load
 * @uid: loader
 * @pid: loader
 * @nr_rules: number of rules
 * @text_len: length of the text in bytes
 */
struct pa_origin {
	__u64 generation;
	__u64 loaded;
	__u32 uid;
	__u32 pid;
	__u32 nr_rules;
	__u32 text_len;
};

/* Bits of struct pa_port.kinds: the exact keys of the rules for a port. */
#define PA_KIND_ANY_EXE 1
#define PA_KIND_ANY_UID 2
#define PA_NR_KINDS 4
/* Further bits there. */
#define PA_PORT_MORE 16	/* a rule for the port has PA_NEEDS_* */
#define PA_PORT_NET_ANY 32	/* a rule for the port has net=any */
#define PA_PORT_PART 64	/* a rule reserves the port for some addresses */
#define PA_PORT_LEARN 128	/* each bind of the port is noted, by mode learn */

/**
 * struct pa_port - what is known of a port
 * @list: first cell of its list; if a rule reserves the port, the cell before it is
 *	struct pa_reserve
 * @nr_list: number of rules in the list
 * @kinds: for each kind of key, whether the table has it; PA_PORT_*
 * @named: bits of enum portacl_proto that a rule names
 * @only: bits of enum portacl_proto that a rule reserves; the same bits, shifted
 *	by PA_CLOSED, where that leaves the kernel's own port picker no port
 */
struct pa_port {
	__u32 list;
	__u8 nr_list;
	__u8 kinds;
	__u8 named;
	__u8 only;
};

#define PA_CLOSED 5

/* Bits of struct pa_rule.flags. */
#define PA_RULE_ALLOW 1
#define PA_RULE_LAUNCH_ROOT 2
#define PA_RULE_LOG 4
#define PA_RULE_NOLOG 8
#define PA_RULE_ONLY 16	/* in a verdict: the rule reserves the port */
#define PA_RULE_HOST_NET 32	/* the rule has no net=any */

/* Added to the number of a rule: the entry is what it reserves for its addresses. */
#define PA_PART 0x80000000U

/* Bits of struct pa_rule.needs.  A bind may have an address of each family. */
#define PA_NEEDS_GROUP 1
#define PA_NEEDS_CGROUP 2
#define PA_NEEDS_ADDR 12
/* Cells that say what one rule needs. */
#define PA_MAX_MORE 255

/**
 * struct pa_rule - a rule, or a part of it, in the table or in a list
 * @exe: keyed hash of the program's path, 0: any program
 * @uid_min: lowest user
 * @uid_max: highest user
 * @nr: number of the rule, from 1; 0: the cell is free
 * @port: the port, in the table
 * @kind: kind of key, in the table
 * @protos: bits of enum portacl_proto
 * @accept: bits of enum portacl_taint
 * @flags: PA_RULE_*
 * @needs: PA_NEEDS_*, in a list
 * @nr_more: number of struct pa_more, in a list
 * @more: the first of them
 */
struct pa_rule {
	__u64 exe;
	__u32 uid_min;
	__u32 uid_max;
	__u32 nr;
	__u16 port;
	__u8 kind;
	__u8 protos;
	__u8 accept;
	__u8 flags;
	__u8 needs;
	__u8 nr_more;
	__u32 more;
};

/**
 * struct pa_more - a range of groups, a prefix or a cgroup that a rule needs
 * @hi: first half of the prefix in host byte order, IPv4 as mapped IPv6; or the
 *	keyed hash of the cgroup's path
 * @lo: second half of the prefix
 * @min: lowest group; or the number of names in the cgroup's path
 * @max: highest group
 * @need: the bits of PA_NEEDS_* that this may meet
 * @len: length of the prefix
 * @v4: 1: the prefix is of IPv4; else 0
 * @part: 1: one address of a bind is enough; 0: the prefixes must hold all
 */
struct pa_more {
	__u64 hi;
	__u64 lo;
	__u32 min;
	__u32 max;
	__u8 need;
	__u8 len;
	__u8 v4;
	__u8 part;
	__u8 pad[4];
};

/* Bits of struct pa_program.flags. */
#define PA_PROGRAM_LISTED 1	/* an allow rule names it and does not accept env */
#define PA_PROGRAM_LAUNCHER 2

/**
 * struct pa_program - a program that the policy names
 * @exe: keyed hash of its path, 0: the cell is free
 * @flags: PA_PROGRAM_*
 */
struct pa_program {
	__u64 exe;
	__u32 flags;
	__u32 pad[5];
};

/**
 * struct pa_reserve - the first rules that reserve a port
 * @rules: for each enum portacl_proto, twice the rule's number, and 1 for `nolog`
 */
struct pa_reserve {
	__u32 rules[8];
};

/**
 * struct pa_counter - what a rule decided since the policy was loaded
 * @grants: binds granted
 * @denies: binds denied
 * @last: time of the last one since boot, in nanoseconds
 * @pad: unused
 */
struct pa_counter {
	__u64 grants;
	__u64 denies;
	__u64 last;
	__u64 pad;
};

struct pa_cell {
	union {
		struct pa_head head;
		struct pa_origin origin;
		struct pa_port ports[4];
		struct pa_rule rule;
		struct pa_more more;
		struct pa_program program;
		struct pa_reserve reserve;
		struct pa_counter counter;
		char text[32];
	};
};

_Static_assert(sizeof(struct pa_cell) == 32, "a cell has 32 bytes");

/*
 * As enum portacl_action, portacl_proto and portacl_taint, whose header does not
 * compile as BPF; build.c compares them.
 */
enum { PA_LEGACY, PA_ALLOW, PA_DENY };
enum { TCP, UDP, SCTP, UDPLITE, DCCP };
enum {
	TAINT_ENV, TAINT_NNP, TAINT_CHROOT, TAINT_WRITABLE, TAINT_IDMAPPED,
	TAINT_DELETED, TAINT_SHARED, TAINT_TRACED, TAINT_NAMESPACE,
	TAINT_NOSUID, TAINT_NOPATH,
};

/* The modes; the order is that of enum portacl_mode. */
enum { PA_ENFORCE, PA_PERMISSIVE, PA_LEARN };

/**
 * struct pa_config - what changes without another policy
 * @mode: PA_ENFORCE, PA_PERMISSIVE or PA_LEARN
 * @line: line of the error that ended the last load, 0: it succeeded
 * @column: its column
 * @reason: the reason
 */
struct pa_config {
	__u32 mode;
	__u32 line;
	__u32 column;
	char reason[96];
};

/**
 * struct pa_added - the ports that the loader added to ip_local_reserved_ports
 * @bits: one for each port
 */
struct pa_added {
	__u8 bits[65536 / 8];
};

/**
 * struct pa_request - a bind, as struct portacl_request
 * @exe: keyed hash of the program's path, 0: not known
 * @launcher: that of the program that launched it, if root's own and sound
 * @taint: bits of enum portacl_taint
 * @uid: effective user
 * @port: port in host byte order, not 0
 * @proto: enum portacl_proto
 * @launch_root: 1: real uid 0 executed the program; else 0
 * @other_net: 1: not in the initial network namespace; else 0
 */
struct pa_request {
	__u64 exe;
	__u64 launcher;
	__u32 taint;
	__u32 uid;
	__u16 port;
	__u8 proto;
	__u8 launch_root;
	__u8 other_net;
	__u8 pad[3];
};

/**
 * struct pa_bound - the address of a bind; all zero: not known, or all addresses
 * @addr: the address in network byte order, IPv4 as mapped IPv6
 * @v6only: the wildcard of IPv6 does not include IPv4
 */
struct pa_bound {
	__u32 addr[4];
	__u32 v6only;
};

/**
 * struct pa_verdict - the answer
 * @action: enum portacl_action
 * @nr: number of the rule that decided, 0: the default did
 * @flags: PA_RULE_* of that rule
 */
struct pa_verdict {
	__u32 action;
	__u32 nr;
	__u32 flags;
};

/**
 * struct pa_record - a bind that is recorded
 * @request: the bind
 * @generation: that of the policy
 * @bound: the address
 * @verdict: the answer of the policy
 * @pid: process
 * @refused: the bind fails
 * @comm: name of the thread
 */
struct pa_record {
	struct pa_request request;
	__u64 generation;
	struct pa_bound bound;
	struct pa_verdict verdict;
	__u32 pid;
	__u32 refused;
	char comm[16];
};

/* As security/portacl/learn.c has them. */
#define PA_MAX_OBSERVED 4096
#define PA_MAX_OF_PROGRAM (PA_MAX_OBSERVED / 8)
#define PA_MAX_OF_USER (PA_MAX_OBSERVED / 4)
#define PA_MAX_PATH 511

/**
 * struct pa_what - the properties that identify an observation of mode learn
 * @exe: keyed hash of the program's path, 0: not known
 * @taint: bits of enum portacl_taint
 * @uid: effective user
 * @port: port
 * @proto: enum portacl_proto
 * @action: enum portacl_action, the policy's answer
 * @verified: 1: the path is that of the identity; else 0
 */
struct pa_what {
	__u64 exe;
	__u32 taint;
	__u32 uid;
	__u16 port;
	__u8 proto;
	__u8 action;
	__u32 verified;
};

/**
 * struct pa_seen - an observation of mode learn
 * @count: how often
 * @len: bytes used of @names, which is the length of the path; more than
 *	PA_MAX_PATH: the path is too long
 * @known: 1: the path was kept; else 0
 * @names: the names in the path of the program, from the last to the first, each
 *	ended by a NUL
 */
struct pa_seen {
	__u64 count;
	__u32 len;
	__u32 known;
	char names[PA_MAX_PATH + 1 + PA_MAX_NAME + 1];
};

/**
 * struct pa_sharer - a program or a user, for the number of its observations
 * @key: keyed hash of the program's path, or the user
 * @is_user: 1: @key is a user; 0: a program
 */
struct pa_sharer {
	__u64 key;
	__u64 is_user;
};

/* A multiplier that spreads the bits of a key. */
#define PA_SPREAD 0x61C8864680B583EBULL

static __always_inline __u32
pa_hash(__u64 exe, __u32 uid, __u16 port, __u32 kind)
{
	return ((exe ^ ((__u64)uid << 19 | (__u32)port << 3 | kind)) *
		PA_SPREAD) >> 32;
}

/* SipHash-2-4 of 64-bit words.  The state starts with the secret. */
struct pa_sip {
	__u64 v0;
	__u64 v1;
	__u64 v2;
	__u64 v3;
};

static __always_inline __u64 pa_rotl(__u64 x, int by)
{
	return x << by | x >> (64 - by);
}

static __always_inline void pa_sip_round(struct pa_sip *s)
{
	s->v0 += s->v1;
	s->v1 = pa_rotl(s->v1, 13) ^ s->v0;
	s->v0 = pa_rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = pa_rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = pa_rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = pa_rotl(s->v1, 17) ^ s->v2;
	s->v2 = pa_rotl(s->v2, 32);
}

static __always_inline void
pa_sip_start(struct pa_sip *s, __u64 key0, __u64 key1)
{
	s->v0 = 0x736f6d6570736575ULL ^ key0;
	s->v1 = 0x646f72616e646f6dULL ^ key1;
	s->v2 = 0x6c7967656e657261ULL ^ key0;
	s->v3 = 0x7465646279746573ULL ^ key1;
}

static __always_inline void
pa_sip_word(struct pa_sip *s, __u64 word)
{
	s->v3 ^= word;
	pa_sip_round(s);
	pa_sip_round(s);
	s->v0 ^= word;
}

/* Never 0. */
static __always_inline __u64 pa_sip_end(struct pa_sip *s)
{
	__u64 hash;

	s->v2 ^= 0xff;
	pa_sip_round(s);
	pa_sip_round(s);
	pa_sip_round(s);
	pa_sip_round(s);
	hash = s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
	return hash ? hash : 1;
}

/*
 * The hash of a path takes its names from the last to the first: the words of
 * the name, padded with zeros, then its length.  No two paths give the same
 * words: the last word says how many belong to the name before it.
 */
#define PA_NAME_WORDS(len) (((len) + 7) / 8)

#endif /* _PORTACL_BPF_LAYOUT_H */
