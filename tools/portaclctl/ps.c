// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes that rules name, by program or else by user, group or cgroup,
 * and what keeps the rule from matching them.
 */
#include <unistd.h>

#include "commands.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "policy/ask.h"
#include "policy/json.h"
#include "policy/names.h"
#include "system/process.h"

/* Processes that are alike share a line, which names so many others. */
#define MAX_OTHERS 5

/**
 * struct named - a process that a rule names
 * @rule: the rule, counted from 0
 * @pid: the process
 * @uid: its user
 * @comm: its name
 * @exe: its program
 * @reason: the verdict; NULL: it is allowed
 * @taint: what is wrong with its identity, bits of enum portacl_taint
 * @deleted: its file was replaced or removed
 */
struct named {
	u32 rule;
	pid_t pid;
	u32 uid;
	char *comm;
	char *exe;
	char *reason;
	u32 taint;
	bool deleted;
};

/**
 * struct found - what was found
 * @source: the policy
 * @items: the processes
 * @nr: number of @items
 */
struct found {
	struct policy_source source;
	struct named *items;
	u32 nr;
};

/* Was the program's file replaced or removed since it was executed? */
static bool is_deleted(pid_t pid)
{
	autofree char *path = xasprintf("/proc/%d/exe", pid);
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	target[max(len, (ssize_t)0)] = '\0';
	return len > 10 && !strcmp(target + len - 10, " (deleted)");
}

/* At the rule's first port, and its first address if it has any. */
static void set_place(const struct portacl_policy *policy,
		      const struct portacl_rule *rule, struct request *request)
{
	u32 port = portacl_rule_ports(policy, rule)->min;
	u8 proto = __ffs(rule->protos);

	if (rule->nr_addrs)
		request_set_prefix(request, proto, port,
				   portacl_rule_addrs(policy, rule));
	else
		request_set_place(request, proto, port, NULL, true);
}

/* A rule without a program names whom it allows, unless that is everybody. */
static bool is_named(const struct portacl_policy *policy,
		     const struct portacl_rule *rule,
		     const struct request *request)
{
	struct portacl_request bind = request->bind;

	if (!(rule->flags & PORTACL_RULE_ALLOW))
		return false;
	if (rule->exe)
		return !strcmp(policy->strings + rule->exe_text, request->exe);
	bind.other_net = false;
	return (rule->nr_uids || rule->nr_gids || rule->cgroup ||
		(rule->flags & PORTACL_RULE_LAUNCH_ROOT)) &&
	       portacl_match_rule(policy, rule, &bind) == PORTACL_REASON_NONE;
}

static void add_named(struct found *found, const struct process *process,
		      const struct request *request, u32 rule)
{
	struct answer answer;
	u32 nr = found->nr++;

	make_room(found->items, nr);
	ask(&found->source, request, &answer);
	found->items[nr] = (struct named) {
		.rule = rule, .pid = process->pid, .uid = process->uid,
		.comm = xstrdup(process->comm), .exe = xstrdup(process->exe),
		.reason = answer.action == PORTACL_ALLOW ?
			  NULL : xstrdup(answer.text),
		.taint = request->bind.taint,
		.deleted = is_deleted(process->pid),
	};
	answer_free(&answer);
}

static void add_process(void *context, pid_t pid)
{
	struct found *found = context;
	const struct portacl_policy *policy = found->source.policy;
	struct request request = { 0 };
	struct process process;
	u32 i;

	if (!process_read(&process, pid))
		return;
	process_request(&process, &request);
	for (i = 0; request.exe && i < policy->nr_rules; i++) {
		set_place(policy, &policy->rules[i], &request);
		if (is_named(policy, &policy->rules[i], &request))
			add_named(found, &process, &request, i);
	}
	request_free(&request);
	process_free(&process);
}

/* Are they alike, but for the process? */
static int compare_kinds(const struct named *a, const struct named *b)
{
	int diff = (a->rule > b->rule) - (a->rule < b->rule);

	if (!diff)
		diff = strcmp(a->exe, b->exe);
	if (!diff)
		diff = (a->uid > b->uid) - (a->uid < b->uid);
	if (!diff)
		diff = strcmp(a->reason ? a->reason : "",
			      b->reason ? b->reason : "");
	if (!diff)
		diff = (a->taint > b->taint) - (a->taint < b->taint);
	return diff ? diff : a->deleted - b->deleted;
}

