// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings about a rule by itself.
 */
#include "lex.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "lint/linter.h"
#include "policy/names.h"
#include "system/netns.h"

/* A directory may take long to say that it does not know an id. */
#define MAX_UNKNOWN 1000

static void lint_ids(struct linter *linter, u32 index, enum portacl_name kind,
		     const struct portacl_range *range, u32 nr)
{
	bool user = kind == PORTACL_USER;
	u32 i, *unknown = &linter->unknown[user];

	for (i = 0; i < nr && *unknown < MAX_UNKNOWN; i++)
		if (range[i].min == range[i].max &&
		    !name_of(kind, range[i].min) && ++*unknown)
			report(linter, index, user ? "uid-unknown" :
						     "gid-unknown",
			       "%s=%u is no %s of this machine",
			       user ? "uid" : "gid", range[i].min,
			       user ? "user" : "group");
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

/* From these systemd takes the users of DynamicUser=. */
#define DYNAMIC_MIN 61184
#define DYNAMIC_MAX 65519

static void lint_uids(struct linter *linter, u32 index)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *uid = portacl_rule_uids(policy, rule);
	u32 i;

	for (i = 0; i < rule->nr_uids; i++)
		if (uid[i].min >= DYNAMIC_MIN && uid[i].max <= DYNAMIC_MAX)
			break;
	if (i < rule->nr_uids)
		report(linter, index, "uid-dynamic",
		       "systemd gives the uids from %u to %u to services with DynamicUser=, another one at each start: name the service by cgroup=",
		       DYNAMIC_MIN, DYNAMIC_MAX);
	if ((rule->flags & PORTACL_RULE_ALLOW) && rule->nr_uids &&
	    !uid[0].min && !rule->exe && !rule->cgroup &&
	    !(rule->flags & PORTACL_RULE_LAUNCH_ROOT))
		report(linter, index, "uid-root",
		       "every process of root gets the port, even one without CAP_NET_BIND_SERVICE: add exe=, cgroup= or launch=root");
}

/* bindresvport passes by the ports that /etc/bindresvport.blacklist lists. */
static void read_blacklist(struct linter *linter)
{
	autofree char *path = in_root("/etc/bindresvport.blacklist");
	autofree char *text = read_file(path, NULL);
	char *rest = text, *line;
	u32 port;

	while (text && (line = strsep(&rest, "\n"))) {
		port = strtoul(line, NULL, 10);
		if (port < ARRAY_SIZE(linter->blacklist))
			linter->blacklist[port] = true;
	}
}

/* The ports of a rule that a picker of reserved ports may try, as text. */
static char *picked_ports(const struct linter *linter,
			  const struct portacl_rule *rule)
{
	const struct portacl_range *port = portacl_rule_ports(linter->policy,
							      rule);
	const bool *listed = linter->blacklist;
	struct buf text = { 0 };
	u32 i, n, end;

	for (i = 0; i < rule->nr_ports; i++) {
		for (n = max(port[i].min, 512U); n <= min(port[i].max, 1023U);
		     n = end + 1) {
			for (end = n; end < min(port[i].max, 1023U) &&
			     !listed[end + 1] && !listed[n]; end++)
				;
			if (listed[n])
				continue;
			add_range(&text, n, end);
		}
	}
	return text.text;
}

/* Programs of root that look for a free reserved port: do they meet a wall? */
static void lint_pickers(struct linter *linter, u32 index)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *uid = portacl_rule_uids(policy, rule);
	bool deny = !(rule->flags & PORTACL_RULE_ALLOW) && !rule->exe &&
		    !rule->cgroup && (!rule->nr_uids || !uid[0].min);
	autofree char *ports = NULL;

	if (!(rule->protos & (BIT(PORTACL_TCP) | BIT(PORTACL_UDP))) ||
	    (!deny && !(rule->flags & PORTACL_RULE_ONLY)))
		return;
	ports = picked_ports(linter, rule);
	if (ports)
		report(linter, index, "bindresvport",
		       "closes ports from 512 to 1023 (%s), where mount.nfs, rsh and others look for a free one: bindresvport stops at the first EACCES; name them in /etc/bindresvport.blacklist, and keep sunrpc.min_resvport and sunrpc.max_resvport clear of them",
		       ports);
}

