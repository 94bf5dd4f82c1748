// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: tests of the verdict.
 */
#include "../portacl.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../draft.h"
#include "../lex.h"
#include "../match.h"
#include "../parse.h"
#include "../print.h"
#include "../query.h"
#include "../quick.h"
#include "key_cases.h"
#include "load.h"
#include "model.h"

/* Printed with each failure; change it to look further. */
#define SEED 20260101
#define POLICIES 3000
#define REQUESTS 700

struct match_case {
	const char *desc;
	const char *rules;
	const char *query;
	enum portacl_action action;
	enum portacl_reason reason;
	u32 rule;
};

#define TAINT(name) (PORTACL_REASON_TAINT + PORTACL_TAINT_##name)

static const struct match_case match_cases[] = {
	{
		.desc = "no rule",
		.rules = "",
		.query = "tcp 80 uid=33",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "the whole of it",
		.rules = "allow tcp 80 exe=/usr/sbin/apache2 uid=33 only",
		.query = "tcp 80 exe=/usr/sbin/apache2 uid=33",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "reserved, root included",
		.rules = "allow tcp 80 exe=/usr/sbin/apache2 uid=33 only",
		.query = "tcp 80 exe=/usr/sbin/apache2 uid=0",
		.action = PORTACL_DENY,
		.reason = PORTACL_REASON_RESERVED,
		.rule = 1,
	}, {
		.desc = "only reserves the protocol named",
		.rules = "allow tcp 80 uid=33 only",
		.query = "udp 80 uid=0",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "a later allow is not cut off by only",
		.rules = "allow tcp 80 uid=33 only; allow tcp 80 uid=34",
		.query = "tcp 80 uid=34",
		.action = PORTACL_ALLOW,
		.rule = 2,
	}, {
		.desc = "first match wins: range before port",
		.rules = "deny tcp 1-1023; allow tcp 80 uid=33",
		.query = "tcp 80 uid=33",
		.action = PORTACL_DENY,
		.reason = PORTACL_REASON_RULE,
		.rule = 1,
	}, {
		.desc = "first match wins: port before range",
		.rules = "allow tcp 80 uid=33; deny tcp 1-1023",
		.query = "tcp 80 uid=33",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "default deny",
		.rules = "default deny; allow tcp 80 uid=33",
		.query = "tcp 81 uid=33",
		.action = PORTACL_DENY,
		.reason = PORTACL_REASON_DEFAULT,
	}, {
		.desc = "a prefix may end within a byte",
		.rules = "deny tcp 80 addr=10.64.0.0/10",
		.query = "tcp 80 uid=33 addr=10.127.0.1",
		.action = PORTACL_DENY,
		.reason = PORTACL_REASON_RULE,
		.rule = 1,
	}, {
		.desc = "the version may be named",
		.rules = "version 1; allow tcp 80 uid=33",
		.query = "tcp 80 uid=33",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "the default is that of the initial namespace alone",
		.rules = "default deny; allow tcp 80 uid=33",
		.query = "tcp 81 uid=33 net=other",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "a taint is named",
		.rules = "allow tcp 80 exe=/bin/x uid=33",
		.query = "tcp 80 exe=/bin/x uid=33 taint=nnp",
		.action = PORTACL_LEGACY,
		.reason = TAINT(NNP),
	}, {
		.desc = "a taint is accepted",
		.rules = "allow tcp 80 exe=/bin/x uid=33 accept=nnp,env",
		.query = "tcp 80 exe=/bin/x uid=33 taint=env,nnp",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "the worst taint is named",
		.rules = "allow tcp 80 exe=/bin/x uid=33 accept=nnp only",
		.query = "tcp 80 exe=/bin/x uid=33 taint=env,nnp,traced",
		.action = PORTACL_DENY,
		.reason = TAINT(TRACED),
		.rule = 1,
	}, {
		.desc = "a taint does not save from a deny",
		.rules = "deny tcp 80 exe=/bin/x",
		.query = "tcp 80 exe=/bin/x uid=33 taint=namespace",
		.action = PORTACL_DENY,
		.reason = PORTACL_REASON_RULE,
		.rule = 1,
	}, {
		.desc = "a launcher's launch is root's",
		.rules = "launcher /bin/l; allow tcp 80 exe=/bin/x launch=root",
		.query = "tcp 80 exe=/bin/x uid=33 taint=env,nnp launcher=/bin/l",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "no other weakness is taken from a launcher",
		.rules = "launcher /bin/l; allow tcp 80 exe=/bin/x launch=root",
		.query = "tcp 80 exe=/bin/x uid=33 taint=env,chroot launcher=/bin/l",
		.action = PORTACL_LEGACY,
		.reason = TAINT(CHROOT),
	}, {
		.desc = "what has no launcher line is no launcher",
		.rules = "launcher /bin/l; allow tcp 80 exe=/bin/x launch=root only",
		.query = "tcp 80 exe=/bin/x uid=33 launcher=/bin/m",
		.action = PORTACL_DENY,
		.reason = PORTACL_REASON_RESERVED,
		.rule = 1,
	}, {
		.desc = "nor does it take a weakness away",
		.rules = "launcher /bin/l; allow tcp 80 exe=/bin/x",
		.query = "tcp 80 exe=/bin/x uid=33 taint=env launcher=/bin/m",
		.action = PORTACL_LEGACY,
		.reason = TAINT(ENV),
	}, {
		.desc = "supplementary group",
		.rules = "allow udp 53 gid=100-199",
		.query = "udp 53 uid=1 gid=5,7,150",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "the wildcard is not inside a network",
		.rules = "allow tcp 80 addr=127.0.0.0/8",
		.query = "tcp 80 uid=1 addr=0.0.0.0",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "the wildcard takes a part of a network",
		.rules = "deny tcp 80 addr=127.0.0.0/8",
		.query = "tcp 80 uid=1 addr=::",
		.action = PORTACL_DENY,
		.reason = PORTACL_REASON_RULE,
		.rule = 1,
	}, {
		.desc = "the wildcard is in 0.0.0.0/0",
		.rules = "allow tcp 80 addr=0.0.0.0/0",
		.query = "tcp 80 uid=1 addr=0.0.0.0",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "the wildcard is in no half",
		.rules = "allow tcp 80 addr=0.0.0.0/1,128.0.0.0/1",
		.query = "tcp 80 uid=1 addr=0.0.0.0",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "the wildcard is not in the network of its number",
		.rules = "allow tcp 80 addr=0.0.0.0/8",
		.query = "tcp 80 uid=1 addr=0.0.0.0",
		.action = PORTACL_LEGACY,
	}, {
		.desc = ":: is both wildcards",
		.rules = "allow tcp 80 addr=0.0.0.0/0,::/0",
		.query = "tcp 80 uid=1 addr=::",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = ":: is not IPv6 alone",
		.rules = "allow tcp 80 addr=::/0",
		.query = "tcp 80 uid=1 addr=::",
		.action = PORTACL_LEGACY,
	}, {
		.desc = ":: is not IPv4 alone",
		.rules = "allow tcp 80 addr=0.0.0.0/0",
		.query = "tcp 80 uid=1 addr=::",
		.action = PORTACL_LEGACY,
	}, {
		.desc = ":: is in no part of IPv6",
		.rules = "allow tcp 80 addr=0.0.0.0/0,::/1,8000::/1",
		.query = "tcp 80 uid=1 addr=::",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "an unknown address is any",
		.rules = "allow tcp 80 addr=0.0.0.0/0,::/0",
		.query = "tcp 80 uid=1",
		.action = PORTACL_ALLOW,
		.rule = 1,
	}, {
		.desc = "an unknown address may be IPv6",
		.rules = "allow tcp 80 addr=0.0.0.0/0",
		.query = "tcp 80 uid=1",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "IPv4 is not in ::/0",
		.rules = "allow tcp 80 addr=::/0",
		.query = "tcp 80 uid=1 addr=127.0.0.1",
		.action = PORTACL_LEGACY,
	}, {
		.desc = "mapped IPv6 is IPv4",
		.rules = "allow tcp 80 addr=127.0.0.1",
		.query = "tcp 80 uid=1 addr=::ffff:127.0.0.1",
		.action = PORTACL_ALLOW,
		.rule = 1,
	},
};

