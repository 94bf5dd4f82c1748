// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index against a naive model: random policies, random requests.
 * Usage: match_test [SEED [POLICIES]]
 */
#include <linux/kernel.h>
#include <linux/seq_buf.h>

#include "lex.h"
#include "match.h"
#include "parse.h"
#include "print.h"
#include "portacl.h"
#include "query.h"
#include "quick.h"

#define REQUESTS 400

static u64 state;

static u32 rnd(u32 below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % below;
}

static const char *pick(const char *const *words, u32 nr)
{
	return words[rnd(nr)];
}

#define PICK(...) ({						\
	static const char *const pick_words[] = { __VA_ARGS__ };	\
	pick(pick_words, ARRAY_SIZE(pick_words)); })

/* Small numbers collide often; that is what finds faults. */
static u32 random_number(u32 max)
{
	return rnd(8) ? rnd(12) + 1 : 1 + rnd(max - 1);
}

static void add_ranges(struct seq_buf *s, u32 max)
{
	u32 n = rnd(6) ? 1 + rnd(2) : 1 + rnd(20), a, b;

	while (n--) {
		a = random_number(max);
		b = rnd(3) ? a : min(max, a + (rnd(2) ? rnd(6) : rnd(max)));
		seq_buf_printf(s, "%u", a);
		if (b != a)
			seq_buf_printf(s, "-%u", b);
		if (n)
			seq_buf_putc(s, ',');
	}
}

static void add_rule(struct seq_buf *s)
{
	bool allow = rnd(3);

	seq_buf_printf(s, "%s %s ", allow ? "allow" : "deny",
		       PICK("tcp", "udp", "tcp,udp", "any", "sctp"));
	if (rnd(10))
		add_ranges(s, PORTACL_NR_PORTS - 1);
	else
		seq_buf_puts(s, "any");
	if (rnd(3)) {
		seq_buf_puts(s, " uid=");
		add_ranges(s, 70000);
	}
	if (!rnd(4)) {
		seq_buf_puts(s, " gid=");
		add_ranges(s, 70000);
	}
	if (rnd(2))
		seq_buf_printf(s, " exe=/bin/%u%s", rnd(6),
			       allow && !rnd(2) ?
			       PICK(" uid=0-9 accept=env", " launch=root") :
			       "");
	if (!rnd(3))
		seq_buf_printf(s, " addr=%s",
			       PICK("127.0.0.0/8", "::1,10.0.0.1", "::/0",
				    "0.0.0.0/0,::/0", "fe80::/10"));
	seq_buf_puts(s, PICK("", "", "", " net=any", " cgroup=/a",
			     " cgroup=/a/b net=any", " cgroup=/"));
	seq_buf_printf(s, "%s\n", !allow ? "" :
		       PICK("", "", " only", " only log", " nolog"));
}

/* Of a program and a user alone, as most rules of most policies are. */
static void add_plain_rule(struct seq_buf *s, u32 programs)
{
	u32 port = rnd(12) + 1;

	seq_buf_printf(s, "%s %s %u", PICK("allow", "allow", "deny"),
		       PICK("tcp", "udp", "tcp,udp", "any"), port);
	if (!rnd(3))
		seq_buf_printf(s, "-%u", port + rnd(8));
	if (rnd(40))
		seq_buf_printf(s, " exe=/bin/%u", rnd(programs));
	if (rnd(40))
		seq_buf_printf(s, " uid=%u", rnd(programs * 2) + 1);
	seq_buf_printf(s, "%s\n",
		       rnd(6) ? "" : PICK(" gid=1", " nolog", " net=any"));
}

static struct portacl_policy *random_policy(void)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	struct portacl_policy *policy;
	char text[16384], *line;
	u32 i, n = rnd(4) ? rnd(12) : rnd(300);
	u32 programs = rnd(3) ? 6 : 2;
	bool plain = !rnd(3);

	p.draft.default_action = rnd(PORTACL_NR_ACTIONS);
	for (i = 0; i < n; i++) {
		struct seq_buf s;

		seq_buf_init(&s, text, sizeof(text));
		if (plain && rnd(100))
			add_plain_rule(&s, programs);
		else
			add_rule(&s);
		assert(!seq_buf_has_overflowed(&s));
		line = text;
		line[s.len - 1] = '\0';
		/* A key said twice is the only error that can happen. */
		if (portacl_parse_line(&p, line, strlen(line)))
			if (!strstr(p.error.reason, "repeated")) {
				printf("# %s\n", p.error.reason);
				abort();
			}
	}
	policy = portacl_policy_build(&p.draft);
	assert(!IS_ERR(policy));
	portacl_parser_free(&p);
	return policy;
}

static void random_address(struct portacl_request *req)
{
	struct portacl_cidr cidr;
	const char *why;
	char text[40];

	snprintf(text, sizeof(text), "%s",
		 PICK("0.0.0.0", "::", "127.0.0.1", "10.0.0.1", "::1",
		      "::ffff:127.0.0.1", "fe80::1"));
	assert(!portacl_parse_cidr(text, &cidr, &why));
	if (rnd(5))
		portacl_request_addr(req, cidr.addr, rnd(2));
}

