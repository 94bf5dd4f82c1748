// SPDX-License-Identifier: GPL-2.0-only
#include "explain/advice.h"
#include "explain/explain.h"
#include "explain/layers.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "lib/options.h"
#include "lib/root.h"
#include "lint/lint.h"
#include "policy/cover.h"

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

static bool is_refused(const struct view *view)
{
	return view->layers[view->decider].effect == EFFECT_DENY;
}

/* Layers that may still refuse what the others allow. */
static void add_doubts(const struct view *view, struct buf *text)
{
	enum layer_kind kind;

	for (kind = 0; kind < LAYER_PORTACL; kind++)
		if (view->layers[kind].effect == EFFECT_MAYBE)
			buf_printf(text, "%s%s%s", text->len ? ", " : "",
				   layer_names[kind],
				   kind == LAYER_CGROUP_BPF ? " (EPERM)" : "");
}

static const char *decider_name(const struct view *view)
{
	return view->decider == LAYER_CAPABILITY ? "the kernel's own rule" :
						   layer_names[view->decider];
}

/* A policy from a file says nothing about a kernel that has no portacl. */
static const char *elsewhere(const struct view *view)
{
	return view->patched ? "" : ", in a kernel with portacl";
}

static char *outcome(const struct view *view)
{
	struct buf doubts = { 0 }, text = { 0 };

	add_doubts(view, &doubts);
	buf_printf(&text, "%s by %s%s", is_refused(view) ? "refused (EACCES)" :
							   "allowed",
		   decider_name(view),
		   view->decider == LAYER_PORTACL ? elsewhere(view) : "");
	if (!is_refused(view) && doubts.len)
		buf_printf(&text, ", unless refused by %s", doubts.text);
	if (!is_refused(view) && view->held)
		buf_printf(&text, ", but the port is held by %s (EADDRINUSE)",
			   view->held);
	free(doubts.text);
	return text.text;
}

static void print_advice(const struct view *view)
{
	struct advice advice;
	size_t i;

	advise(view, &advice);
	if (advice.steps.len)
		print("this would help%s:\n", elsewhere(view));
	for (i = 0; i < advice.steps.len; i++)
		print("  %s\n", advice.steps.items[i]);
	if (advice.caution)
		print("with caution: %s\n", advice.caution);
	if (advice.other_line)
		print("%s\n  %s\n", advice.other_why, advice.other_line);
	advice_free(&advice);
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

/* What is not known, and what the port may do without a bind. */
static void add_notes(struct view *view)
{
	const struct steering *steering = &view->steering;
	struct list *notes = &view->subject.notes;
	size_t i;

	if (!is_refused(view) && !view->tried && view->subject.process.uid)
		list_add(notes, xstrdup(
			"not tried yet: the program may test for root or a capability itself, and give up before it binds"));
	add_secure_note(view);
	for (i = 0; i < steering->found.len; i++)
		list_add(notes, xasprintf("served without a bind: %s",
					  steering->found.items[i]));
	for (i = 0; i < steering->unseen.len; i++)
		list_add(notes, xasprintf("cannot see: %s",
					  steering->unseen.items[i]));
}

static void print_note(const char *text)
{
	print("  note        %s\n", text);
}

static void print_view(const struct view *view)
{
	char *name = subject_name(&view->subject), *result = outcome(view);
	enum layer_kind kind;
	size_t i;

	print("%s: %s\n", name, result);
	for (i = 0; i < view->subject.notes.len; i++)
		print_note(view->subject.notes.items[i]);
	for (kind = 0; kind < LAYER_NR; kind++)
		print("%c %-11s %s\n", kind == view->decider ? '*' : ' ',
		      layer_names[kind], view->layers[kind].text);
	print_advice(view);
	free(name);
	free(result);
}

static json_t *json_suggestion(const struct advice *advice)
{
	if (advice->other_line)
		return json_text(advice->other_line);
	if (advice->line)
		return json_text(advice->line);
	return advice->steps.len ? json_text(*advice->steps.items) :
				   json_null();
}

static json_t *json_view(const struct view *view)
{
	autofree char *request = request_text(&view->subject.request);
	json_t *layers = json_array(), *json;
	struct advice advice;
	enum layer_kind kind;

	advise(view, &advice);
	for (kind = 0; kind < LAYER_NR; kind++)
		json_array_append_new(layers, json_pack(
			"{ss ss so}", "layer", layer_names[kind], "effect",
			effect_names[view->layers[kind].effect], "text",
			json_text(view->layers[kind].text)));
	json = json_pack("{so sb ss so so so so so sb so so}",
			 "request", json_text(request),
			 "refused", is_refused(view),
			 "decided_by", layer_names[view->decider],
			 "suggestion", json_suggestion(&advice),
			 "advice", json_texts(&advice.steps),
			 "layers", layers,
			 "notes", json_texts(&view->subject.notes),
			 "held_by", view->held ? json_text(view->held) :
						 json_null(),
			 "tried", view->tried,
			 "steered", json_texts(&view->steering.found),
			 "unseen", json_texts(&view->steering.unseen));
	advice_free(&advice);
	return json;
}

int cmd_explain(char **args)
{
	struct view view = { 0 };
	enum layer_kind kind;
	int ret;

	subject_read(&view.subject, args);
	open_policy(&view, option("file"));
	layers_read(&view);
	steering_read(&view.steering, view.subject.request.bind.proto,
		      view.subject.port, view.subject.process.pid);
	add_notes(&view);
	if (option("json"))
		print_json(json_view(&view));
	else
		print_view(&view);
	ret = is_refused(&view) ? EXIT_REFUSED : EXIT_OK;
	for (kind = 0; kind < LAYER_NR; kind++)
		free(view.layers[kind].text);
	free(view.held);
	steering_free(&view.steering);
	answer_free(&view.answer);
	subject_free(&view.subject);
	if (view.has_policy)
		source_close(&view.source);
	return ret;
}