static void match_desc(const struct match_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(match, match_cases, match_desc);

static void test_match(struct kunit *test)
{
	const struct match_case *c = test->param_value;
	struct portacl_policy *policy = load(test, c->rules);
	struct portacl_error error;
	struct portacl_query q;
	struct portacl_verdict v;
	char text[128];

	strscpy(text, c->query, sizeof(text));
	KUNIT_ASSERT_EQ_MSG(test,
			    portacl_parse_query(&q, &portacl_kernel_ops, text,
						&error), 0,
			    "%s", error.reason);
	v = portacl_match(policy, &q.request);
	v.reason = portacl_match_reason(policy, &q.request, &v);
	KUNIT_EXPECT_EQ(test, v.action, c->action);
	KUNIT_EXPECT_EQ(test, v.rule + 1, c->rule);
	KUNIT_EXPECT_STREQ(test, portacl_reason_text(v.reason),
			   portacl_reason_text(c->reason));
	portacl_policy_free(policy);
}

static void test_nearest(struct kunit *test)
{
	struct portacl_policy *policy =
		load(test, "deny tcp 80 exe=/bin/b uid=33 gid=5;"
			   "allow tcp 80 exe=/bin/a uid=33;"
			   "allow tcp 80 exe=/bin/b uid=34");
	struct portacl_request req = {
		.exe = portacl_hash_path("/bin/b", 6),
		.port = 80,
		.uid = 33,
	};
	struct portacl_verdict v = portacl_match(policy, &req);
	struct portacl_miss miss = portacl_match_nearest(policy, &req, &v, 3);

	KUNIT_EXPECT_EQ(test, miss.rule, 2);
	KUNIT_EXPECT_EQ(test, miss.reason, PORTACL_REASON_UID);
	miss = portacl_match_nearest(policy, &req, &v, 2);
	KUNIT_EXPECT_EQ(test, miss.rule, 1);
	KUNIT_EXPECT_EQ(test, miss.reason, PORTACL_REASON_EXE);
	/* A deny rule that matched hides the rules after it. */
	v.source = PORTACL_BY_RULE;
	v.rule = 2;
	miss = portacl_match_nearest(policy, &req, &v, 3);
	KUNIT_EXPECT_EQ(test, miss.rule, 1);
	portacl_policy_free(policy);
}

/* The model's policy by way of its text; if @again, printed and read back. */
static struct portacl_policy *build(struct kunit *test,
				    const struct model *model, bool again)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	struct portacl_policy *policy = NULL, *first = NULL;
	static char line[1024]; /* too large for the stack */
	struct seq_buf s;
	u32 i;

	p.draft.default_action = model->default_action;
	if (again)
		first = build(test, model, false);
	for (i = 0; i < model->nr_rules; i++) {
		seq_buf_init(&s, line, sizeof(line));
		if (again)
			portacl_print_rule(&s, first, i);
		else
			model_print(&s, &model->rules[i]);
		seq_buf_putc(&s, '\0');
		KUNIT_ASSERT_EQ_MSG(test,
				    portacl_parse_line(&p, line, strlen(line)),
				    0, "%s: %s", line, p.error.reason);
	}
	policy = portacl_policy_build(&p.draft);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	portacl_parser_free(&p);
	portacl_policy_free(first);
	return policy;
}

