// SPDX-License-Identifier: GPL-2.0-only
#include "explain/explain.h"
#include "explain/refusals.h"
#include "explain/show.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "lib/options.h"
#include "lib/root.h"
#include "lint/linter.h"
#include "policy/links.h"

/* The policy that counts: a file if one is given, else the kernel's. */
static void open_policy(struct view *view, const char *file)
{
	view->patched = kernel_present();
	/* Below --root, its files are the policy. */
	if (!file && !view->patched && !root_option)
		return;
	source_open(&view->source, !file && view->patched, file);
	view->has_policy = true;
}

/* The rule that allows the bind may make the program run otherwise. */
static void add_secure_note(struct view *view)
{
	const struct portacl_policy *policy = view->source.policy;
	const struct process *process = &view->subject.process;
	struct list *notes = &view->subject.notes;
	const struct portacl_rule *rule;
	char *text;

	if (view->answer.action != PORTACL_ALLOW ||
	    view->answer.rule == PORTACL_NO_RULE ||
	    process->launched_by_root ||
	    portacl_policy_launcher(policy, view->subject.request.bind.launcher))
		return;
	rule = &policy->rules[view->answer.rule];
	if (!rule->exe || !portacl_policy_protects(policy, rule->exe))
		return;
	text = process->pid ? NULL : library_text(policy, process->exe);
	list_add(notes, text ? text : xstrdup(
		"the rule makes the kernel execute the program with AT_SECURE: the loader ignores LD_LIBRARY_PATH and LD_PRELOAD; accept=env on all its rules avoids that, and so does a `launcher' line for what starts it"));
}

/* A program that does not run is taken to be in no cgroup of a rule. */
static void add_cgroup_note(struct view *view)
{
	const struct portacl_policy *policy = view->source.policy;
	const struct subject *subject = &view->subject;
	const struct portacl_rule *rule;
	u32 i;

	if (subject->process.pid || subject->recorded ||
	    !subject->request.cgroup ||
	    strcmp(subject->request.cgroup, "/"))
		return;
	for (i = 0; view->has_policy && i < policy->nr_rules; i++) {
		autofree char *path = NULL;

		rule = &policy->rules[i];
		if (!rule->cgroup ||
		    !rule_has_port(policy, rule, subject->request.bind.proto,
				   subject->port))
			continue;
		path = path_escape(policy->strings + rule->cgroup);
		list_add(&view->subject.notes, xasprintf(
			"rule %u is for a cgroup: to ask about a program in it, add cgroup=%s",
			i + 1, path));
		return;
	}
}

/* The BPF backend knows no program that was executed before it was attached. */
static void add_early_note(struct view *view)
{
	time_t since = kernel_since();
	pid_t pid = view->subject.process.pid;

	if (since && pid && process_started(pid) < since)
		list_add(&view->subject.notes, xstrdup(
			"the process ran before the BPF backend was attached: unless it has executed a program since, no rule with exe= matches it until it is started again"));
}

/* Note the facts that are not known, and services of the port without a bind. */
static void add_notes(struct view *view)
{
	const struct steering *steering = &view->steering;
	struct list *notes = &view->subject.notes;
	size_t i;

	if (!is_refused(view) && !view->tried && !view->subject.recorded &&
	    view->subject.process.uid)
		list_add(notes, xstrdup(
			"not tried yet: the program may test for root or a capability itself, and give up before it binds"));
	add_secure_note(view);
	add_cgroup_note(view);
	add_early_note(view);
	for (i = 0; i < steering->found.len; i++)
		list_add(notes, xasprintf("served without a bind: %s",
					  steering->found.items[i]));
	for (i = 0; i < steering->unseen.len; i++)
		list_add(notes, xasprintf("cannot see: %s",
					  steering->unseen.items[i]));
}

/* Find out everything about the bind of the subject. */
static void look(struct view *view)
{
	layers_read(view);
	steering_read(&view->steering, view->subject.request.bind.proto,
		      view->subject.port, view->subject.process.pid);
	add_notes(view);
}

/* Release all but the policy. */
static void forget(struct view *view)
{
	enum layer_kind kind;

	for (kind = 0; kind < LAYER_NR; kind++)
		free(view->layers[kind].text);
	free(view->detached);
	free(view->held);
	steering_free(&view->steering);
	answer_free(&view->answer);
	subject_free(&view->subject);
}

static int explain_one(struct view *view, char **args)
{
	int ret;

	subject_read(&view->subject, args);
	open_policy(view, option("file"));
	look(view);
	if (option("json"))
		print_json(json_view(view));
	else
		print_view(view);
	ret = is_refused(view) ? EXIT_REFUSED : EXIT_OK;
	forget(view);
	return ret;
}

/* Explain a refusal of the log; return whether the bind is still refused. */
static bool explain_refusal(const struct view *policy,
			    const struct refusal *refusal, json_t *list)
{
	struct view view = *policy;
	bool refused;

	subject_read_refusal(&view.subject, refusal);
	look(&view);
	refused = is_refused(&view);
	if (list) {
		json_t *json = json_view(&view);

		json_object_set_new(json, "record", json_record(
			&refusal->record, refusal->record.time));
		json_object_set_new(json, "count",
				    json_integer(refusal->count));
		json_array_append_new(list, json);
	} else {
		print_view(&view);
	}
	forget(&view);
	return refused;
}

static int explain_log(struct view *view)
{
	json_t *list = option("json") ? json_array() : NULL;
	int ret = EXIT_OK;
	u32 i, nr;
	struct refusal *refusals = refusals_read(&nr);

	if (!nr)
		die("standard input has no record of a bind that portacl refused");
	open_policy(view, option("file"));
	for (i = 0; i < nr; i++) {
		if (i && !list)
			print("\n");
		if (explain_refusal(view, &refusals[i], list))
			ret = EXIT_REFUSED;
	}
	if (list)
		print_json(list);
	refusals_free(refusals, nr);
	return ret;
}

int cmd_explain(char **args)
{
	struct view view = { 0 };
	bool log = *args && !strcmp(*args, "-");
	int ret;

	if (log && args[1])
		die_usage("%s: '-' takes no further operands", args[1]);
	ret = log ? explain_log(&view) : explain_one(&view, args);
	if (view.has_policy)
		source_close(&view.source);
	return ret;
}
