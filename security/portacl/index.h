/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the index of a policy, see index.c.
 */
#ifndef _SECURITY_PORTACL_INDEX_H
#define _SECURITY_PORTACL_INDEX_H

#include <linux/hash.h>

#include "types.h"

struct portacl_policy;

/*
 * The index finds a rule by its port, executable and uid.  The kind of a key
 * says which of them it leaves open.  A key that leaves all of them open is not
 * in the hash table: the rule is in the segments or in the tree.
 */
#define PORTACL_ANY_EXE BIT(0)
#define PORTACL_ANY_UID BIT(1)
#define PORTACL_ANY_PORT BIT(2)
#define PORTACL_KIND_WHOLE 0
#define PORTACL_KIND_PORT (PORTACL_ANY_EXE | PORTACL_ANY_UID)
#define PORTACL_KIND_RANGE \
	(PORTACL_ANY_EXE | PORTACL_ANY_UID | PORTACL_ANY_PORT)
#define PORTACL_NR_KINDS (PORTACL_KIND_RANGE + 1)

/* portacl_policy.kinds has a bit for each. */
static_assert(PORTACL_NR_KINDS <= 8);

/**
 * struct portacl_entry - a rule in the hash table
 * @tag: see portacl_key_tag()
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

/**
 * struct portacl_segments - rules with ranges of users, by uid
 * @starts: lowest uid of each segment, ascending; U32_MAX after the last one
 * @half: half the size of @starts, which is a power of two
 * @lists: index in @rules of each segment's first rule, one more at the end
 * @rules: the rules whose uid= covers the segment, ascending
 */
struct portacl_segments {
	u32 *starts;
	u32 half;
	u32 *lists;
	u32 *rules;
};

#define PORTACL_SPANS_PER_LEAF 8
/* Upper bound on pending nodes while walking the largest tree. */
#define PORTACL_TREE_DEPTH 32

/**
 * portacl_key_tag - make the tag of a key in the hash table
 * @kind: which of the following the key leaves open: bits PORTACL_ANY_*
 * @port: port
 * @exe: hash of the executable's path
 * @uid: user
 *
 * Two keys without an executable never have the same tag.  Two keys with one
 * have the same tag only if the 64-bit hashes collide.  The upper bits choose
 * the bucket.
 *
 * Return: the tag.
 */
static __always_inline u64 portacl_key_tag(u32 kind, u16 port, u64 exe, u32 uid)
{
	u64 rest = kind;

	/* The kind has three bits, the port 16. */
	static_assert(PORTACL_NR_KINDS <= 1 << 3);
	static_assert(PORTACL_NR_PORTS <= 1 << 16);
	if (!(kind & PORTACL_ANY_PORT))
		rest |= (u32)port << 3;
	if (!(kind & PORTACL_ANY_UID))
		rest |= (u64)uid << 19;
	rest *= GOLDEN_RATIO_64;
	return kind & PORTACL_ANY_EXE ? rest : exe ^ rest;
}

static __always_inline bool portacl_in_span(const struct portacl_span *span,
					    u16 port, u32 uid, u8 protos)
{
	return port >= span->port_min && port <= span->port_max &&
	       uid >= span->uid_min && uid <= span->uid_max &&
	       (span->protos & protos);
}

/* Return the segment that holds a uid. */
static __always_inline u32
portacl_segment_find(const struct portacl_segments *segments, u32 uid)
{
	u32 at = 0, step;

	for (step = segments->half; step; step /= 2)
		if (segments->starts[at + step] <= uid)
			at += step;
	return at;
}

int portacl_index_build(struct portacl_policy *policy);
int portacl_segments_build(struct portacl_policy *policy);
int portacl_tree_build(struct portacl_policy *policy, u32 nr);

#endif /* _SECURITY_PORTACL_INDEX_H */
