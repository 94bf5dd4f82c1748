// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "explain/layers.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "system/bpf.h"
#include "system/sockets.h"

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
	const char *cgroup = view->subject.cgroup ? view->subject.cgroup : "/";
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

/* The mode matters for the running policy, not for a file. */
static bool is_enforced(const struct view *view)
{
	char *mode = view->source.kernel ? kernel_status("mode") : NULL;
	bool enforced = !mode || !strcmp(mode, "enforce");

	free(mode);
	return enforced;
}

static void layer_portacl(struct view *view, struct layer *layer)
{
	struct answer *answer = &view->answer;
	const char *mode = "";
	char *rule;
	u32 number;

	if (!view->has_policy) {
		layer->text = xstrdup("not in this kernel");
		return;
	}
	if (view->foreign_net) {
		layer->text = xstrdup("never asked in a network namespace of another user namespace");
		return;
	}
	ask(&view->source, view->subject.request, answer);
	view->enforced = is_enforced(view);
	number = answer_rule(answer);
	rule = number ? source_rule(&view->source, number) : xstrdup("");
	if (answer->action == PORTACL_ALLOW)
		layer->effect = EFFECT_ALLOW;
	else if (answer->action == PORTACL_DENY && view->enforced)
		layer->effect = EFFECT_DENY;
	else if (answer->action == PORTACL_DENY)
		mode = " (not enforced in this mode)";
	layer->text = xasprintf("%s%s%s%s", answer->text, mode,
				number ? ": " : "", rule);
	free(rule);
}

static void layer_sysctl(const struct view *view, struct layer *layer)
{
	u32 start = unprivileged_start(view->subject.process.pid);
	u32 port = view->subject.port;

	if (port >= start)
		layer->effect = EFFECT_ALLOW;
	layer->text = xasprintf("net.ipv4.ip_unprivileged_port_start=%u: port %u %s",
				start, port, port < start ?
				"needs CAP_NET_BIND_SERVICE" :
				"is free for everybody");
}

static bool read_addr(const char *text, struct in6_addr *addr)
{
	memset(addr, 0, 10);
	memset(addr->s6_addr + 10, 0xff, 2);
	return inet_pton(AF_INET, text, addr->s6_addr + 12) == 1 ||
	       inet_pton(AF_INET6, text, addr) == 1;
}

/* Does a wildcard hold an address?  Whether :: is V6ONLY cannot be told. */
static bool holds(const struct in6_addr *wild, const struct in6_addr *addr)
{
	if (IN6_IS_ADDR_UNSPECIFIED(wild))
		return true;
	return IN6_IS_ADDR_V4MAPPED(wild) && !wild->s6_addr32[3] &&
	       IN6_IS_ADDR_V4MAPPED(addr);
}

/* Would a bind of the subject clash with a socket? */
static bool clashes(const struct subject *subject, const struct bound *bound)
{
	char *text = get_field(subject->request, "addr");
	struct in6_addr wanted, held;
	bool clash = !text || !read_addr(text, &wanted) ||
		     !read_addr(bound->addr, &held) ||
		     holds(&held, &wanted) || holds(&wanted, &held) ||
		     IN6_ARE_ADDR_EQUAL(&held, &wanted);

	free(text);
	return clash && (!bound->pid || bound->pid != subject->process.pid);
}

static char *holder_name(const struct bound *bound)
{
	struct process holder;
	char *name;

	if (bound->kernel)
		return xasprintf("a socket without a process, %s",
				 bound->proto == PORTACL_TCP ?
				 "the kernel's or an MPTCP program's" :
				 "the kernel's");
	if (!bound->pid || !process_read(&holder, bound->pid))
		return xasprintf("uid %u", bound->uid);
	name = xasprintf("%s[%d]", holder.comm, holder.pid);
	process_free(&holder);
	return name;
}

static void add_holder(struct view *view, const struct bound *bound,
		       struct buf *text)
{
	const struct subject *subject = &view->subject;
	char *name = holder_name(bound);

	buf_printf(text, "%s%s by %s", text->len ? ", " : "", bound->addr,
		   name);
	if (bound->pid && bound->pid == subject->process.pid)
		view->tried = true;
	else if (bound->uid != subject->process.uid)
		buf_printf(text, ", a socket of uid %u: SO_REUSEPORT does not help, both must be of one user",
			   bound->uid);
	else
		buf_puts(text, ", unless both set SO_REUSEPORT");
	if (clashes(&view->subject, bound) && !view->held)
		view->held = name;
	else
		free(name);
}

static void layer_holder(struct view *view, struct layer *layer)
{
	const struct subject *subject = &view->subject;
	struct buf text = { 0 };
	u32 i, nr;
	struct bound *bound = sockets_read(subject->process.pid ?
					   subject->process.pid : getpid(),
					   &nr);

	for (i = 0; i < nr; i++)
		if (bound[i].port == subject->port &&
		    !strcmp(portacl_protos[bound[i].proto], subject->proto))
			add_holder(view, &bound[i], &text);
	free(bound);
	if (text.len) {
		layer->effect = EFFECT_MAYBE;
		buf_puts(&text, " (another bind may get EADDRINUSE)");
	} else {
		buf_puts(&text, "nobody");
	}
	layer->text = text.text;
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

/**
 * layers_read - ask all layers about a bind
 * @view: the bind and the policy; the rest is written
 */
void layers_read(struct view *view)
{
	struct layer *layers = view->layers;

	layer_namespace(view, &layers[LAYER_NETNS]);
	layer_security(view, &layers[LAYER_SECCOMP], &layers[LAYER_LSM]);
	layer_cgroup_bpf(view, &layers[LAYER_CGROUP_BPF]);
	layer_portacl(view, &layers[LAYER_PORTACL]);
	layer_sysctl(view, &layers[LAYER_SYSCTL]);
	layer_capability(view, &layers[LAYER_CAPABILITY]);
	layer_holder(view, &layers[LAYER_HOLDER]);
	view->decider = find_decider(view);
}