static int compare(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int diff = compare_kinds(x, y);

	return diff ? diff : x->pid - y->pid;
}

/*
 * List the weaknesses of the identity, whatever the rule says.  A process that
 * started before the rule was loaded shows as `env'; a restart removes that.
 */
static void list_problems(const struct named *named, struct list *problems)
{
	u32 i;

	if (named->deleted)
		list_add(problems, xstrdup("deleted"));
	for (i = 0; i < PORTACL_NR_TAINTS; i++)
		if ((named->taint & BIT(i)) && i != PORTACL_TAINT_ENV)
			list_add(problems, xstrdup(portacl_taints[i]));
	if (named->taint & BIT(PORTACL_TAINT_ENV))
		list_add(problems, xstrdup("restart"));
}

static json_t *json_named(const struct found *found, const struct named *named)
{
	struct list problems = { 0 };
	json_t *json;

	list_problems(named, &problems);
	json = json_pack("{si so so sI so sb so so}", "pid", named->pid,
			 "comm", json_text(named->comm),
			 "exe", json_text(named->exe),
			 "uid", (json_int_t)named->uid,
			 "rule", json_rule(found->source.policy, named->rule),
			 "allowed", !named->reason,
			 "reason", json_text(named->reason),
			 "problems", json_texts(&problems));
	list_free(&problems);
	return json;
}

static void print_json_found(const struct found *found)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < found->nr; i++)
		json_array_append_new(list, json_named(found,
						       &found->items[i]));
	print_json(list);
}

static char *user_of(const struct named *named)
{
	const char *name = name_of(PORTACL_USER, named->uid);

	return name ? xstrdup(name) : xasprintf("%u", named->uid);
}

/* So that the columns are aligned. */
static int user_width(const struct found *found)
{
	size_t width = strlen("USER");
	u32 i;

	for (i = 0; i < found->nr; i++) {
		autofree char *user = user_of(&found->items[i]);

		width = max(width, strlen(user));
	}
	return min(width, (size_t)32);
}

/* Processes that are alike, in a line. */
static void print_kind(const struct named *first, u32 nr, int width)
{
	autofree char *user = user_of(first);
	struct list problems = { 0 };
	size_t i;

	list_problems(first, &problems);
	print("%7d  %-*s  %s: %s", first->pid, width, user, first->exe,
	      first->reason ? first->reason : "allowed");
	for (i = 0; i < problems.len; i++)
		print("%s%s", i ? ", " : " [", problems.items[i]);
	print("%s", i ? "]" : "");
	for (i = 1; i < nr && i <= MAX_OTHERS; i++)
		print("%s%d", i > 1 ? ", " : "; also ", first[i].pid);
	if (nr > MAX_OTHERS + 1)
		print(" and %u more", nr - MAX_OTHERS - 1);
	print("\n");
	list_free(&problems);
}

static void print_found(const struct found *found)
{
	int width = user_width(found);
	u32 i, n;

	for (i = 0; i < found->nr; i += n) {
		const struct named *first = &found->items[i];

		for (n = 1; i + n < found->nr &&
		     !compare_kinds(first, &first[n]); n++)
			;
		if (!i || first->rule != first[-1].rule) {
			autofree char *rule = source_rule(&found->source,
							  first->rule);

			print("rule %u: %s\n", first->rule + 1, rule);
		}
		print_kind(first, n, width);
	}
	if (!found->nr)
		print("no rule names a running process\n");
}

int cmd_ps(char **args)
{
	const char *file = option("file");
	struct found found = { 0 };
	u32 i;

	(void)args;
	require_proc();
	source_open(&found.source, !file, file);
	each_process(add_process, &found);
	if (found.nr)
		qsort(found.items, found.nr, sizeof(*found.items), compare);
	if (geteuid())
		warn("warning: only root sees the programs of all processes");
	if (option("json"))
		print_json_found(&found);
	else
		print_found(&found);
	for (i = 0; i < found.nr; i++) {
		free(found.items[i].comm);
		free(found.items[i].exe);
		free(found.items[i].reason);
	}
	free(found.items);
	source_close(&found.source);
	return EXIT_OK;
}
