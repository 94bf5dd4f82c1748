// SPDX-License-Identifier: GPL-2.0-only
/*
 * As whom programs bind: what holds a port now, and what the kernel observed,
 * tells more than a unit file.
 */
#include "kernel/observed.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "lint/linter.h"
#include "policy/names.h"
#include "system/process.h"
#include "system/sockets.h"

/* So many comparisons take about a second. */
#define MAX_STEPS (1ULL << 28)

/**
 * struct seen - a bind that was seen
 * @path: the program
 * @exe: its hash
 * @uid: the user
 * @proto: the protocol
 * @port: the port
 * @serves: it is no client's port, which the kernel may have chosen
 * @how: how it was seen
 * @own: the first rule for the program and the port
 * @other: the first rule for the port and another program
 * @allowed: a rule allows it
 */
struct seen {
	const char *path;
	u64 exe;
	u32 uid;
	u8 proto;
	u16 port;
	bool serves;
	const char *how;
	u32 own;
	u32 other;
	bool allowed;
};

static void add_seen(struct linter *linter, struct seen seen)
{
	u32 nr = linter->nr_seen++;

	seen.exe = portacl_hash_path(seen.path, strlen(seen.path));
	seen.own = seen.other = NO_RULE;
	make_room(linter->seen, nr);
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
	const char *user = name_of(PORTACL_USER, seen->uid);

	report(linter, rule, id, "%s has %s/%u as %s (uid %u), seen %s, and no rule for %s",
	       seen->path, portacl_protos[seen->proto], seen->port,
	       user ? user : "a user without a name", seen->uid, seen->how,
	       what);
}

/* Compare a rule for the port with the program and the user that were seen. */
static void judge(struct linter *linter, u32 index, struct seen *seen)
{
	const struct portacl_rule *rule = &linter->policy->rules[index];

	linter->seen_steps++;
	if (seen->allowed || !(rule->protos & BIT(seen->proto)))
		return;
	seen->allowed = may_allow(linter->policy, rule, seen);
	if (rule->exe == seen->exe)
		seen->own = min(seen->own, index);
	else if (rule->exe)
		seen->other = min(seen->other, index);
}

static int compare_ports(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return (int)x->port - (int)y->port;
}

static void judge_all(struct linter *linter, u32 index)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *range = portacl_rule_ports(policy, rule);
	u32 i, n;

	if (!(rule->flags & PORTACL_RULE_ALLOW))
		return;
	for (i = 0; i < rule->nr_ports; i++) {
		const struct seen first = { .port = range[i].min };

		for (n = find_first(&first, linter->seen, linter->nr_seen,
				    sizeof(first), compare_ports);
		     n < linter->nr_seen &&
		     linter->seen[n].port <= range[i].max; n++)
			judge(linter, index, &linter->seen[n]);
	}
}

/* Once for a rule: a program may hold thousands of ports. */
static void report_bind(struct linter *linter, const struct seen *seen,
			bool *reported)
{
	u32 rule = seen->own != NO_RULE ? seen->own : seen->other;

	if (seen->allowed || rule == NO_RULE || reported[rule] ||
	    (rule == seen->other && !seen->serves))
		return;
	reported[rule] = true;
	if (rule == seen->own)
		report_seen(linter, seen->own, "seen-user", seen,
			    "it allows that user");
	else
		report_seen(linter, seen->other, "seen-program", seen,
			    "the port names that program: the one that binds counts, not the one that it starts");
}

/* Report what was seen and no rule for the program or the port allows. */
void lint_seen(struct linter *linter)
{
	u32 i, nr = linter->policy->nr_rules;
	autofree bool *reported = xzalloc(nr + 1);

	read_sockets(linter);
	read_observed(linter);
	if (linter->nr_seen)
		qsort(linter->seen, linter->nr_seen, sizeof(*linter->seen),
		      compare_ports);
	for (i = 0; i < nr && linter->seen_steps < MAX_STEPS; i++)
		judge_all(linter, i);
	if (i < nr) {
		report(linter, NO_RULE, "not-compared",
		       "there are too many rules to compare them with the current binds");
		return;
	}
	for (i = 0; i < linter->nr_seen; i++)
		report_bind(linter, &linter->seen[i], reported);
}
