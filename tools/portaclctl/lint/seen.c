// SPDX-License-Identifier: GPL-2.0-only
/*
 * As whom programs bind: what holds a port now, and what the kernel observed,
 * tells more than a unit file.
 */
#include "kernel/observed.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "lint/lint.h"
#include "policy/links.h"
#include "policy/names.h"
#include "system/process.h"
#include "system/sockets.h"

/**
 * struct seen - a bind that was seen
 * @exe: hash of the program
 * @uid: the user
 * @proto: the protocol
 * @port: the port
 * @how: how it was seen
 */
struct seen {
	u64 exe;
	u32 uid;
	u8 proto;
	u16 port;
	const char *how;
};

static void add_seen(struct linter *linter, struct seen seen, const char *exe)
{
	u32 nr = linter->nr_seen++;

	seen.exe = portacl_hash_path(exe, strlen(exe));
	if (!(nr & (nr + 1)))
		linter->seen = xrealloc(linter->seen, 2 * nr + 1,
					sizeof(*linter->seen));
	linter->seen[nr] = seen;
}

/* A client's port is the kernel's choice, and says nothing. */
static void read_sockets(struct linter *linter)
{
	struct process process = { 0 };
	struct sockets sockets;
	pid_t pid = 0;
	u32 i;

	sockets_read_all(&sockets);
	for (i = 0; i < sockets.nr; i++) {
		const struct bound *bound = &sockets.items[i];

		if (!bound->pid || bound->state > BOUND_IDLE)
			continue;
		if (pid != bound->pid) {
			process_free(&process);
			pid = bound->pid;
			if (!process_read(&process, pid))
				process = (struct process) { 0 };
		}
		if (*process.exe)
			add_seen(linter, (struct seen) {
				.uid = bound->uid, .proto = bound->proto,
				.port = bound->port, .how = "now",
			}, process.exe);
	}
	process_free(&process);
	sockets_free(&sockets);
}

static void read_observed(struct linter *linter)
{
	autofree char *text = kernel_try_read("observed");
	struct observed *observed;
	u32 i, nr;

	if (!text)
		return;
	observed = observed_read(text, &nr);
	for (i = 0; i < nr; i++) {
		autofree char *exe = observed[i].exe && observed[i].verified ?
			path_unescape(observed[i].exe,
				      strlen(observed[i].exe)) : NULL;

		if (exe)
			add_seen(linter, (struct seen) {
				.uid = observed[i].uid,
				.proto = observed[i].proto,
				.port = observed[i].port, .how = "in `observed'",
			}, exe);
		free(observed[i].exe);
	}
	free(observed);
}

bool rule_has_user(const struct portacl_policy *policy,
		   const struct portacl_rule *rule, u32 uid)
{
	const struct portacl_range *range = portacl_rule_uids(policy, rule);
	u32 i;

	for (i = 0; i < rule->nr_uids; i++)
		if (uid >= range[i].min && uid <= range[i].max)
			return true;
	return !rule->nr_uids;
}

static bool has_port(const struct portacl_policy *policy,
		     const struct portacl_rule *rule, const struct seen *seen)
{
	const struct portacl_range *range = portacl_rule_ports(policy, rule);
	u32 i;

	if (!(rule->protos & BIT(seen->proto)))
		return false;
	for (i = 0; i < rule->nr_ports; i++)
		if (seen->port >= range[i].min && seen->port <= range[i].max)
			return true;
	return false;
}

/* Was the program seen at all? */
bool was_seen(const struct linter *linter, u64 exe)
{
	u32 i;

	for (i = 0; i < linter->nr_seen; i++)
		if (linter->seen[i].exe == exe)
			return true;
	return false;
}

static void lint_bind(struct linter *linter, const struct seen *seen)
{
	const struct portacl_policy *policy = linter->policy;
	const char *user = name_of(NAME_USER, seen->uid);
	u32 i, found = NO_RULE;

	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if (rule->exe != seen->exe ||
		    !(rule->flags & PORTACL_RULE_ALLOW) ||
		    !has_port(policy, rule, seen))
			continue;
		if (rule_has_user(policy, rule, seen->uid))
			return;
		found = min(found, i);
	}
	if (found != NO_RULE)
		report(linter, found, "seen-user",
		       "%s has %s/%u as %s (uid %u), seen %s, and no rule for it allows that user",
		       policy->strings + policy->rules[found].exe_text,
		       portacl_protos[seen->proto], seen->port,
		       user ? user : "a user without a name", seen->uid,
		       seen->how);
}

/* Report the programs that bind as another user than their rules say. */
void lint_seen(struct linter *linter)
{
	u32 i;

	read_sockets(linter);
	read_observed(linter);
	for (i = 0; i < linter->nr_seen; i++)
		lint_bind(linter, &linter->seen[i]);
}
