// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: tests of the index: the place of a rule, the cost of a lookup and the
 * memory.  The verdicts are those of any index, see match_kunit.c.
 */
#include "../portacl.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../draft.h"
#include "../index.h"
#include "../match.h"
#include "../parse.h"
#include "../policy.h"
#include "load.h"

#define KINDS(name) BIT(PORTACL_KIND_##name)
#define PORTS_4 "80-89,100-109,120-129,140-149"
#define USERS_16 "1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31"

static void add(struct kunit *test, struct portacl_parser *p, const char *rule)
{
	char line[128];

	strscpy(line, rule, sizeof(line));
	KUNIT_ASSERT_EQ_MSG(test, portacl_parse_line(p, line, strlen(line)), 0,
			    "%s: %s", rule, p->error.reason);
}

static struct portacl_policy *finish(struct kunit *test,
				     struct portacl_parser *p)
{
	struct portacl_policy *policy = portacl_policy_build(&p->draft);

	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	portacl_parser_free(p);
	return policy;
}

/* A policy of a rule, and a number of times another. */
static struct portacl_policy *load_many(struct kunit *test, const char *first,
					const char *other, u32 times)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};

	add(test, &p, first);
	while (times--)
		add(test, &p, other);
	return finish(test, &p);
}

/**
 * struct place_case - where the rules of a policy are
 * @rule: the first rule
 * @kinds: the kinds of key of port 80
 * @flags: PORTACL_RULE_SEGMENT and PORTACL_RULE_TREE of the first rule
 * @nr_spans: number of spans in the tree
 * @inexact: the quick path does not decide by the first rule
 * @times: how many rules follow
 * @other: each of them, NULL: the first one again
 */
struct place_case {
	const char *rule;
	u8 kinds;
	u8 flags;
	u8 nr_spans;
	bool inexact;
	u8 times;
	const char *other;
};

static const struct place_case place_cases[] = {
	{ "allow tcp 80 exe=/a uid=1", KINDS(WHOLE) },
	{ "allow tcp 80 exe=/a uid=1 accept=env", KINDS(WHOLE) },
	{ "allow tcp 80 exe=/a uid=1 gid=1", KINDS(WHOLE), .inexact = true },
	{ "allow tcp 80 exe=/a", BIT(PORTACL_ANY_UID) },
	{ "allow tcp 80 uid=1", BIT(PORTACL_ANY_EXE) },
	{ "deny tcp 80", KINDS(PORT) },
	{ "deny tcp 80-180", KINDS(RANGE), PORTACL_RULE_TREE, 1 },
	/* A range of ports has keys if it is short, and users if they are few. */
	{ "allow tcp 80-83 exe=/a uid=1", KINDS(WHOLE) },
	{ "allow tcp 80-84 exe=/a uid=1", BIT(PORTACL_ANY_PORT) },
	{ "allow tcp 80,82,84,86 exe=/a uid=1", KINDS(WHOLE) },
	{ "allow tcp 80,82,84,86,88 exe=/a uid=1", BIT(PORTACL_ANY_PORT) },
	{ "allow tcp 80 exe=/a uid=1,3,5,7", KINDS(WHOLE) },
	{ "allow tcp 80 exe=/a uid=1,3,5,7,9", BIT(PORTACL_ANY_PORT) },
	{ "allow tcp 80 exe=/a uid=" USERS_16, BIT(PORTACL_ANY_PORT) },
	{ "allow tcp 80 exe=/a uid=" USERS_16 ",33", BIT(PORTACL_ANY_UID) },
	{ "allow tcp 80 exe=/a uid=1-2", BIT(PORTACL_ANY_UID) },
	/* Ranges of users without a program are in segments, eight at most. */
	{ "allow tcp 80 uid=1-2", KINDS(RANGE), PORTACL_RULE_SEGMENT },
	{ "allow tcp 80 uid=" USERS_16 ",33", KINDS(RANGE),
	  PORTACL_RULE_SEGMENT },
	{ "deny tcp 80 uid=1-2", KINDS(RANGE) | KINDS(PORT),
	  PORTACL_RULE_SEGMENT, .times = 8 },
	/* A key holds four rules with ranges.  Others have no limit. */
	{ "deny tcp 80-84 exe=/a",
	  BIT(PORTACL_ANY_UID | PORTACL_ANY_PORT), .times = 3 },
	{ "deny tcp 80-84 exe=/a",
	  BIT(PORTACL_ANY_UID | PORTACL_ANY_PORT) | KINDS(RANGE),
	  PORTACL_RULE_TREE, 1, .times = 4 },
	{ "deny tcp 80 exe=/a uid=1-2",
	  BIT(PORTACL_ANY_UID) | KINDS(RANGE), PORTACL_RULE_TREE, 1,
	  .times = 4 },
	{ "deny tcp 80 exe=/a uid=1-2",
	  BIT(PORTACL_ANY_UID) | KINDS(RANGE), PORTACL_RULE_TREE, 1,
	  .times = 5, .other = "deny tcp 80 exe=/a" },
	{ "deny tcp 80 exe=/a uid=1", KINDS(WHOLE), .times = 4 },
	{ "deny tcp 80 exe=/a", BIT(PORTACL_ANY_UID), .times = 4 },
	/* A rule has 16 spans at most. */
	{ "deny tcp " PORTS_4 " exe=/a uid=1-2,4-5,7-8,10-11",
	  BIT(PORTACL_ANY_UID | PORTACL_ANY_PORT) | KINDS(RANGE),
	  PORTACL_RULE_TREE, 16, .times = 4 },
	{ "deny tcp " PORTS_4 " exe=/a uid=1-2,4-5,7-8,10-11,13-14",
	  BIT(PORTACL_ANY_UID | PORTACL_ANY_PORT) | KINDS(RANGE),
	  PORTACL_RULE_TREE, 4, .times = 4 },
	/* Reserved ports are in the tree if the range is long. */
	{ "allow tcp 80-83 uid=1 only", BIT(PORTACL_ANY_EXE) },
	{ "allow tcp 80-84 uid=1 only",
	  BIT(PORTACL_ANY_EXE | PORTACL_ANY_PORT), .nr_spans = 1 },
};

