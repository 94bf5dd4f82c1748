// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layers that depend on who owns the network namespace.
 */
#include "explain/view.h"
#include "system/netns.h"

void layer_namespace(struct view *view, struct layer *layer)
{
	const struct process *process = &view->subject.process;

	if (process->pid && process->own_net_ns)
		view->foreign_net = !process_host_owner(process->pid, "net");
	if (view->foreign_net)
		layer->text = xstrdup("a network namespace of its own user namespace: portacl leaves it to the kernel's own rule");
	else if (view->subject.request.bind.other_net)
		layer->text = xstrdup("not the initial one: only rules with net=any count");
	else
		layer->text = xstrdup("the initial one");
}

static const char *why_capable(const struct subject *subject)
{
	const struct process *process = &subject->process;

	if (process->ambient & BIT(CAP_NET_BIND_SERVICE_BIT))
		return "ambient";
	if (!process->uid)
		return "root has it";
	return subject->setcap ? "by the capability of its file" :
				 "in its effective set";
}

static const char *why_incapable(const struct subject *subject)
{
	const struct process *process = &subject->process;
	u64 bit = BIT(CAP_NET_BIND_SERVICE_BIT);

	if (!(process->bounding & bit))
		return "it is not in the bounding set";
	if (subject->setcap)
		return "no_new_privs makes the capability of its file void";
	if (process->permitted & bit)
		return "it is permitted but not effective: the program must raise it";
	return process->uid ? "not root, no file capability, not ambient" :
			      "root without it";
}

void layer_capability(struct view *view, struct layer *layer)
{
	const struct subject *subject = &view->subject;
	const struct process *process = &subject->process;
	bool has = process->effective & BIT(CAP_NET_BIND_SERVICE_BIT);

	if (!process->pid && process->uid && process->no_new_privs)
		has = false;
	if (has && process->pid && !process_owns_net(process->pid)) {
		layer->effect = EFFECT_DENY;
		layer->text = xstrdup("CAP_NET_BIND_SERVICE only in its own user namespace, which does not own the network namespace");
		return;
	}
	layer->effect = has ? EFFECT_ALLOW : EFFECT_DENY;
	layer->text = xasprintf("%s CAP_NET_BIND_SERVICE: %s",
				has ? "has" : "no",
				has ? why_capable(subject) :
				      why_incapable(subject));
}
