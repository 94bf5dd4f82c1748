// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: KUnit tests of the dispatcher of inet_bind_port.  It combines the
 * answers of two modules, one before portacl and one behind it.
 */
#include "../portacl.h"

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/lsm_hooks.h>
#include <linux/security.h>
#include <linux/string.h>

#include "../hooks.h"

/*
 * Each module needs a slot beside portacl's, and BPF takes a slot of each hook.
 * The kernel panics at boot if a hook has more modules than slots.
 */
#ifdef MAX_LSM_COUNT
#define HAS_SLOTS (MAX_LSM_COUNT >= 3 + IS_ENABLED(CONFIG_BPF_LSM))
#else
#define HAS_SLOTS true
#endif

static struct {
	int answer;
	int asked;
} modules[2];
static bool registered;

static int ask_first(struct sock *sk, const struct sockaddr *addr, u16 port)
{
	modules[0].asked++;
	return modules[0].answer;
}

static int ask_last(struct sock *sk, const struct sockaddr *addr, u16 port)
{
	modules[1].asked++;
	return modules[1].answer;
}

static struct security_hook_list first[] __lsm_ro_after_init = {
	LSM_HOOK_INIT(inet_bind_port, ask_first),
};

static struct security_hook_list last[] __lsm_ro_after_init = {
	LSM_HOOK_INIT(inet_bind_port, ask_last),
};

/**
 * portacl_dispatch_test_add - register one of the two modules
 * @hooks_first: register the module before portacl, not the one behind it
 *
 * Context: boot.
 */
void __init portacl_dispatch_test_add(bool hooks_first)
{
	if (!HAS_SLOTS)
		return;
	security_add_hooks(hooks_first ? first : last, 1, &portacl_lsm_id);
	registered = true;
}

struct dispatch_case {
	const char *desc;
	int answers[2];
	int want;
	int asked[2];
};

static const struct dispatch_case cases[] = {
	{ "nobody has an opinion", { 0, 0 }, 0, { 1, 1 } },
	{ "the first grants", { 1, 0 }, 1, { 1, 1 } },
	{ "the last grants", { 0, 1 }, 1, { 1, 1 } },
	{ "both grant", { 1, 1 }, 1, { 1, 1 } },
	{ "a denial behind a grant", { 1, -EACCES }, -EACCES, { 1, 1 } },
	{ "a denial before a grant", { -EACCES, 1 }, -EACCES, { 1, 0 } },
	{ "the first denial counts", { -EPERM, -EACCES }, -EPERM, { 1, 0 } },
};

static void get_desc(const struct dispatch_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(dispatch, cases, get_desc);

/* No rule names the port, so portacl itself has no opinion. */
static void test_dispatch(struct kunit *test)
{
	const struct dispatch_case *c = test->param_value;
	int i;

	if (!registered)
		kunit_skip(test, "portacl is not active, or too few modules are built in");
	for (i = 0; i < 2; i++) {
		modules[i].answer = c->answers[i];
		modules[i].asked = 0;
	}
	KUNIT_EXPECT_EQ(test, security_inet_bind_port(NULL, NULL, 9), c->want);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, modules[i].asked, c->asked[i]);
		modules[i].answer = 0;
	}
}

static struct kunit_case dispatch_tests[] = {
	KUNIT_CASE_PARAM(test_dispatch, dispatch_gen_params),
	{ }
};

static struct kunit_suite dispatch_suite = {
	.name = "portacl_dispatch",
	.test_cases = dispatch_tests,
};

kunit_test_suite(dispatch_suite);