static void compare(struct kunit *test, const struct model *model,
		    const struct portacl_policy *policy, struct rnd_state *rnd)
{
	struct model_request ask;
	struct portacl_verdict want, got;
	u32 i;

	for (i = 0; i < REQUESTS; i++) {
		model_ask(&ask, rnd);
		want = model_match(model, &ask);
		got = portacl_match(policy, &ask.req);
		if (got.action == want.action && got.rule == want.rule &&
		    got.source == want.source)
			continue;
		KUNIT_FAIL(test, "seed %u: port %u uid %u: %u by %u, not %u by %u",
			   SEED, ask.req.port, ask.req.uid, got.action,
			   got.rule, want.action, want.rule);
		break;
	}
}

static void test_model(struct kunit *test)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	struct rnd_state rnd;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < POLICIES && !test->status; i++) {
		struct portacl_policy *policy;
		u32 nr = prandom_u32_state(&rnd) %
			 (i % 16 ? 12 : MODEL_MAX_RULES);

		model_make(model, &rnd, nr);
		policy = build(test, model, i % 2);
		compare(test, model, policy, &rnd);
		portacl_policy_free(policy);
	}
	kunit_info(test, "seed %u: %u policies, %u requests each", SEED, i,
		   REQUESTS);
}

/* Only reservations apply to kernel threads. */
static void test_reserved(struct kunit *test)
{
	struct portacl_policy *policy =
		load(test, "default deny; deny tcp 80 uid=1;"
			   "allow tcp 80 uid=0 only log;"
			   "deny tcp 81; allow udp 80 addr=127.0.0.0/8 only");
	struct portacl_request req = { .port = 80, .proto = PORTACL_TCP };
	struct portacl_verdict v = portacl_match_reserved(policy, &req);

	KUNIT_EXPECT_EQ(test, v.action, PORTACL_DENY);
	KUNIT_EXPECT_EQ(test, v.source, PORTACL_BY_ONLY);
	KUNIT_EXPECT_EQ(test, v.rule, 1);
	/* log is for the binds that a rule matches, not for those it refuses. */
	KUNIT_EXPECT_FALSE(test, v.flags & PORTACL_RULE_LOG);
	req.port = 81;
	v = portacl_match_reserved(policy, &req);
	KUNIT_EXPECT_EQ(test, v.action, PORTACL_LEGACY);
	req = (struct portacl_request) { .port = 80, .proto = PORTACL_UDP };
	v = portacl_match_reserved(policy, &req);
	KUNIT_EXPECT_EQ(test, v.rule, 3);
	req.other_net = true;
	v = portacl_match_reserved(policy, &req);
	KUNIT_EXPECT_EQ(test, v.action, PORTACL_LEGACY);
	/* No rule reserves this protocol, although one reserves the port. */
	req = (struct portacl_request) { .port = 80, .proto = PORTACL_SCTP };
	v = portacl_match_reserved(policy, &req);
	KUNIT_EXPECT_EQ(test, v.action, PORTACL_LEGACY);
	portacl_policy_free(policy);
}

