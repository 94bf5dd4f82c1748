// SPDX-License-Identifier: GPL-2.0-only
#include "explain/advice.h"
#include "explain/show.h"
#include "lib/cleanup.h"

/* Layers that may still refuse what the others allow. */
static void add_doubts(const struct view *view, struct buf *text)
{
	enum layer_kind kind;

	for (kind = 0; kind <= LAYER_PORTACL; kind++)
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

void print_view(const struct view *view)
{
	autofree char *name = subject_name(&view->subject);
	autofree char *result = outcome(view);
	enum layer_kind kind;
	size_t i;

	print("%s: %s\n", name, result);
	for (i = 0; i < view->subject.notes.len; i++)
		print("  note        %s\n", view->subject.notes.items[i]);
	for (kind = 0; kind < LAYER_NR; kind++)
		print("%c %-11s %s\n", kind == view->decider ? '*' : ' ',
		      layer_names[kind], view->layers[kind].text);
	print_advice(view);
}

static json_t *json_suggestion(const struct advice *advice)
{
	if (advice->other_line)
		return json_text(advice->other_line);
	if (advice->line)
		return json_text(advice->line);
	return json_text(advice->steps.len ? *advice->steps.items : NULL);
}

json_t *json_view(const struct view *view)
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
			 "held_by", json_text(view->held),
			 "tried", view->tried,
			 "steered", json_texts(&view->steering.found),
			 "unseen", json_texts(&view->steering.unseen));
	advice_free(&advice);
	return json;
}
