/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: make a policy of its text, in tests.
 */
#ifndef _SECURITY_PORTACL_TESTS_LOAD_H
#define _SECURITY_PORTACL_TESTS_LOAD_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../draft.h"
#include "../parse.h"
#include "../policy.h"

static inline struct portacl_policy *load(struct kunit *test, const char *rules)
{
	struct portacl_parser p = { .ops = &portacl_kernel_ops };
	struct portacl_policy *policy;
	size_t size = strlen(rules) + 1;
	char *text = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	memcpy(text, rules, size);
	KUNIT_ASSERT_EQ_MSG(test, portacl_parse_rules(&p, text), 0, "%s: %s",
			    rules, p.error.reason);
	policy = portacl_policy_build(&p.draft);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	portacl_parser_free(&p);
	return policy;
}

#endif /* _SECURITY_PORTACL_TESTS_LOAD_H */