/* A path that is not canonical never matches, and the reason says so. */
static void test_alias(struct kunit *test)
{
	struct portacl_policy *policy = load(test, "allow tcp 80 exe=/bin/a");
	struct portacl_request req = { .port = 80, .proto = PORTACL_TCP };

	req.exe = portacl_hash_path("/usr/bin/a", 10);
	policy->aliases[policy->nr_aliases++] = (struct portacl_alias) {
		.exe = policy->rules[0].exe, .target = req.exe,
	};
	KUNIT_EXPECT_EQ(test, portacl_match_rule(policy, policy->rules, &req),
			PORTACL_REASON_ALIAS);
	req.exe = portacl_hash_path("/usr/bin/b", 10);
	KUNIT_EXPECT_EQ(test, portacl_match_rule(policy, policy->rules, &req),
			PORTACL_REASON_EXE);
	portacl_policy_free(policy);
}

static const struct key_case *find_case(struct kunit *test, const char *key)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(key_cases); i++)
		if (!strcmp(key_cases[i].key, key))
			return &key_cases[i];
	KUNIT_FAIL(test, "%s= has no case in key_cases.h", key);
	return NULL;
}

static bool allows(struct kunit *test, const char *rule, const char *request)
{
	struct portacl_policy *policy = load(test, rule);
	struct portacl_request *req;
	struct portacl_error error;
	struct portacl_query q;
	struct portacl_who who;
	char text[96];
	bool allowed;

	snprintf(text, sizeof(text), "tcp 80 %s", request);
	KUNIT_ASSERT_EQ_MSG(test,
			    portacl_parse_query(&q, &portacl_kernel_ops, text,
						&error), 0,
			    "%s", error.reason);
	req = &q.request;
	allowed = portacl_match(policy, req).action == PORTACL_ALLOW;
	who = (struct portacl_who) {
		.exe = req->exe,
		.uid = req->uid,
		.port = req->port,
		.protos = BIT(req->proto),
	};
	if (!req->taint && !req->other_net &&
	    portacl_quick_search(policy, &who) < policy->nr_rules)
		allowed = true;
	portacl_policy_free(policy);
	return allowed;
}

/* Each key that the parser knows must be looked at on each path. */
static void test_keys(struct kunit *test)
{
	const struct key_case *c;
	const char *key;
	char rule[96];
	u32 i, p;

	for (i = 0; i < PORTACL_NR_KEYS; i++) {
		key = portacl_keys[i];
		c = find_case(test, key);
		for (p = 0; c && p < ARRAY_SIZE(key_ports); p++) {
			snprintf(rule, sizeof(rule), "allow tcp %s %s %s",
				 key_ports[p], c->base, c->text);
			KUNIT_EXPECT_TRUE_MSG(test,
					      allows(test, rule, c->matching),
					      "%s", rule);
			KUNIT_EXPECT_FALSE_MSG(test,
					       allows(test, rule, c->other),
					       "%s", rule);
		}
	}
}

static struct kunit_case match_tests[] = {
	KUNIT_CASE(test_keys),
	KUNIT_CASE(test_reserved),
	KUNIT_CASE(test_alias),
	KUNIT_CASE_PARAM(test_match, match_gen_params),
	KUNIT_CASE(test_nearest),
	KUNIT_CASE(test_model),
	{ }
};

static struct kunit_suite match_suite = {
	.name = "portacl_match",
	.test_cases = match_tests,
};

kunit_test_suite(match_suite);