static void read_resvports(struct portacl_range *range)
{
	autofree char *low = read_kernel_file("/proc/sys/sunrpc/min_resvport");
	autofree char *high = read_kernel_file("/proc/sys/sunrpc/max_resvport");

	*range = (struct portacl_range) { 665, 1023 };
	if (low && high) {
		range->min = strtoul(low, NULL, 10);
		range->max = strtoul(high, NULL, 10);
	}
}

/* Are all ports from @min to @max reserved?  Then name the first rule. */
static u32 find_reserver(const struct portacl_policy *policy, u32 proto,
			 u32 min, u32 max)
{
	const struct portacl_range *port;
	bool reserved[1024] = { 0 };
	u32 i, n, at, first = NO_RULE;

	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if (!(rule->flags & PORTACL_RULE_ONLY) ||
		    !(rule->protos & BIT(proto)))
			continue;
		port = portacl_rule_ports(policy, rule);
		for (n = 0; n < rule->nr_ports; n++) {
			for (at = max(port[n].min, min);
			     at <= min(port[n].max, max); at++) {
				reserved[at] = true;
				first = min(first, i);
			}
		}
	}
	for (at = min; at <= max; at++)
		if (!reserved[at])
			return NO_RULE;
	return first;
}

/* A picker of reserved ports that is left none fails. */
static void lint_reserved(struct linter *linter)
{
	const struct portacl_policy *policy = linter->policy;
	static const u8 protos[] = { PORTACL_TCP, PORTACL_UDP };
	struct portacl_range range;
	u32 i, rule;

	read_resvports(&range);
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		const char *proto = portacl_protos[protos[i]];

		rule = find_reserver(policy, protos[i], 512, 1023);
		if (rule != NO_RULE)
			report(linter, rule, "only-bindresvport",
			       "`only' reserves all %s ports from 512 to 1023: programs that use bindresvport get none",
			       proto);
		if (!range.min || range.min > range.max || range.max > 1023)
			continue;
		rule = find_reserver(policy, protos[i], range.min, range.max);
		if (rule != NO_RULE)
			report(linter, rule, "only-resvport",
			       "`only' reserves all %s ports from %u to %u, from which the kernel takes those of NFS and RPC clients (sunrpc.min_resvport, sunrpc.max_resvport): such a mount fails",
			       proto, range.min, range.max);
	}
}

/* Does it refuse its ports to everybody, at every address? */
static bool is_closing(const struct portacl_rule *rule)
{
	return !(rule->flags & (PORTACL_RULE_ALLOW |
				PORTACL_RULE_LAUNCH_ROOT)) &&
	       !rule->exe && !rule->cgroup && !rule->nr_uids &&
	       !rule->nr_gids && !rule->nr_addrs;
}

/* Do such rules have all ports, together? */
static bool closes_all(const struct portacl_policy *policy, u32 proto)
{
	static int steps[PORTACL_NR_PORTS + 1];
	u32 i, n, depth;

	memset(steps, 0, sizeof(steps));
	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];
		const struct portacl_range *port =
			portacl_rule_ports(policy, rule);

		if (!is_closing(rule) || !(rule->protos & BIT(proto)))
			continue;
		for (n = 0; n < rule->nr_ports; n++) {
			steps[port[n].min]++;
			steps[port[n].max + 1]--;
		}
	}
	depth = steps[0];
	for (i = 1; i < PORTACL_NR_PORTS; i++) {
		depth += steps[i];
		if (!depth)
			return false;
	}
	return true;
}

/**
 * denies_everything - does a policy leave nobody anything?
 * @policy: the policy
 * @rule: where the first rule that does is stored, or NO_RULE: the default
 *
 * Return: whether it does.
 */
bool denies_everything(const struct portacl_policy *policy, u32 *rule)
{
	u32 i;

	*rule = NO_RULE;
	for (i = policy->nr_rules; i-- > 0; ) {
		if (policy->rules[i].flags & PORTACL_RULE_ALLOW)
			return false;
		if (is_closing(&policy->rules[i]))
			*rule = i;
	}
	if (policy->default_action != PORTACL_DENY)
		return closes_all(policy, PORTACL_TCP) &&
		       closes_all(policy, PORTACL_UDP);
	*rule = NO_RULE;
	return true;
}

