// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: tests of the policy language.
 */
#include "../portacl.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../draft.h"
#include "../lex.h"
#include "../parse.h"
#include "../policy.h"
#include "../print.h"

#define TEXT_SIZE 4096

/* Parse line by line, as the file `policy` does. */
static int parse(struct portacl_parser *p, const char *text, char *buf)
{
	char *rest = buf, *line;
	int err = 0;

	strscpy(buf, text, TEXT_SIZE);
	while (!err && (line = strsep(&rest, "\n")))
		err = portacl_parse_line(p, line, strlen(line));
	return err;
}

struct good_case {
	const char *text;
	const char *canonical;
};

/* Texts with the same meaning are printed alike. */
static const struct good_case good_cases[] = {
	{ "allow tcp 80", "allow tcp 80" },
	{ "allow tcp 80\t# comment", "allow tcp 80" },
	{ "  deny\tany   any  ", "deny any any" },
	{ "allow udp,tcp 443,80", "allow tcp,udp 80,443" },
	{ "allow tcp,udp,sctp,udplite,dccp 1-65535", "allow any any" },
	{ "allow tcp 3-4,1-2,9", "allow tcp 1-4,9" },
	{ "allow tcp 80 uid=5,1-3,2-4", "allow tcp 80 uid=1-5" },
	{ "allow tcp 80 uid=0-4294967294", "allow tcp 80 uid=0-4294967294" },
	{ "deny tcp 80 exe=/a\\040b", "deny tcp 80 exe=/a\\040b" },
	{ "deny tcp 80 exe=/\\141", "deny tcp 80 exe=/a" },
	{ "deny tcp 80 exe=/\\377", "deny tcp 80 exe=/\\377" },
	{ "allow tcp 80 addr=::ffff:127.0.0.1", "allow tcp 80 addr=127.0.0.1" },
	{ "allow tcp 80 addr=::ffff:10.0.0.0/104", "allow tcp 80 addr=10.0.0.0/8" },
	{ "allow tcp 80 addr=0:0::1,fe80::/10", "allow tcp 80 addr=::1,fe80::/10" },
	{ "allow tcp 80 addr=2001:0db8::1", "allow tcp 80 addr=2001:db8::1" },
	{ "allow tcp 80 addr=0.0.0.0/0,::/0", "allow tcp 80 addr=0.0.0.0/0,::/0" },
	{ "allow tcp 80 net=init", "allow tcp 80" },
	{ "allow tcp 80 uid=1 accept=env", "allow tcp 80 uid=1 accept=env" },
	{ "allow tcp 80 uid=0-5 accept=env", "allow tcp 80 uid=0-5 accept=env" },
	{ "allow tcp 80 cgroup=/a accept=env", "allow tcp 80 cgroup=/a accept=env" },
	{ "allow tcp 80 exe=/a\\052\\077\\133b", "allow tcp 80 exe=/a\\052\\077\\133b" },
	{ "allow tcp 80 cgroup=/", "allow tcp 80 cgroup=/" },
	{ "allow tcp 80 only log uid=1 net=any", "allow tcp 80 uid=1 net=any only log" },
	{
		"allow tcp 80 nolog accept=nnp,env launch=root cgroup=/a exe=/b gid=1",
		"allow tcp 80 exe=/b gid=1 cgroup=/a launch=root accept=env,nnp nolog",
	},
};