static void place_desc(const struct place_case *c, char *desc)
{
	strscpy(desc, c->rule, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(place, place_cases, place_desc);

static u32 nr_spans(const struct portacl_policy *policy)
{
	u32 i, n = 0;

	for (i = 0; i < policy->nr_nodes; i++)
		n += policy->nodes[i].nr_spans;
	return n;
}

static void test_place(struct kunit *test)
{
	const struct place_case *c = test->param_value;
	struct portacl_policy *policy =
		load_many(test, c->rule, c->other ?: c->rule, c->times);
	const struct portacl_rule *rule = &policy->rules[0];

	KUNIT_EXPECT_EQ(test, policy->kinds[80], c->kinds);
	KUNIT_EXPECT_EQ(test, rule->flags & (PORTACL_RULE_SEGMENT |
					     PORTACL_RULE_TREE), c->flags);
	KUNIT_EXPECT_EQ(test, nr_spans(policy), c->nr_spans);
	KUNIT_EXPECT_EQ(test, rule->exact, !c->inexact);
	portacl_policy_free(policy);
}

/* A kind whose first rule comes after a match is not looked up. */
static void test_first(struct kunit *test)
{
	struct portacl_policy *policy =
		load(test, "deny tcp 80 exe=/a; deny tcp 80 uid=1");

	KUNIT_EXPECT_EQ(test, policy->first[PORTACL_ANY_UID], 0);
	KUNIT_EXPECT_EQ(test, policy->first[PORTACL_ANY_EXE], 1);
	KUNIT_EXPECT_EQ(test, policy->first[PORTACL_KIND_WHOLE], U32_MAX);
	portacl_policy_free(policy);
}

/* At most half of the buckets are used, so chains are short. */
static void test_buckets(struct kunit *test)
{
	const char *rule = "deny tcp 80 exe=/a";
	struct portacl_policy *policy = load_many(test, rule, rule, 999);

	KUNIT_EXPECT_EQ(test, 64 - policy->shift, 11);
	portacl_policy_free(policy);
}

/* A reserved port has one entry, unless the rules reserve different parts. */
static void test_only(struct kunit *test)
{
	static const struct {
		const char *rules;
		u32 nr;
	} cases[] = {
		{ "allow tcp 80 uid=1 only; allow tcp 80 uid=1 only", 1 },
		{ "allow tcp 80 uid=1 only; allow udp 80 uid=1 only", 2 },
		{ "allow tcp 80 uid=1 only; allow any 80 uid=1 only", 2 },
		{ "allow any 80 uid=1 only; allow tcp 80 uid=1 only", 1 },
		{ "allow tcp 80 uid=1 only; allow tcp 80 uid=1 net=any only", 2 },
		{ "allow tcp 80 uid=1 addr=::1 only; allow tcp 80 uid=1 only", 2 },
	};
	u64 tag = portacl_key_tag(PORTACL_KIND_PORT, 80, 0, 0);
	struct portacl_policy *policy;
	u32 i, n, next;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		policy = load(test, cases[i].rules);
		n = 0;
		for (next = policy->buckets[tag >> policy->shift]; next;
		     next = policy->entries[next - 1].next)
			n += policy->entries[next - 1].tag == tag;
		KUNIT_EXPECT_EQ_MSG(test, n, cases[i].nr, "%s", cases[i].rules);
		portacl_policy_free(policy);
	}
}

/* A rule that does not fit a segment is in no segment. */
static void test_segments(struct kunit *test)
{
	struct portacl_policy *policy =
		load_many(test, "deny tcp 80 uid=1-2,101-200,5000-5001",
			  "deny tcp 80 uid=100-200", 8);
	const struct portacl_segments *segments = &policy->segments;
	u32 at;

	KUNIT_EXPECT_EQ(test, segments->half, 2);
	at = portacl_segment_find(segments, 150);
	KUNIT_EXPECT_EQ(test, segments->lists[at + 1] - segments->lists[at], 8);
	at = portacl_segment_find(segments, 5000);
	KUNIT_EXPECT_EQ(test, segments->lists[at + 1], segments->lists[at]);
	portacl_policy_free(policy);
}

#define SHAPE_RULES 512

/* The shapes of a policy whose rules are in the tree, in no useful order. */
static void print_exes(char *line, size_t size, u32 i)
{
	snprintf(line, size, "deny tcp 80-180 exe=/bin/%u", i % 64);
}

static void print_uids(char *line, size_t size, u32 i)
{
	snprintf(line, size, "deny tcp %u-180 uid=%u", 1 + i / 64,
		 i * 37 % 64);
}

static void print_uid_ranges(char *line, size_t size, u32 i)
{
	u32 uid = i * 37 % SHAPE_RULES * 10;

	snprintf(line, size, "deny tcp 80 exe=/bin/5 uid=%u-%u", uid, uid + 5);
}

static void print_ports(char *line, size_t size, u32 i)
{
	u32 port = i * 37 % SHAPE_RULES * 10 + 1;

	snprintf(line, size, "deny tcp %u-%u", port, port + 9);
}

static const struct {
	const char *name;
	void (*print)(char *line, size_t size, u32 i);
	const char *exe;
	u32 uid;
} shapes[] = {
	{ "exes", print_exes, "/bin/5", 7 },
	{ "uids", print_uids, "/bin/5", 7 },
	{ "uid ranges", print_uid_ranges, "/bin/5", 5000 },
	{ "ports", print_ports, "/bin/5", 7 },
};

static struct portacl_policy *load_shape(struct kunit *test, u32 shape)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	char line[64];
	u32 i;

	for (i = 0; i < SHAPE_RULES; i++) {
		shapes[shape].print(line, sizeof(line), i);
		add(test, &p, line);
	}
	return finish(test, &p);
}