static void random_request(struct portacl_request *req, u32 *groups)
{
	static const char *const cgroups[] = { NULL, "/", "/a", "/a/b", "/ab" };
	char path[16];
	u32 i, group = 0;

	*req = (struct portacl_request) {
		.uid = random_number(70000) - 1,
		.gid = random_number(70000) - 1,
		.nr_groups = rnd(9),
		.groups = groups,
		.port = random_number(PORTACL_NR_PORTS - 1),
		.proto = rnd(PORTACL_NR_PROTOS),
		.taint = rnd(3) ? 0 : 1U << rnd(PORTACL_NR_TAINTS) |
				      1U << rnd(PORTACL_NR_ACCEPT),
		.launch_root = rnd(2),
		.other_net = !rnd(4),
		.cgroup = pick(cgroups, ARRAY_SIZE(cgroups)),
	};
	for (i = 0; i < req->nr_groups; i++)
		groups[i] = group += random_number(70000);
	if (rnd(6)) {
		snprintf(path, sizeof(path), "/bin/%u", rnd(7));
		req->exe = portacl_hash_path(path, strlen(path));
	}
	random_address(req);
}

static struct portacl_verdict naive(const struct portacl_policy *policy,
				    const struct portacl_request *req)
{
	struct portacl_verdict v = { .rule = PORTACL_NO_RULE };
	u32 i;
	const struct portacl_rule *rule = policy->rules;

	for (i = 0; i < policy->nr_rules; i++, rule++) {
		bool allow = rule->flags & PORTACL_RULE_ALLOW;

		if (portacl_match_rule(policy, rule, req) == PORTACL_REASON_NONE)
			return (struct portacl_verdict) {
				.action = allow ? PORTACL_ALLOW : PORTACL_DENY,
				.source = PORTACL_BY_RULE,
				.reason = allow ? 0 : PORTACL_REASON_RULE,
				.flags = rule->flags, .rule = i,
			};
	}
	for (i = 0, rule = policy->rules; i < policy->nr_rules; i++, rule++)
		if ((rule->flags & PORTACL_RULE_ONLY) &&
		    portacl_match_only(policy, rule, req))
			return (struct portacl_verdict) {
				.action = PORTACL_DENY,
				.source = PORTACL_BY_ONLY,
				.reason = PORTACL_REASON_RESERVED,
				.flags = rule->flags & ~PORTACL_RULE_LOG,
				.rule = i,
			};
	v.action = req->other_net ? PORTACL_LEGACY : policy->default_action;
	if (v.action == PORTACL_DENY)
		v.reason = PORTACL_REASON_DEFAULT;
	return v;
}

/* The reason of the first rule that a taint alone keeps from matching. */
static enum portacl_reason naive_reason(const struct portacl_policy *policy,
					const struct portacl_request *req,
					const struct portacl_verdict *v)
{
	u32 i, reason;

	for (i = 0; v->source != PORTACL_BY_RULE && i < policy->nr_rules; i++) {
		reason = portacl_match_rule(policy, &policy->rules[i], req);
		if (reason >= PORTACL_REASON_TAINT)
			return reason;
	}
	return v->reason;
}

static u32 quick_rule(const struct portacl_policy *policy,
		      const struct portacl_request *req)
{
	const struct portacl_who who = {
		.exe = req->exe,
		.uid = req->uid,
		.port = req->port,
		.protos = BIT(req->proto),
	};

	return portacl_quick_search(policy, &who);
}

/* An allow rule with exe= decides only for an untainted program. */
static bool quick_agrees(const struct portacl_policy *policy,
			 const struct portacl_request *req,
			 const struct portacl_verdict *want)
{
	u32 rule = quick_rule(policy, req);

	if (rule == PORTACL_UNSURE || req->other_net)
		return true;
	if (rule == PORTACL_NO_RULE)
		return want->source != PORTACL_BY_RULE;
	return want->rule == rule || (req->taint && policy->rules[rule].exe &&
				      policy->rules[rule].flags &
					      PORTACL_RULE_ALLOW);
}

static bool same(const struct portacl_policy *policy,
		 const struct portacl_request *req)
{
	struct portacl_verdict want = naive(policy, req);
	struct portacl_verdict got = portacl_match(policy, req);
	u32 quick = quick_rule(policy, req);
	char line[16384] = "";
	struct seq_buf s;

	/* Without an opinion the port must still be known as one of ours. */
	if (want.source != PORTACL_BY_DEFAULT && !test_bit(req->port, policy->ports))
		printf("# port %u is not in the set of ports\n", req->port);
	else if (want.source == PORTACL_BY_ONLY &&
		 !test_bit(req->port, policy->only[req->other_net]))
		printf("# port %u is not in the set of reserved ports\n",
		       req->port);
	else if (portacl_match_reason(policy, req, &got) !=
		 naive_reason(policy, req, &want))
		printf("# another reason\n");
	else if (!quick_agrees(policy, req, &want))
		printf("# quickly decided by rule %u\n", quick);
	else if (!memcmp(&want, &got, sizeof(want)))
		return true;
	seq_buf_init(&s, line, sizeof(line) - 1);
	if (want.rule != PORTACL_NO_RULE)
		portacl_print_rule(&s, policy, want.rule);
	printf("# port %u uid %u proto %u net %u exe %llx: action %u source %u reason %u rule %u, wanted action %u source %u reason %u rule %u: %s\n",
	       req->port, req->uid, req->proto, req->other_net, req->exe,
	       got.action, got.source, got.reason, got.rule, want.action,
	       want.source, want.reason, want.rule, line);
	return false;
}