static void good_desc(const struct good_case *c, char *desc)
{
	strscpy(desc, c->text, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(good, good_cases, good_desc);

static void test_good(struct kunit *test)
{
	const struct good_case *c = test->param_value;
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	struct portacl_policy *policy;
	char buf[256];
	struct seq_buf s;

	strscpy(buf, c->text, sizeof(buf));
	KUNIT_ASSERT_EQ_MSG(test, portacl_parse_line(&p, buf, strlen(buf)), 0,
			    "%s", p.error.reason);
	policy = portacl_policy_build(&p.draft);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	seq_buf_init(&s, buf, sizeof(buf));
	portacl_print_rule(&s, policy, 0);
	seq_buf_putc(&s, '\0');
	KUNIT_EXPECT_STREQ(test, buf, c->canonical);
	portacl_policy_free(policy);
	portacl_parser_free(&p);
}

struct bad_case {
	const char *text;
	u32 line;
	u32 column;
	const char *reason;
};

#define V "version 1\n"
#define ANY_V4 "0.0.0.0 binds all addresses: write 0.0.0.0/0"
#define ANY_V6 ":: binds all addresses: write 0.0.0.0/0,::/0 (only IPv6: ::/0)"

static const struct bad_case bad_cases[] = {
	{ "allow tcp 80", 1, 1, "'version 1' must come first" },
	{ "version", 1, 8, "version number expected" },
	{ "version 2", 1, 9, "unknown version: only 1 is known" },
	{ "version 1 2", 1, 11, "unexpected word" },
	{ V "version 1", 2, 1, "'version' is repeated" },
	{ V "permit tcp 80", 2, 1, "unknown statement" },
	{ V "\n\nallow", 4, 6, "protocol expected" },
	{ V "allow tcp", 2, 10, "ports expected" },
	{ V "allow icmp 80", 2, 7, "unknown or repeated name" },
	{ V "allow 80 uid=1", 2, 7, "protocol expected" },
	{ V "allow tcp uid=1", 2, 11, "ports expected" },
	{ V "allow tcp,tcp 80", 2, 11, "unknown or repeated name" },
	{ V "allow tcp, 80", 2, 11, "unknown or repeated name" },
	{ V "allow tcp 0", 2, 11, "port 0 is never matched" },
	{ V "allow tcp 65536", 2, 11, "number out of range" },
	{ V "allow tcp 65616", 2, 11, "number out of range" },
	{ V "allow tcp 4294967376", 2, 11, "number out of range" },
	{ V "allow tcp 080", 2, 11, "not a decimal number" },
	{ V "allow tcp 0x50", 2, 11, "not a decimal number" },
	{ V "allow tcp +80", 2, 11, "not a decimal number" },
	{ V "allow tcp 90-80", 2, 11, "the range ends before it starts" },
	{ V "allow tcp 80-", 2, 14, "not a decimal number" },
	{ V "allow tcp 80,,81", 2, 14, "not a decimal number" },
	{ V "allow tcp 80 81", 2, 14, "unknown word" },
	{ V "allow tcp 80 uid=", 2, 18, "uid= is empty" },
	{ V "allow tcp 80 uid=www", 2, 18, "not a decimal number" },
	{ V "allow tcp 80 uid=4294967295", 2, 18, "number out of range" },
	{ V "allow tcp 80 uid=1 uid=2", 2, 20, "uid= is repeated" },
	{ V "allow tcp 80 uid=1 gid=1 uid=2", 2, 26, "uid= is repeated" },
	{ V "allow tcp 80 user=1", 2, 14, "unknown key" },
	{ V "allow tcp 80 exe=bin/x", 2, 18, "not an absolute canonical path" },
	{ V "allow tcp 80 exe=/bin/../x", 2, 23, "not an absolute canonical path" },
	{ V "allow tcp 80 exe=/bin//x", 2, 23, "not an absolute canonical path" },
	{ V "allow tcp 80 exe=/bin/", 2, 23, "not an absolute canonical path" },
	{ V "allow tcp 80 exe=/a\\9", 2, 20, "not an absolute canonical path" },
	{ V "allow tcp 80 exe=/\\141\\141//x", 2, 28,
	  "not an absolute canonical path" },
	{ V "allow tcp 80 exe=/a/\\056/x", 2, 21, "not an absolute canonical path" },
	{ V "allow tcp 80 exe=/", 2, 19, "not an absolute canonical path" },
	{ V "allow tcp 80 \x1b[2J", 2, 14, "unknown word" },
	{ V "allow tcp 80 addr=1.2.3", 2, 19, "not an address" },
	{ V "allow tcp 80 addr=1:2:3", 2, 19, "not an address" },
	{ V "allow tcp 80 addr=10.0.0.010", 2, 19, "not an address" },
	{ V "allow tcp 80 addr=10.0.0.1/8", 2, 19,
	  "the address has bits beyond its prefix" },
	{ V "allow tcp 80 addr=10.0.0.0/33", 2, 28, "number out of range" },
	{ V "allow tcp 80 addr=::1,10.0.0.0/", 2, 32, "not a decimal number" },
	{ V "allow tcp 80 addr=0.0.0.0", 2, 19, ANY_V4 },
	{ V "allow tcp 80 addr=::1,0.0.0.0/32", 2, 23, ANY_V4 },
	{ V "allow tcp 80 addr=::ffff:0.0.0.0/128", 2, 19, ANY_V4 },
	{ V "deny tcp 80 addr=::", 2, 18, ANY_V6 },
	{ V "deny tcp 80 addr=::/128", 2, 18, ANY_V6 },
	{ V "allow tcp 80 net=all", 2, 18, "net= is init or any" },
	{ V "allow tcp 80 launch=33", 2, 21, "launch= can only be root" },
	{ V "allow tcp 80 exe=/x uid=1 accept=traced", 2, 34,
	  "unknown or repeated name" },
	{ V "allow tcp 80 exe=/x accept=env", 2, 1,
	  "accept= alone opens the port to all: add uid=, gid=, cgroup= or launch=" },
	{ V "allow tcp 80 exe=/x cgroup=/ accept=env", 2, 1,
	  "accept= alone opens the port to all: add uid=, gid=, cgroup= or launch=" },
	{ V "allow tcp 80 exe=/x uid=0-4294967294 accept=env", 2, 1,
	  "accept= alone opens the port to all: add uid=, gid=, cgroup= or launch=" },
	{ V "default reject", 2, 9, "legacy, allow or deny expected" },
	{ V "default deny\ndefault deny", 3, 1, "'default' is repeated" },
	{ V "launcher", 2, 9, "path of a launcher expected" },
	{ V "launcher bin/x", 2, 10, "not an absolute canonical path" },
	{ V "launcher /bin/x/", 2, 17, "not an absolute canonical path" },
	{ V "launcher /bin/x uid=0", 2, 17, "unexpected word" },
	{ V "launcher /x\nlauncher /\\170", 3, 10, "the launcher is repeated" },
	{ V "commit now", 2, 8, "unexpected word" },
	{ V "commit generation=x", 2, 19, "not a decimal number" },
	{ V "commit generation=+7", 2, 19, "not a decimal number" },
	{ V "commit generation=07", 2, 19, "not a decimal number" },
	{ V "commit\nallow tcp 80", 3, 1, "text after commit" },
};

static void bad_desc(const struct bad_case *c, char *desc)
{
	const char *text = c->text;

	if (!strncmp(text, V, strlen(V)))
		text += strlen(V);
	strscpy(desc, text, KUNIT_PARAM_DESC_SIZE);
	strreplace(desc, '\n', ';');
}

KUNIT_ARRAY_PARAM(bad, bad_cases, bad_desc);

static void test_bad(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	char *buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	struct portacl_parser p = { .ops = &portacl_kernel_ops };

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, parse(&p, c->text, buf), -EINVAL);
	KUNIT_EXPECT_EQ(test, p.error.line, c->line);
	KUNIT_EXPECT_EQ(test, p.error.column, c->column);
	KUNIT_EXPECT_STREQ(test, p.error.reason, c->reason);
	portacl_parser_free(&p);
}

static void test_nul(struct kunit *test)
{
	struct portacl_parser p = { .ops = &portacl_kernel_ops };
	char line[] = "version\0 1";

	KUNIT_EXPECT_EQ(test, portacl_parse_line(&p, line, sizeof(line) - 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, p.error.column, 8);
	portacl_parser_free(&p);
}

/* No longer path can be that of an executable. */
static void test_long_path(struct kunit *test)
{
	char *path = kunit_kzalloc(test, PATH_MAX + 2, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, path);
	memset(path, 'a', PATH_MAX - 1);
	path[0] = '/';
	KUNIT_EXPECT_EQ(test, portacl_parse_path(path, false), 0);
	path[PATH_MAX - 1] = 'a';
	KUNIT_EXPECT_EQ(test, portacl_parse_path(path, false), -PATH_MAX);
	path[PATH_MAX] = 'a';
	KUNIT_EXPECT_EQ(test, portacl_parse_path(path, false), -PATH_MAX);
}

/* In a policy of one line, the version may stand once. */
static void test_version(struct kunit *test)
{
	struct portacl_parser p = { .ops = &portacl_kernel_ops };
	char twice[] = "version 1; version 1";

	KUNIT_EXPECT_EQ(test, portacl_parse_rules(&p, twice), -EINVAL);
	KUNIT_EXPECT_EQ(test, p.error.line, 2);
	portacl_parser_free(&p);
}

static void test_commit(struct kunit *test)
{
	char *buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	struct portacl_parser p = { .ops = &portacl_kernel_ops };

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, parse(&p, V "allow tcp 80\ncommit generation=70\n# end\n\n",
				    buf), 0);
	KUNIT_EXPECT_TRUE(test, p.committed);
	KUNIT_EXPECT_TRUE(test, p.has_generation);
	KUNIT_EXPECT_EQ(test, p.generation, 70ULL);
	KUNIT_EXPECT_EQ(test, p.draft.rules.len, 1);
	portacl_parser_free(&p);
}

static int add_launcher(struct portacl_parser *p, u32 number)
{
	char line[32];

	snprintf(line, sizeof(line), "launcher /bin/l%u", number);
	return portacl_parse_line(p, line, strlen(line));
}

static void test_too_many_rules(struct kunit *test)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	char line[] = "deny tcp 80";

	/* As if so many were stored. */
	p.draft.rules.len = PORTACL_MAX_RULES;
	KUNIT_EXPECT_EQ(test, portacl_parse_line(&p, line, strlen(line)),
			-E2BIG);
	KUNIT_EXPECT_EQ(test, p.draft.rules.len, PORTACL_MAX_RULES);
	portacl_parser_free(&p);
}