/* The tree excludes all but a few leaves, whatever the rules have in common. */
static void test_tree(struct kunit *test)
{
	struct portacl_policy *policy;
	const struct portacl_node *node;
	u32 i, shape, n;
	u64 exe;

	for (shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
		policy = load_shape(test, shape);
		exe = portacl_hash_path(shapes[shape].exe, 6);
		n = 0;
		for (i = 0; i < policy->nr_nodes; i++) {
			node = &policy->nodes[i];
			n += node->nr_spans &&
			     exe >= node->exe_min && exe <= node->exe_max &&
			     portacl_in_span(&node->hull, 80, shapes[shape].uid,
					     BIT(PORTACL_TCP));
		}
		KUNIT_EXPECT_EQ_MSG(test, n == 1 || n == 2, true, "%s: %u",
				    shapes[shape].name, n);
		KUNIT_EXPECT_LT(test, SHAPE_RULES / 3, nr_spans(policy));
		portacl_policy_free(policy);
	}
}

static const char *count_cgroup(void *context)
{
	++*(u32 *)context;
	return "/a";
}

/* A lookup compares one rule if the first one matches, or if there is one. */
static void test_cost(struct kunit *test)
{
	static const struct {
		const char *rule;
		u32 times;
	} cases[] = {
		{ "deny tcp 80-180 cgroup=/a", 100 },
		{ "deny tcp 80 uid=1-2 cgroup=/a", 5 },
		{ "deny tcp 80 cgroup=/a", 100 },
		{ "deny tcp 80 cgroup=/b", 0 },
	};
	struct portacl_request req = {
		.port = 80,
		.proto = PORTACL_TCP,
		.uid = 1,
		.get_cgroup = count_cgroup,
	};
	struct portacl_policy *policy;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		policy = load_many(test, cases[i].rule, cases[i].rule,
				   cases[i].times);
		n = 0;
		req.context = &n;
		portacl_match(policy, &req);
		KUNIT_EXPECT_EQ_MSG(test, n, 1, "%s", cases[i].rule);
		portacl_policy_free(policy);
	}
}

