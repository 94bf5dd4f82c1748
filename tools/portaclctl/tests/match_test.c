// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random policies and requests: the sets of ports, the quick path and the reason
 * of a denial, against the rules one by one.  The KUnit suite compares verdicts.
 * Usage: match_test [SEED [POLICIES]]
 */
#include <linux/kernel.h>
#include <linux/seq_buf.h>

#include "match.h"
#include "parse.h"
#include "portacl.h"
#include "quick.h"
#include "tests/model.h"

#define REQUESTS 400

static struct portacl_policy *build(const struct model *model)
{
	struct portacl_parser p = {
		.ops = &portacl_kernel_ops,
		.has_version = true,
	};
	struct portacl_policy *policy;
	char line[1024];
	u32 i;

	p.draft.default_action = model->default_action;
	for (i = 0; i < model->nr_rules; i++) {
		struct seq_buf s;

		seq_buf_init(&s, line, sizeof(line));
		model_print(&s, &model->rules[i]);
		seq_buf_putc(&s, '\0');
		assert(!portacl_parse_line(&p, line, strlen(line)));
	}
	policy = portacl_policy_build(&p.draft);
	assert(!IS_ERR(policy));
	portacl_parser_free(&p);
	return policy;
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

/* Return the part that disagrees about a request, or NULL. */
static const char *find_fault(const struct model *model,
			      const struct portacl_policy *policy,
			      const struct model_request *ask)
{
	struct portacl_verdict want = model_match(model, ask);
	struct portacl_verdict got = portacl_match(policy, &ask->req);
	u32 port = ask->req.port;

	if (want.action != got.action || want.source != got.source ||
	    want.rule != got.rule)
		return "the verdict";
	/* Without an opinion the port must still be known as one of ours. */
	if (want.source != PORTACL_BY_DEFAULT && !test_bit(port, policy->ports))
		return "the set of ports";
	if (want.source == PORTACL_BY_ONLY &&
	    !test_bit(port, policy->only[ask->req.other_net]))
		return "the set of reserved ports";
	if (portacl_match_reason(policy, &ask->req, &got) !=
	    naive_reason(policy, &ask->req, &got))
		return "the reason";
	return quick_agrees(policy, &ask->req, &want) ? NULL : "the quick path";
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
	u32 seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 42;
	u32 policies = argc > 2 ? atoi(argv[2]) : 2000;
	u32 i, n, bad = 0, decided = 0, quick = 0;
	static struct model model;
	struct model_request ask;
	struct rnd_state rnd;
	bool small, often;

	prandom_seed_state(&rnd, seed);
	for (i = 0; i < policies && bad < 20; i++) {
		struct portacl_policy *policy;

		model_make(&model, &rnd, prandom_u32_state(&rnd) %
			   (i % 4 ? 12 : 300));
		policy = build(&model);
		for (n = 0; n < REQUESTS; n++) {
			const char *fault;

			model_ask(&ask, &rnd);
			fault = find_fault(&model, policy, &ask);
			if (fault && ++bad)
				printf("# policy %u, request %u: %s\n", i, n,
				       fault);
			decided += portacl_match(policy, &ask.req).rule !=
				   PORTACL_NO_RULE;
			quick += quick_rule(policy, &ask.req) < policy->nr_rules;
		}
		portacl_policy_free(policy);
	}
	often = decided > i * (REQUESTS / 10) && quick > i * REQUESTS / 10000;
	small = fits_memory("") && fits_memory(" uid=5") &&
		fits_memory(" exe=/a") && fits_memory(" uid=5-9,11") &&
		fits_memory(" uid=5 exe=/a");
	printf("TAP version 13\n1..3\n");
	printf("%s 1 - %u policies, %u requests, seed %u\n",
	       bad ? "not ok" : "ok", i, i * REQUESTS, seed);
	printf("%s 2 - the rules decided %u requests, %u on the quick path\n",
	       often ? "ok" : "not ok", decided, quick);
	printf("%s 3 - a policy takes no more memory than its text\n",
	       small ? "ok" : "not ok");
	return bad || !often || !small;
}
