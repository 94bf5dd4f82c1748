// SPDX-License-Identifier: GPL-2.0-only
/*
 * All processes whose program a rule names, and what keeps the rule from
 * matching them.
 */
#include <dirent.h>
#include <unistd.h>

#include "commands.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "policy/ask.h"
#include "policy/cover.h"
#include "policy/names.h"
#include "system/process.h"

/* Was the program's file replaced or removed since it was executed? */
static bool is_deleted(pid_t pid)
{
	autofree char *path = xasprintf("/proc/%d/exe", pid);
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	target[max(len, (ssize_t)0)] = '\0';
	return len > 10 && !strcmp(target + len - 10, " (deleted)");
}

/*
 * What is wrong with the identity, apart from the rule.  A process that started
 * before the rule was loaded shows as `env': a restart takes that away.
 */
static json_t *json_problems(const struct process *process)
{
	u32 taint = process_taint(process), i;
	json_t *problems = json_array();

	if (is_deleted(process->pid))
		json_array_append_new(problems, json_string("deleted"));
	for (i = 0; i < PORTACL_NR_TAINTS; i++)
		if ((taint & BIT(i)) && i != PORTACL_TAINT_ENV)
			json_array_append_new(problems,
					      json_string(portacl_taints[i]));
	if (taint & BIT(PORTACL_TAINT_ENV))
		json_array_append_new(problems, json_string("restart"));
	return problems;
}

/* Would the rule's first port be allowed, and if not, why? */
static json_t *json_verdict(const struct policy_source *source,
			    const struct process *process, u32 index)
{
	const struct portacl_rule *rule = &source->policy->rules[index];
	struct request request;
	struct answer answer;
	json_t *json;
	bool allowed;

	process_request(process, &request);
	request_set_place(&request, __ffs(rule->protos),
			  portacl_rule_ports(source->policy, rule)->min, NULL,
			  false);
	ask(source, &request, &answer);
	allowed = answer.action == PORTACL_ALLOW;
	json = json_pack("{si so so sI so sb so so}", "pid", process->pid,
			 "comm", json_text(process->comm),
			 "exe", json_text(process->exe),
			 "uid", (json_int_t)process->uid,
			 "rule", json_rule(source->policy, index),
			 "allowed", allowed,
			 "reason", allowed ? json_null() :
					     json_text(answer.text),
			 "problems", json_problems(process));
	answer_free(&answer);
	request_free(&request);
	return json;
}

static void add_process(json_t *list, const struct policy_source *source,
			pid_t pid)
{
	const struct portacl_policy *policy = source->policy;
	struct process process;
	u32 i;

	if (!process_read(&process, pid))
		return;
	for (i = 0; *process.exe && i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if (rule->exe && (rule->flags & PORTACL_RULE_ALLOW) &&
		    !strcmp(policy->strings + rule->exe_text, process.exe))
			json_array_append_new(list, json_verdict(
				source, &process, i));
	}
	process_free(&process);
}

static json_t *find_processes(const struct policy_source *source)
{
	autoclosedir DIR *proc = opendir("/proc");
	json_t *list = json_array();
	const struct dirent *entry;
	u32 pid;

	while (proc && (entry = readdir(proc)))
		if (parse_number(entry->d_name, INT_MAX, &pid))
			add_process(list, source, pid);
	return list;
}

static const char *text_of(json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static void print_process(json_t *json)
{
	json_t *problem, *rule = json_object_get(json, "rule");
	u32 uid = json_integer_value(json_object_get(json, "uid"));
	const char *name = name_of(PORTACL_USER, uid);
	const char *reason = text_of(json, "reason");
	autofree char *user = name ? xstrdup(name) : xasprintf("%u", uid);
	size_t i;

	print("%7d  %-10s  %s: %s",
	      (int)json_integer_value(json_object_get(json, "pid")), user,
	      text_of(json, "exe"), reason ? reason : "allowed");
	json_array_foreach(json_object_get(json, "problems"), i, problem)
		print("%s%s", i ? ", " : " [", json_string_value(problem));
	print("%s\n         rule %d: %s\n", i ? "]" : "",
	      (int)json_integer_value(json_object_get(rule, "rule")),
	      text_of(rule, "text"));
}

int cmd_ps(char **args)
{
	const char *file = option("file");
	struct policy_source source;
	json_t *list, *json;
	size_t i;

	(void)args;
	source_open(&source, !file, file);
	list = find_processes(&source);
	if (geteuid())
		warn("warning: only root sees the programs of all processes");
	if (option("json")) {
		print_json(list);
	} else {
		json_array_foreach(list, i, json)
			print_process(json);
		if (!i)
			print("no process runs a program that a rule names\n");
		json_decref(list);
	}
	source_close(&source);
	return EXIT_OK;
}
