// SPDX-License-Identifier: GPL-2.0-only
#include "explain/holders.h"
#include "kernel/backend.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "system/bpf.h"
#include "system/netns.h"

const char *const layer_names[LAYER_NR] = {
	[LAYER_NETNS] = "netns",
	[LAYER_SECCOMP] = "seccomp",
	[LAYER_LSM] = "lsm",
	[LAYER_CGROUP_BPF] = "cgroup-bpf",
	[LAYER_PORTACL] = "portacl",
	[LAYER_SYSCTL] = "sysctl",
	[LAYER_CAPABILITY] = "capability",
	[LAYER_HOLDER] = "holder",
};

const char *const effect_names[EFFECT_NR] = {
	[EFFECT_NONE] = "none",
	[EFFECT_MAYBE] = "maybe",
	[EFFECT_ALLOW] = "allow",
	[EFFECT_DENY] = "deny",
};

static void layer_cgroup_bpf(const struct view *view, struct layer *layer)
{
	const char *cgroup = view->subject.request.cgroup ?
			     view->subject.request.cgroup : "/";
	struct list names = { 0 };
	struct buf text = { 0 };
	int err = cgroup_bpf(cgroup, &names);
	size_t i;

	if (err) {
		layer->text = xasprintf("not known for cgroup %s: %s", cgroup,
					err == -EPERM ? "only root may ask" :
							strerror(-err));
	} else if (!names.len) {
		layer->text = xasprintf("no program sees binds of cgroup %s",
					cgroup);
	} else {
		buf_puts(&text, "may refuse, with EPERM, which is never portacl's:");
		for (i = 0; i < names.len; i++)
			buf_printf(&text, "%s %s", i ? "," : "",
				   names.items[i]);
		layer->effect = EFFECT_MAYBE;
		layer->text = text.text;
	}
	list_free(&names);
}

/* The guards only keep the others from being detached. */
static char *detached_program(const struct view *view)
{
	char *name = view->source.kernel ? kernel_status("detached") : NULL;

	if (name && strcmp(name, "none") && strncmp(name, "guard_", 6))
		return name;
	free(name);
	return NULL;
}

static void layer_portacl(struct view *view, struct layer *layer)
{
	struct answer *answer = &view->answer;
	autofree char *rule = NULL;
	const char *mode = "";
	u32 index;

	*answer = (struct answer) {
		.rule = PORTACL_NO_RULE,
		.nearest = PORTACL_NO_RULE,
		.reserved = PORTACL_NO_RULE,
	};
	if (!view->has_policy) {
		layer->text = xasprintf("not in this kernel; %s", bpf_hint());
		return;
	}
	if (view->foreign_net) {
		layer->text = xstrdup("never asked in a network namespace of another user namespace");
		return;
	}
	view->detached = detached_program(view);
	if (view->detached) {
		layer->effect = EFFECT_MAYBE;
		layer->text = xasprintf("may not be enforced: the program %s was detached",
					view->detached);
		return;
	}
	ask(&view->source, &view->subject.request, answer);
	view->enforced = source_enforced(&view->source);
	index = answer_rule(answer);
	rule = index == PORTACL_NO_RULE ? xstrdup("") :
					  source_rule(&view->source, index);
	if (answer->action == PORTACL_ALLOW)
		layer->effect = EFFECT_ALLOW;
	else if (answer->action == PORTACL_DENY && view->enforced)
		layer->effect = EFFECT_DENY;
	else if (answer->action == PORTACL_DENY)
		mode = " (not enforced in this mode)";
	layer->text = xasprintf("%s%s%s%s", answer->text, mode,
				*rule ? ": " : "", rule);
}

static void layer_sysctl(const struct view *view, struct layer *layer)
{
	u32 start = unprivileged_start(view->subject.process.pid);
	u32 port = view->subject.port;

	if (port >= start)
		layer->effect = EFFECT_ALLOW;
	layer->text = xasprintf("net.ipv4.ip_unprivileged_port_start=%u%s: port %u %s",
				start, root_option ? " (the default)" : "",
				port, port < start ?
				"needs CAP_NET_BIND_SERVICE" :
				"is free for everybody");
}

/* The first that refuses, else the first that allows. */
static enum layer_kind find_decider(const struct view *view)
{
	const struct layer *layers = view->layers;
	enum layer_kind kind;

	for (kind = 0; kind <= LAYER_PORTACL; kind++)
		if (layers[kind].effect == EFFECT_DENY)
			return kind;
	for (kind = LAYER_PORTACL; kind < LAYER_CAPABILITY; kind++)
		if (layers[kind].effect == EFFECT_ALLOW)
			return kind;
	return LAYER_CAPABILITY;
}

/* The layers that belong to the system that runs. */
static void ask_system(struct view *view)
{
	struct layer *layers = view->layers;

	layer_namespace(view, &layers[LAYER_NETNS]);
	layer_security(view, &layers[LAYER_SECCOMP], &layers[LAYER_LSM]);
	layer_cgroup_bpf(view, &layers[LAYER_CGROUP_BPF]);
	layer_holder(view, &layers[LAYER_HOLDER]);
}

static void skip_system(struct view *view)
{
	static const enum layer_kind kinds[] = {
		LAYER_NETNS, LAYER_SECCOMP, LAYER_LSM, LAYER_CGROUP_BPF,
		LAYER_HOLDER,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		view->layers[kinds[i]].text = xstrdup(
			"not asked: with --root it would be that of the system that runs");
}

/**
 * layers_read - ask all layers about a bind
 * @view: the bind and the policy; the rest is written
 */
void layers_read(struct view *view)
{
	struct layer *layers = view->layers;

	if (root_option)
		skip_system(view);
	else
		ask_system(view);
	layer_portacl(view, &layers[LAYER_PORTACL]);
	layer_sysctl(view, &layers[LAYER_SYSCTL]);
	layer_capability(view, &layers[LAYER_CAPABILITY]);
	view->decider = find_decider(view);
}
