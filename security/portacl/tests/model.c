// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: random policies and requests, and a naive verdict on them that
 * shares no code with the matcher.
 */
#include "../portacl.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "../lex.h"
#include "model.h"

/* Each column of the tables below stands for one of these.  "-" is unknown. */
static const struct {
	const char *text;
	u8 addr[16];
	bool v6only;
} asked[] = {
	{ "-" },
	{ "127.0.0.1", { [10] = 255, 255, 127, 0, 0, 1 } },
	{ "10.0.0.1", { [10] = 255, 255, 10, 0, 0, 1 } },
	{ "10.0.0.2", { [10] = 255, 255, 10, 0, 0, 2 } },
	{ "0.0.0.0", { [10] = 255, 255 } },
	{ "::1", { [15] = 1 } },
	{ "::", { } },
	{ ":: V6ONLY", { }, true },
};

/* Does the prefix contain all, or a part, of each request? */
static const struct {
	const char *text;
	char all[9];
	char part[9];
} addrs[] = {
	{ "", "11111111", "11111111" },
	{ "127.0.0.0/8", "01000000", "11001010" },
	{ "10.0.0.1", "00100000", "10101010" },
	{ "0.0.0.0/0", "01111000", "11111010" },
	{ "::/0,0.0.0.0/0", "11111111", "11111111" },
};

static const char *const task_cgroups[] = { NULL, "/", "/a", "/a/b", "/ab" };

/* Is the task inside?  The first column is for an allow, the last a deny. */
static const struct {
	const char *text;
	char inside[7];
} cgroups[] = {
	{ "", "111111" },
	{ "/", "011111" },
	{ "/a", "001101" },
	{ "/a/b", "000101" },
};

static u32 below(struct rnd_state *rnd, u32 max)
{
	return prandom_u32_state(rnd) % max;
}

/* Small numbers collide often, which finds faults. */
static u32 number(struct rnd_state *rnd, u32 max)
{
	return below(rnd, 6) ? 1 + below(rnd, 12) : 1 + below(rnd, max);
}

static u8 make_ranges(struct rnd_state *rnd, struct portacl_range *range,
		      u32 nr, u32 max)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		range[i].min = number(rnd, max);
		range[i].max = range[i].min;
		if (!below(rnd, 3))
			range[i].max = min(max, range[i].min + below(rnd, 9));
		else if (!below(rnd, 8))
			range[i].max = max;
	}
	return nr;
}

static void make_rule(struct model_rule *rule, struct rnd_state *rnd)
{
	memset(rule, 0, sizeof(*rule));
	rule->allow = below(rnd, 3);
	rule->only = rule->allow && !below(rnd, 4);
	rule->net_any = !below(rnd, 4);
	rule->launch_root = !below(rnd, 6);
	rule->protos = below(rnd, 3) ? BIT(PORTACL_TCP) :
				       1 + below(rnd, PORTACL_ANY_PROTO);
	rule->exe = below(rnd, 6);
	rule->addr = below(rnd, 3) ? 0 : below(rnd, ARRAY_SIZE(addrs));
	rule->cgroup = below(rnd, 4) ? 0 : below(rnd, ARRAY_SIZE(cgroups));
	rule->nr_ports = make_ranges(rnd, rule->ports, 1 + below(rnd, 3),
				     PORTACL_NR_PORTS - 1);
	rule->nr_uids = make_ranges(rnd, rule->uids, below(rnd, 4), 100000);
	rule->nr_gids = make_ranges(rnd, rule->gids,
				    below(rnd, 4) ? 0 : 1 + below(rnd, 2),
				    100000);
	if (rule->allow && rule->exe && rule->nr_uids)
		rule->accept = below(rnd, BIT(PORTACL_NR_ACCEPT));
}

/* Make a rule of a program and a user alone, as most rules are. */
static void make_plain_rule(struct model_rule *rule, struct rnd_state *rnd,
			    u32 programs)
{
	memset(rule, 0, sizeof(*rule));
	rule->allow = below(rnd, 3);
	rule->protos = 1 + below(rnd, PORTACL_ANY_PROTO);
	rule->exe = below(rnd, 40) ? 1 + below(rnd, programs) : 0;
	rule->nr_ports = 1;
	rule->ports[0].min = 1 + below(rnd, 12);
	rule->ports[0].max = rule->ports[0].min;
	if (!below(rnd, 3))
		rule->ports[0].max += below(rnd, 8);
	rule->nr_uids = !!below(rnd, 40);
	rule->uids[0].min = 1 + below(rnd, 2 * programs);
	rule->uids[0].max = rule->uids[0].min;
}

/**
 * model_make - make a random policy
 * @model: where it is stored
 * @rnd: state of the random generator
 * @nr_rules: number of rules
 */
void model_make(struct model *model, struct rnd_state *rnd, u32 nr_rules)
{
	u32 programs = below(rnd, 3) ? 5 : 2;
	bool plain = !below(rnd, 3);
	u32 i;

	model->default_action = below(rnd, PORTACL_NR_ACTIONS);
	model->nr_rules = nr_rules;
	for (i = 0; i < nr_rules; i++) {
		if (plain && below(rnd, 100))
			make_plain_rule(&model->rules[i], rnd, programs);
		else
			make_rule(&model->rules[i], rnd);
	}
}

static void print_names(struct seq_buf *s, const char *key,
			const char *const *names, u32 bits)
{
	u32 i;

	for (i = 0; bits >> i; i++)
		if (bits & BIT(i)) {
			seq_buf_printf(s, "%s%s", key, names[i]);
			key = ",";
		}
}