/* Does the rule match by ids alone, which a process may change? */
static bool is_by_ids(const struct portacl_rule *rule)
{
	return (rule->nr_uids || rule->nr_gids) && !rule->exe &&
	       !rule->cgroup;
}

/* With root, or with all others, the users leave none to change to. */
static bool is_evadable(const struct portacl_policy *policy,
			const struct portacl_rule *rule)
{
	const struct portacl_range *uid = portacl_rule_uids(policy, rule);

	return is_by_ids(rule) && (!rule->nr_uids || uid->min) &&
	       !(rule->nr_uids == 1 && !rule->nr_gids && uid->min == 1 &&
		 uid->max == U32_MAX - 1);
}

/* How a process avoids what a deny rule is about, NULL: it cannot. */
static const char *evasion(const struct portacl_rule *rule)
{
	if (rule->exe)
		return "exe=: a copy of the program has another path";
	if (rule->cgroup)
		return "cgroup=: jobs of cron and at run in another cgroup";
	if (rule->flags & PORTACL_RULE_LAUNCH_ROOT)
		return "launch=root: users can start the program themselves";
	return NULL;
}

#define DENY_OTHERS \
	"name who may have the port instead, by `allow' with `only' or by `default deny'"

static void lint_denial(struct linter *linter, u32 index)
{
	const struct portacl_rule *rule = &linter->policy->rules[index];
	const char *how = evasion(rule);

	if (how)
		report(linter, index, "deny-by-program",
		       "a user can evade a denial by %s; " DENY_OTHERS, how);
	else if (is_evadable(linter->policy, rule))
		report(linter, index, "deny-by-id",
		       "a user can evade a denial by uid= or gid=, with subordinate ids or without groups in a user namespace: " DENY_OTHERS);
}

static void lint_subject(struct linter *linter, u32 index)
{
	const struct portacl_rule *rule = &linter->policy->rules[index];

	if (!(rule->flags & PORTACL_RULE_ALLOW))
		lint_denial(linter, index);
	if (rule->accept && !rule->exe)
		report(linter, index, "accept-without-exe",
		       "accept= has no effect: it is about the identity of a program, and the rule has no exe=");
	if (!(rule->flags & PORTACL_RULE_ALLOW) || rule->nr_uids ||
	    rule->nr_gids || rule->cgroup ||
	    (rule->flags & PORTACL_RULE_LAUNCH_ROOT))
		return;
	if (rule->exe)
		report(linter, index, "any-user",
		       "any user may run the program with any arguments: add uid=");
	else
		report(linter, index, "everybody",
		       "opens the port to everybody: add exe= and uid=");
}

void lint_rules(struct linter *linter)
{
	const struct portacl_policy *policy = linter->policy;
	struct portacl_range ephemeral;
	u32 i;

	if (denies_everything(policy, &i))
		report(linter, i, "denies-everything",
		       "denies everything, sshd too: no rule allows anything");
	local_ports(&ephemeral.min, &ephemeral.max);
	read_blacklist(linter);
	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		lint_ids(linter, i, PORTACL_USER, portacl_rule_uids(policy, rule),
			 rule->nr_uids);
		lint_ids(linter, i, PORTACL_GROUP, portacl_rule_gids(policy, rule),
			 rule->nr_gids);
		lint_subject(linter, i);
		lint_uids(linter, i);
		lint_pickers(linter, i);
		if (rule->flags & PORTACL_RULE_ONLY)
			lint_only(linter, i, &ephemeral);
	}
	lint_reserved(linter);
	for (i = 0; i < ARRAY_SIZE(linter->unknown); i++)
		if (linter->unknown[i] == MAX_UNKNOWN)
			report(linter, NO_RULE, "not-looked-up",
			       "%u %ss are unknown here; further ones were not looked up",
			       MAX_UNKNOWN, i ? "user" : "group");
}
