/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of KUnit that the suites of the parser and the matcher use, for user
 * space: include/kunit/test.h of the kernel has the originals.  Each source file
 * of a suite becomes a program of its own.
 */
#ifndef _KUNIT_TEST_H
#define _KUNIT_TEST_H

#include <setjmp.h>
#include <stdio.h>

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#define KUNIT_PARAM_DESC_SIZE 128
#define MOST_ALLOCATIONS 256

#define strscpy(to, from, size) ((void)snprintf(to, size, "%s", from))

struct kunit {
	const void *param_value;
	int status;
	jmp_buf end;
	void *allocated[MOST_ALLOCATIONS];
	int nr_allocated;
};

struct kunit_case {
	void (*run)(struct kunit *test);
	const char *name;
	const void *(*gen)(const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

static inline char *strreplace(char *text, char old, char new)
{
	char *c;

	for (c = text; *c; c++)
		if (*c == old)
			*c = new;
	return text;
}

#define KUNIT_CASE(fn) { .run = fn, .name = #fn }
#define KUNIT_CASE_PARAM(fn, gen_params) \
	{ .run = fn, .name = #fn, .gen = gen_params }

#define KUNIT_ARRAY_PARAM(id, array, get_desc)				\
static const void *id##_gen_params(const void *prev, char *desc)	\
{									\
	typeof((array)[0]) *next = prev ?				\
		(typeof(next))prev + 1 : (array);			\
									\
	if (next == (array) + ARRAY_SIZE(array))			\
		return NULL;						\
	get_desc(next, desc);						\
	return next;							\
}

static inline void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	void *p = kvzalloc(size, gfp);

	(void)gfp;
	assert(test->nr_allocated < MOST_ALLOCATIONS);
	return test->allocated[test->nr_allocated++] = p;
}

#define kunit_info(test, fmt, ...) ((void)(test), printf("# " fmt "\n", ##__VA_ARGS__))

#define KUNIT_FAIL(test, fmt, ...) do {					\
	(test)->status = 1;						\
	printf("# %s:%d: " fmt "\n", __FILE__, __LINE__, ##__VA_ARGS__);	\
} while (0)

#define KUNIT_CHECK(test, condition, fatal, fmt, ...) do {		\
	if (condition)							\
		break;							\
	KUNIT_FAIL(test, "not so: " #condition " " fmt, ##__VA_ARGS__);	\
	if (fatal)							\
		longjmp((test)->end, 1);				\
} while (0)

#define KUNIT_EXPECT_TRUE_MSG(test, c, fmt, ...) \
	KUNIT_CHECK(test, c, 0, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, c, fmt, ...) \
	KUNIT_CHECK(test, !(c), 0, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_TRUE(test, c) KUNIT_CHECK(test, c, 0, "")
#define KUNIT_EXPECT_FALSE(test, c) KUNIT_CHECK(test, !(c), 0, "")
#define KUNIT_EXPECT_EQ(test, a, b) KUNIT_CHECK(test, (a) == (b), 0, "")
#define KUNIT_EXPECT_EQ_MSG(test, a, b, fmt, ...) \
	KUNIT_CHECK(test, (a) == (b), 0, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE(test, a, b) KUNIT_CHECK(test, (a) != (b), 0, "")
#define KUNIT_EXPECT_LT(test, a, b) KUNIT_CHECK(test, (a) < (b), 0, "")
#define KUNIT_EXPECT_STREQ(test, a, b) \
	KUNIT_CHECK(test, !strcmp(a, b), 0, ": %s, %s", a, b)
#define KUNIT_ASSERT_EQ(test, a, b) KUNIT_CHECK(test, (a) == (b), 1, "")
#define KUNIT_ASSERT_EQ_MSG(test, a, b, fmt, ...) \
	KUNIT_CHECK(test, (a) == (b), 1, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, c) KUNIT_CHECK(test, !(c), 1, "")
#define KUNIT_ASSERT_NOT_NULL(test, p) KUNIT_CHECK(test, (p) != NULL, 1, "")

static inline int kunit_run_one(const struct kunit_case *c, const void *param)
{
	struct kunit test = { .param_value = param };

	if (!setjmp(test.end))
		c->run(&test);
	while (test.nr_allocated)
		kvfree(test.allocated[--test.nr_allocated]);
	return test.status;
}

/* TAP, one point for each case; the parameters that fail are named. */
static inline int kunit_run_suite(const struct kunit_suite *suite)
{
	const struct kunit_case *c;
	int n = 0, failed = 0;

	for (c = suite->test_cases; c->run; c++) {
		char desc[KUNIT_PARAM_DESC_SIZE];
		const void *param = c->gen ? c->gen(NULL, desc) : NULL;
		int status = 0;

		do {
			if (kunit_run_one(c, param)) {
				printf("# %s: %s\n", c->name, param ? desc : "");
				status = 1;
			}
		} while (param && (param = c->gen(param, desc)));
		printf("%sok %d - %s: %s\n", status ? "not " : "", ++n,
		       suite->name, c->name);
		failed += status;
	}
	printf("1..%d\n", n);
	return failed > 0;
}

#define kunit_test_suite(suite) int main(void) { return kunit_run_suite(&(suite)); }

#endif /* _KUNIT_TEST_H */