/* They are printed where they load again, and there are not too many. */
static void test_launchers(struct kunit *test)
{
	char *buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	struct portacl_parser p = { .ops = &portacl_kernel_ops };
	struct portacl_policy *policy;
	struct seq_buf s;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, parse(&p, V "allow tcp 1\nlauncher /b\\040c\ndefault deny",
				    buf), 0);
	for (i = 1; i < PORTACL_MAX_LAUNCHERS; i++)
		KUNIT_EXPECT_EQ(test, add_launcher(&p, i), 0);
	KUNIT_EXPECT_EQ(test, add_launcher(&p, i), -E2BIG);
	KUNIT_EXPECT_STREQ(test, p.error.reason, "more than 16 launchers");
	policy = portacl_policy_build(&p.draft);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	seq_buf_init(&s, buf, TEXT_SIZE - 1);
	policy->nr_launchers = 2;
	for (i = 0; i < portacl_print_steps(policy); i++)
		portacl_print_step(&s, policy, i);
	buf[s.len] = '\0';
	KUNIT_EXPECT_STREQ(test, buf, V "default deny\nlauncher /b\\040c\n"
			   "launcher /bin/l1\nallow tcp 1\ncommit\n");
	portacl_policy_free(policy);
	portacl_parser_free(&p);
}

