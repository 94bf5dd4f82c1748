// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the time of a verdict and of a load.  `make bench` runs this under
 * UML, where the code runs at native speed.
 */
#include "../portacl.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../draft.h"
#include "../match.h"
#include "../parse.h"

#define LOOKUPS 1000000

/* The shapes of the policy.  Each function prints rule number @i. */
static void print_spread(char *line, size_t size, u32 i)
{
	snprintf(line, size, "allow tcp %u exe=/usr/sbin/d%u uid=%u",
		 1 + i % 65535, i, 1000 + i);
}

static void print_one_port(char *line, size_t size, u32 i)
{
	snprintf(line, size, "allow tcp 80 exe=/usr/sbin/d%u uid=%u", i,
		 1000 + i);
}

static void print_ranges(char *line, size_t size, u32 i)
{
	snprintf(line, size, "allow tcp %u-%u uid=%u-%u", 1 + i % 60000,
		 101 + i % 60000, 1000 + 10 * i, 1005 + 10 * i);
}

static const struct {
	const char *name;
	void (*print)(char *line, size_t size, u32 i);
} shapes[] = {
	{ "spread", print_spread },
	{ "one-port", print_one_port },
	{ "ranges", print_ranges },
};

static struct portacl_policy *load(struct kunit *test, u32 shape, u32 nr)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	struct portacl_policy *policy;
	char line[128];
	u32 i;

	for (i = 0; i < nr; i++) {
		shapes[shape].print(line, sizeof(line), i);
		KUNIT_ASSERT_EQ(test,
				portacl_parse_line(&p, line, strlen(line)), 0);
	}
	policy = portacl_policy_build(&p.draft);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	portacl_parser_free(&p);
	return policy;
}

/* Make the request that rule @i allows, or one that no rule allows. */
static struct portacl_request make_request(u32 shape, u32 i, bool hit)
{
	struct portacl_request req = { .port = 80 };
	char exe[32];

	snprintf(exe, sizeof(exe), "/usr/sbin/d%u", i);
	req.exe = portacl_hash_path(exe, strlen(exe));
	req.uid = 1000 + i;
	if (!shape)
		req.port = 1 + i % 65535;
	if (shape == 2) {
		req.port = 50 + i % 60000;
		req.uid = 1000 + 10 * i;
	}
	if (!hit)
		req.uid = 7;
	return req;
}

static u64 time_lookups(const struct portacl_policy *policy, u32 shape, u32 nr,
			bool hit, u32 *allowed)
{
	static struct portacl_request reqs[16]; /* too large for the stack */
	u64 start;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(reqs); i++)
		reqs[i] = make_request(shape, i * 7919 % nr, hit);
	*allowed = 0;
	start = ktime_get_ns();
	for (i = 0; i < LOOKUPS; i++)
		*allowed += portacl_match(policy, &reqs[i % ARRAY_SIZE(reqs)])
				    .action == PORTACL_ALLOW;
	return ktime_get_ns() - start;
}

static void test_speed(struct kunit *test)
{
	static const u32 sizes[] = { 10, 1000, 100000 };
	u32 shape, size, allowed;

	for (shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
		for (size = 0; size < ARRAY_SIZE(sizes); size++) {
			u32 nr = sizes[size];
			u64 start = ktime_get_ns(), loaded, hit, miss;
			struct portacl_policy *policy = load(test, shape, nr);

			loaded = ktime_get_ns() - start;
			hit = time_lookups(policy, shape, nr, true, &allowed);
			KUNIT_EXPECT_EQ(test, allowed, LOOKUPS);
			miss = time_lookups(policy, shape, nr, false, &allowed);
			KUNIT_EXPECT_EQ(test, allowed, 0);
			kunit_info(test, "bench shape=%s rules=%u hit_ps=%llu miss_ps=%llu load_us=%llu bytes=%zu",
				   shapes[shape].name, nr,
				   div_u64(hit, LOOKUPS / 1000),
				   div_u64(miss, LOOKUPS / 1000),
				   div_u64(loaded, 1000),
				   policy->size);
			portacl_policy_free(policy);
			cond_resched();
		}
	}
}

static struct kunit_case bench_tests[] = {
	KUNIT_CASE(test_speed),
	{ }
};

static struct kunit_suite bench_suite = {
	.name = "portacl_bench",
	.test_cases = bench_tests,
};

kunit_test_suite(bench_suite);