static void print_ranges(struct seq_buf *s, const char *key,
			 const struct portacl_range *range, u32 nr)
{
	for (; nr--; range++) {
		seq_buf_printf(s, "%s%u", key, range->min);
		if (range->max != range->min)
			seq_buf_printf(s, "-%u", range->max);
		key = ",";
	}
}

/**
 * model_print - print a rule as a line without its newline
 * @s: where to
 * @rule: the rule
 */
void model_print(struct seq_buf *s, const struct model_rule *rule)
{
	print_names(s, rule->allow ? "allow " : "deny ", portacl_protos,
		    rule->protos);
	print_ranges(s, " ", rule->ports, rule->nr_ports);
	if (rule->exe)
		seq_buf_printf(s, " exe=/bin/%u", rule->exe);
	print_ranges(s, " uid=", rule->uids, rule->nr_uids);
	print_ranges(s, " gid=", rule->gids, rule->nr_gids);
	if (rule->addr)
		seq_buf_printf(s, " addr=%s", addrs[rule->addr].text);
	if (rule->cgroup)
		seq_buf_printf(s, " cgroup=%s", cgroups[rule->cgroup].text);
	if (rule->net_any)
		seq_buf_puts(s, " net=any");
	if (rule->launch_root)
		seq_buf_puts(s, " launch=root");
	print_names(s, " accept=", portacl_taints, rule->accept);
	if (rule->only)
		seq_buf_puts(s, " only");
}

/**
 * model_ask - make a random request
 * @ask: where it is stored
 * @rnd: state of the random generator
 */
void model_ask(struct model_request *ask, struct rnd_state *rnd)
{
	struct portacl_request *req = &ask->req;
	char exe[16];
	u32 i, group = 0;

	memset(ask, 0, sizeof(*ask));
	ask->exe = 1 + below(rnd, 6);
	ask->addr = below(rnd, ARRAY_SIZE(asked));
	ask->cgroup = below(rnd, ARRAY_SIZE(task_cgroups));
	for (i = 0; i < ARRAY_SIZE(ask->groups); i++)
		ask->groups[i] = group += number(rnd, 100000);
	snprintf(exe, sizeof(exe), "/bin/%u", ask->exe);
	req->exe = portacl_hash_path(exe, strlen(exe));
	req->taint = below(rnd, 3) ? 0 : BIT(below(rnd, PORTACL_NR_TAINTS));
	req->uid = number(rnd, 100000);
	req->gid = number(rnd, 100000);
	req->groups = ask->groups;
	req->nr_groups = below(rnd, ARRAY_SIZE(ask->groups) + 1);
	req->port = number(rnd, PORTACL_NR_PORTS - 1);
	req->proto = below(rnd, 3) ? PORTACL_TCP :
				     below(rnd, PORTACL_NR_PROTOS);
	req->launch_root = below(rnd, 2);
	req->other_net = !below(rnd, 4);
	req->cgroup = task_cgroups[ask->cgroup];
	if (ask->addr)
		portacl_request_addr(req, asked[ask->addr].addr,
				     asked[ask->addr].v6only);
}

static bool inside(const struct portacl_range *range, u32 nr, u32 value)
{
	for (; nr--; range++)
		if (value >= range->min && value <= range->max)
			return true;
	return false;
}

static bool covers(const struct model_rule *rule,
		   const struct model_request *ask, bool all)
{
	const char *row = all ? addrs[rule->addr].all : addrs[rule->addr].part;

	return (rule->protos & BIT(ask->req.proto)) &&
	       inside(rule->ports, rule->nr_ports, ask->req.port) &&
	       (rule->net_any || !ask->req.other_net) &&
	       (!rule->addr || row[ask->addr] == '1');
}

static bool in_groups(const struct model_rule *rule,
		      const struct portacl_request *req)
{
	u32 i;

	for (i = 0; i < req->nr_groups; i++)
		if (inside(rule->gids, rule->nr_gids, req->groups[i]))
			return true;
	return !rule->nr_gids || inside(rule->gids, rule->nr_gids, req->gid);
}

static bool applies(const struct model_rule *rule,
		    const struct model_request *ask)
{
	const struct portacl_request *req = &ask->req;
	u32 column = !ask->cgroup && !rule->allow ? 5 : ask->cgroup;

	if (!covers(rule, ask, rule->allow) || !in_groups(rule, req))
		return false;
	if (rule->exe && rule->exe != ask->exe)
		return false;
	if (rule->exe && rule->allow && (req->taint & ~rule->accept))
		return false;
	if (rule->nr_uids && !inside(rule->uids, rule->nr_uids, req->uid))
		return false;
	if (rule->launch_root && !req->launch_root)
		return false;
	return cgroups[rule->cgroup].inside[column] == '1';
}

/**
 * model_match - decide on a request, rule by rule
 * @model: the policy
 * @ask: the request
 *
 * Return: the verdict without reason and flags.
 */
struct portacl_verdict model_match(const struct model *model,
				   const struct model_request *ask)
{
	struct portacl_verdict v = { .source = PORTACL_BY_RULE };
	u32 i;

	for (i = 0; i < model->nr_rules; i++) {
		if (!applies(&model->rules[i], ask))
			continue;
		v.action = model->rules[i].allow ? PORTACL_ALLOW : PORTACL_DENY;
		v.rule = i;
		return v;
	}
	v.source = PORTACL_BY_ONLY;
	v.action = PORTACL_DENY;
	for (i = 0; i < model->nr_rules; i++)
		if (model->rules[i].only &&
		    covers(&model->rules[i], ask, false)) {
			v.rule = i;
			return v;
		}
	v.source = PORTACL_BY_DEFAULT;
	v.rule = PORTACL_NO_RULE;
	v.action = ask->req.other_net ? PORTACL_LEGACY : model->default_action;
	return v;
}
