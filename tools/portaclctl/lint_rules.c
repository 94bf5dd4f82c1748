// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is odd about a rule by itself.
 */
#include "lint.h"
#include "names.h"

static void lint_ids(struct linter *linter, u32 index, enum name_kind kind,
		     const struct portacl_range *range, u32 nr)
{
	bool user = kind == NAME_USER;
	u32 i;

	for (i = 0; i < nr; i++)
		if (range[i].min == range[i].max &&
		    !name_of(kind, range[i].min))
			report(linter, index, user ? "uid-unknown" :
						     "gid-unknown",
			       "%s=%u is no %s of this machine",
			       user ? "uid" : "gid", range[i].min,
			       user ? "user" : "group");
}

static void read_ephemeral(struct portacl_range *range)
{
	char *text = read_line_file("/proc/sys/net/ipv4/ip_local_port_range");

	*range = (struct portacl_range) { 32768, 60999 };
	if (text)
		sscanf(text, "%u %u", &range->min, &range->max);
	free(text);
}

static void lint_only(struct linter *linter, u32 index,
		      const struct portacl_range *ephemeral)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *port = portacl_rule_ports(policy, rule);
	u32 i;

	for (i = 0; i < rule->nr_ports; i++)
		if (port[i].min <= ephemeral->max &&
		    port[i].max >= ephemeral->min)
			break;
	if (i < rule->nr_ports)
		report(linter, index, "only-ephemeral",
		       "reserves ports that the kernel hands out (net.ipv4.ip_local_port_range=%u-%u): one may be in use already",
		       ephemeral->min, ephemeral->max);
}

static void lint_subject(struct linter *linter, u32 index)
{
	const struct portacl_rule *rule = &linter->policy->rules[index];

	if (rule->accept && !rule->exe)
		report(linter, index, "accept-without-exe",
		       "accept= has no effect: it is about the identity of a program, and the rule has no exe=");
	if (!(rule->flags & PORTACL_RULE_ALLOW) || rule->nr_uids ||
	    rule->nr_gids || rule->cgroup ||
	    (rule->flags & PORTACL_RULE_LAUNCH_ROOT))
		return;
	if (rule->exe)
		report(linter, index, "any-user",
		       "any user may run the program with arguments of his own: add uid=");
	else
		report(linter, index, "everybody",
		       "opens the port to everybody: add exe= and uid=");
}

void lint_rules(struct linter *linter)
{
	const struct portacl_policy *policy = linter->policy;
	struct portacl_range ephemeral;
	u32 i;

	read_ephemeral(&ephemeral);
	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		lint_ids(linter, i, NAME_USER, portacl_rule_uids(policy, rule),
			 rule->nr_uids);
		lint_ids(linter, i, NAME_GROUP, portacl_rule_gids(policy, rule),
			 rule->nr_gids);
		lint_subject(linter, i);
		if (rule->flags & PORTACL_RULE_ONLY)
			lint_only(linter, i, &ephemeral);
	}
}
