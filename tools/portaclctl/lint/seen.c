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
 * @path: the program
 * @exe: its hash
 * @uid: the user
 * @proto: the protocol
 * @port: the port
 * @serves: it is no client's port, which the kernel may have chosen
 * @how: how it was seen
 */
struct seen {
	const char *path;
	u64 exe;
	u32 uid;
	u8 proto;
	u16 port;
	bool serves;
	const char *how;
};

static void add_seen(struct linter *linter, struct seen seen)
{
	u32 nr = linter->nr_seen++;

	seen.exe = portacl_hash_path(seen.path, strlen(seen.path));
	if (!(nr & (nr + 1)))
		linter->seen = xrealloc(linter->seen, 2 * nr + 1,
					sizeof(*linter->seen));
	linter->seen[nr] = seen;
}

/* The program of a process; the sockets come by process. */
static const char *path_of(struct linter *linter, pid_t pid)
{
	struct process process;
	bool known = process_read(&process, pid) && *process.exe;

	list_add(&linter->paths, xstrdup(known ? process.exe : ""));
	process_free(&process);
	return linter->paths.items[linter->paths.len - 1];
}

/* A connection's port may be the kernel's choice, and says nothing. */
static void read_sockets(struct linter *linter)
{
	const char *path = "";
	struct sockets sockets;
	pid_t pid = 0;
	u32 i;

	sockets_read_all(&sockets);
	for (i = 0; i < sockets.nr; i++) {
		const struct bound *bound = &sockets.items[i];

		if (!bound->pid || bound->state > BOUND_IDLE)
			continue;
		if (pid != bound->pid)
			path = path_of(linter, bound->pid);
		pid = bound->pid;
		if (*path)
			add_seen(linter, (struct seen) {
				.path = path, .uid = bound->uid,
				.proto = bound->proto, .port = bound->port,
				.serves = bound->state == BOUND_LISTENING ||
					  bound->port < 1024,
				.how = "now",
			});
	}
	sockets_free(&sockets);
}

static void read_observed(struct linter *linter)
{
	autofree char *text = kernel_try_read("observed");
	autofree struct observed *observed = NULL;
	u32 i, nr = 0;

	if (text)
		observed = observed_read(text, &nr);
	for (i = 0; i < nr; i++) {
		autofree char *exe = observed[i].exe;
		char *path;

		if (!exe || !observed[i].verified)
			continue;
		path = path_unescape(exe, strlen(exe));
		list_add(&linter->paths, path);
		add_seen(linter, (struct seen) {
			.path = path, .uid = observed[i].uid,
			.proto = observed[i].proto, .port = observed[i].port,
			.serves = true, .how = "in `observed'",
		});
	}
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

/* Without exe=, a rule may be meant for any program. */
static bool may_allow(const struct portacl_policy *policy,
		      const struct portacl_rule *rule, const struct seen *seen)
{
	return (!rule->exe || rule->exe == seen->exe) &&
	       rule_has_user(policy, rule, seen->uid);
}

static void report_seen(struct linter *linter, u32 rule, const char *id,
			const struct seen *seen, const char *what)
{
	const char *user = name_of(NAME_USER, seen->uid);

	report(linter, rule, id, "%s has %s/%u as %s (uid %u), seen %s, and no rule for %s",
	       seen->path, portacl_protos[seen->proto], seen->port,
	       user ? user : "a user without a name", seen->uid, seen->how,
	       what);
}

/* Do the rules for the port allow the program and the user that were seen? */
static void lint_bind(struct linter *linter, const struct seen *seen)
{
	const struct portacl_policy *policy = linter->policy;
	u32 i, own = NO_RULE, other = NO_RULE;

	for (i = 0; i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if (!(rule->flags & PORTACL_RULE_ALLOW) ||
		    !has_port(policy, rule, seen))
			continue;
		if (may_allow(policy, rule, seen))
			return;
		if (rule->exe == seen->exe)
			own = min(own, i);
		else if (rule->exe)
			other = min(other, i);
	}
	if (own != NO_RULE)
		report_seen(linter, own, "seen-user", seen,
			    "it allows that user");
	else if (other != NO_RULE && seen->serves)
		report_seen(linter, other, "seen-program", seen,
			    "the port names that program: the one that binds counts, not the one that it starts");
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