/* As getservbyname() and getpwnam() do in the tool. */
static const char *find_number(enum portacl_name kind, const char *name,
			       u32 protos, u32 *value)
{
	if (!strcmp(name, "none"))
		*value = U32_MAX;
	else if (!strcmp(name, "a-9"))
		*value = kind == PORTACL_SERVICE ? 80 : 33;
	else
		return "no such name";
	return NULL;
}

/* A name has the column that it is written at, and is no range. */
static void test_names(struct kunit *test)
{
	static const struct portacl_parse_ops ops = {
		.hash = portacl_hash_path,
		.number = find_number,
	};
	static const struct name_case {
		const char *text;
		u32 column;
		const char *reason;
	} names[] = {
		{ "allow tcp 7,a-9 uid=1-2,a-9 gid=a-9", 0, "" },
		{ "allow tcp a-9 uid=1-2,x", 23, "no such name" },
		{ "allow tcp 80-x", 11, "no such name" },
		{ "allow tcp a-9 gid=none", 19, "number out of range" },
		{ "allow tcp 80- uid=a-9", 14, "not a decimal number" },
	};
	struct portacl_parser p = { .ops = &ops, .has_version = true };
	const struct name_case *c;
	char line[64];

	for (c = names; c < names + ARRAY_SIZE(names); c++) {
		memset(&p.error, 0, sizeof(p.error));
		strscpy(line, c->text, sizeof(line));
		KUNIT_EXPECT_EQ(test, portacl_parse_line(&p, line, strlen(line)),
				c->column ? -EINVAL : 0);
		KUNIT_EXPECT_EQ(test, p.error.column, c->column);
		KUNIT_EXPECT_STREQ(test, p.error.reason, c->reason);
	}
	KUNIT_EXPECT_EQ(test, p.draft.rules.len, 1);
	portacl_parser_free(&p);
}

static struct kunit_case parse_tests[] = {
	KUNIT_CASE_PARAM(test_good, good_gen_params),
	KUNIT_CASE_PARAM(test_bad, bad_gen_params),
	KUNIT_CASE(test_nul),
	KUNIT_CASE(test_long_path),
	KUNIT_CASE(test_version),
	KUNIT_CASE(test_commit),
	KUNIT_CASE(test_too_many_rules),
	KUNIT_CASE(test_launchers),
	KUNIT_CASE(test_names),
	{ }
};

static struct kunit_suite parse_suite = {
	.name = "portacl_parse",
	.test_cases = parse_tests,
};

kunit_test_suite(parse_suite);