static bool is_strict(const struct portacl_policy *policy, const char *exe)
{
	return portacl_policy_protects(policy,
				     portacl_hash_path(exe, strlen(exe)));
}

static void test_strict(struct kunit *test)
{
	struct portacl_policy *policy =
		load(test, "allow tcp 1 exe=/a uid=1 accept=env;"
			   "allow tcp 2 exe=/b;"
			   "allow tcp 3 exe=/b uid=1 accept=env;"
			   "deny tcp 4 exe=/c");

	KUNIT_EXPECT_EQ(test, policy->nr_exes, 3);
	KUNIT_EXPECT_FALSE(test, is_strict(policy, "/a"));
	KUNIT_EXPECT_TRUE(test, is_strict(policy, "/b"));
	KUNIT_EXPECT_FALSE(test, is_strict(policy, "/c"));
	portacl_policy_free(policy);
}

/* The text of a policy may be long; what is made of it must not be longer. */
static void test_memory(struct kunit *test)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	struct portacl_policy *policy;
	u32 i, n, len, total = 0;
	char *line = kunit_kzalloc(test, 8192, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, line);
	for (i = 0; i < 100; i++) {
		len = sprintf(line, "deny tcp 1-4");
		for (n = 6; n < 4000; n += 5)
			len += sprintf(line + len, ",%u-%u", n, n + 3);
		total += len;
		KUNIT_ASSERT_EQ(test, portacl_parse_line(&p, line, len), 0);
	}
	policy = portacl_policy_build(&p.draft);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	KUNIT_EXPECT_LT(test, policy->size, total + 2 * PORTACL_NR_PORTS);
	portacl_policy_free(policy);
	portacl_parser_free(&p);
}

/* The limit of memory is of use only if each part is counted. */
static void test_size(struct kunit *test)
{
	struct portacl_policy *policy = load(test, "allow tcp 80 uid=1-9000");
	size_t lists = sizeof(policy->rules[0]) +
		       2 * sizeof(struct portacl_range);
	/* A set of the ports with a rule, and the kinds of each port. */
	size_t ports = PORTACL_NR_PORTS / 8 + PORTACL_NR_PORTS;
	/* Three segments, rounded up to four, of which one holds the rule. */
	size_t segments = (4 + 5 + 1) * sizeof(u32);
	size_t buckets = 256 * sizeof(*policy->buckets);

	KUNIT_EXPECT_TRUE(test, policy->size >= sizeof(*policy) + lists + ports +
						segments + buckets);
	portacl_policy_free(policy);
}

/* The same for the tree. */
static void test_tree_size(struct kunit *test)
{
	const char *rule = "deny tcp 80-180";
	struct portacl_policy *few = load(test, rule);
	struct portacl_policy *many = load_many(test, rule, rule, 35);
	size_t each = sizeof(few->rules[0]) + sizeof(struct portacl_range) +
		      sizeof(few->spans[0]);
	u32 leaves = DIV_ROUND_UP(36, PORTACL_SPANS_PER_LEAF);

	KUNIT_EXPECT_EQ(test, many->size - few->size,
			35 * each + 2 * (leaves - 1) * sizeof(few->nodes[0]));
	portacl_policy_free(few);
	portacl_policy_free(many);
}

static struct kunit_case index_tests[] = {
	KUNIT_CASE_PARAM(test_place, place_gen_params),
	KUNIT_CASE(test_first),
	KUNIT_CASE(test_buckets),
	KUNIT_CASE(test_only),
	KUNIT_CASE(test_segments),
	KUNIT_CASE(test_tree),
	KUNIT_CASE(test_cost),
	KUNIT_CASE(test_strict),
	KUNIT_CASE(test_memory),
	KUNIT_CASE(test_size),
	KUNIT_CASE(test_tree_size),
	{ }
};

static struct kunit_suite index_suite = {
	.name = "portacl_index",
	.test_cases = index_tests,
};

kunit_test_suite(index_suite);
