/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what explain finds out, layer by layer.
 */
#ifndef _PORTACLCTL_EXPLAIN_VIEW_H
#define _PORTACLCTL_EXPLAIN_VIEW_H

#include "explain/subject.h"
#include "policy/ask.h"
#include "system/redirect.h"

/* In the order in which the kernel asks them. */
enum layer_kind {
	LAYER_NETNS,
	LAYER_SECCOMP,
	LAYER_LSM,
	LAYER_CGROUP_BPF,
	LAYER_PORTACL,
	LAYER_SYSCTL,
	LAYER_CAPABILITY,
	LAYER_HOLDER,
	LAYER_NR,
};

enum effect {
	EFFECT_NONE,	/* has nothing to say */
	EFFECT_MAYBE,	/* may refuse; it cannot be told from outside */
	EFFECT_ALLOW,
	EFFECT_DENY,
	EFFECT_NR,
};

/**
 * struct layer - what one of them says
 * @effect: what it does to the bind
 * @text: why
 */
struct layer {
	enum effect effect;
	char *text;
};

/**
 * struct view - everything that explain found out
 * @subject: who and what
 * @source: the policy
 * @answer: what the policy says
 * @has_policy: there is a policy to ask
 * @patched: the running kernel has portacl
 * @foreign_net: the network namespace is that of another user namespace
 * @detached: the program of the BPF backend that was detached, or NULL
 * @enforced: what the policy denies is refused
 * @layers: what each layer says
 * @steering: what serves the port without a bind
 * @tried: the process holds the port already
 * @held: what other process keeps the port from being bound, or NULL
 * @decider: the layer that refuses or allows the bind
 */
struct view {
	struct subject subject;
	struct policy_source source;
	struct answer answer;
	bool has_policy;
	bool patched;
	bool foreign_net;
	char *detached;
	bool enforced;
	struct layer layers[LAYER_NR];
	struct steering steering;
	bool tried;
	char *held;
	enum layer_kind decider;
};

static inline bool is_refused(const struct view *view)
{
	return view->layers[view->decider].effect == EFFECT_DENY;
}

/* Each its own file. */
void layer_security(struct view *view, struct layer *seccomp,
		    struct layer *lsm);
void layer_namespace(struct view *view, struct layer *layer);
void layer_capability(struct view *view, struct layer *layer);

#endif /* _PORTACLCTL_EXPLAIN_VIEW_H */