/* What is printed must be read back as the same and print the same. */
static bool round_trip(const struct portacl_policy *policy)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	char first[16384], again[16384];
	struct portacl_policy *copy;
	bool ok = true;
	u32 i;

	for (i = 0; i < policy->nr_rules; i++) {
		struct seq_buf s;

		seq_buf_init(&s, first, sizeof(first));
		portacl_print_rule(&s, policy, i);
		seq_buf_putc(&s, '\0');
		assert(!portacl_parse_line(&p, first, strlen(first)));
	}
	copy = portacl_policy_build(&p.draft);
	assert(!IS_ERR(copy));
	for (i = 0; i < policy->nr_rules && ok; i++) {
		struct seq_buf a, b;

		seq_buf_init(&a, first, sizeof(first));
		seq_buf_init(&b, again, sizeof(again));
		portacl_print_rule(&a, policy, i);
		portacl_print_rule(&b, copy, i);
		ok = a.len == b.len && !memcmp(first, again, a.len);
		if (!ok)
			printf("# %.*s\n# %.*s\n", (int)a.len, first,
			       (int)b.len, again);
	}
	portacl_policy_free(copy);
	portacl_parser_free(&p);
	return ok;
}

/* A line of the maximum length: `deny tcp 1-4,6-9,...`. */
static void long_line(char *line, const char *end)
{
	size_t len = sprintf(line, "deny tcp 1-4");
	u32 port;

	for (port = 6; port < 50000 && len < PORTACL_MAX_LINE - 64; port += 5)
		len += sprintf(line + len, ",%u-%u", port, port + 3);
	strcpy(line + len, end);
}

/* Returns the memory of a policy of 100 such lines, in bytes. */
static size_t long_policy(const char *end)
{
	static char line[PORTACL_MAX_LINE];
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	struct portacl_policy *policy;
	size_t size;
	u32 i;

	for (i = 0; i < 100; i++) {
		long_line(line, end);
		assert(!portacl_parse_line(&p, line, strlen(line)));
	}
	policy = portacl_policy_build(&p.draft);
	assert(!IS_ERR(policy));
	size = policy->size;
	portacl_policy_free(policy);
	portacl_parser_free(&p);
	return size;
}

static bool fits_memory(const char *end)
{
	size_t size = long_policy(end);

	if (size < 100 * PORTACL_MAX_LINE)
		return true;
	printf("# %zu bytes with '%s'\n", size, end);
	return false;
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 42;
	u32 policies = argc > 2 ? atoi(argv[2]) : 2000;
	u32 i, n, bad = 0, lost = 0, decided = 0, quick = 0, groups[8];
	struct portacl_request req;
	bool small, often;

	state = seed * GOLDEN_RATIO_64 + 1;
	for (i = 0; i < policies && bad + lost < 20; i++) {
		struct portacl_policy *policy = random_policy();

		for (n = 0; n < REQUESTS; n++) {
			random_request(&req, groups);
			bad += !same(policy, &req);
			decided += portacl_match(policy, &req).rule !=
				   PORTACL_NO_RULE;
			quick += quick_rule(policy, &req) < policy->nr_rules;
		}
		lost += !round_trip(policy);
		portacl_policy_free(policy);
	}
	printf("TAP version 13\n1..5\n");
	printf("%s 1 - index and naive model agree (%u policies, %u requests, seed %llu)\n",
	       bad ? "not ok" : "ok", i, i * REQUESTS, seed);
	printf("%s 2 - a printed policy reads back as the same\n",
	       lost ? "not ok" : "ok");
	often = decided > i * (REQUESTS / 10) && quick > i * REQUESTS / 10000;
	printf("%s 3 - the rules decided %u requests, more than a tenth\n",
	       decided > i * (REQUESTS / 10) ? "ok" : "not ok", decided);
	printf("%s 4 - %u of them on the quick path, more than one in 10000\n",
	       quick > i * REQUESTS / 10000 ? "ok" : "not ok", quick);
	small = fits_memory("") && fits_memory(" uid=5") &&
		fits_memory(" exe=/a") && fits_memory(" uid=5-9,11") &&
		fits_memory(" uid=5 exe=/a");
	printf("%s 5 - a policy takes no more memory than its text\n",
	       small ? "ok" : "not ok");
	return bad || lost || !often || !small;
}
