// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "explain/holders.h"
#include "lib/cleanup.h"
#include "policy/json.h"
#include "policy/names.h"

/* More sockets than these are counted, not named. */
#define MAX_HOLDERS 8

/* A socket without a process, or with one that cannot be seen. */
static const char *unknown_owner(const struct bound *bound)
{
	if (bound->state == BOUND_CLOSED)
		return "no process any more (TIME_WAIT, or data to be sent)";
	if (bound->kernel && bound->proto == PORTACL_TCP)
		return "a socket without a process, the kernel's or an MPTCP or SMC program's";
	if (bound->kernel)
		return "a socket without a process, the kernel's (WireGuard, NFS)";
	return geteuid() ? "a process that only root sees" :
			   "a process that is not visible here";
}

static char *holder_name(const struct bound *bound)
{
	struct process holder;
	char *name;

	if (!bound->pid || !process_read(&holder, bound->pid))
		return xstrdup(unknown_owner(bound));
	name = xasprintf("%s[%d]", holder.comm, holder.pid);
	process_free(&holder);
	return name;
}

/* Address and state: `:: (IPv6 only) listening`, `10.0.0.1 connected (3)`. */
static char *place_text(const struct bound *bound)
{
	char addr[INET6_ADDRSTRLEN], count[32] = "";

	if (bound->count > 1)
		snprintf(count, sizeof(count), " (%u sockets)", bound->count);
	return xasprintf("%s%s %s%s", bound_addr(bound, addr),
			 bound->v6only ? " (IPv6 only)" : "",
			 bound_states[bound->state], count);
}

/* Say how two sockets can share the port. */
static const char *remedy(const struct view *view, const struct bound *bound)
{
	if (bound->proto == PORTACL_TCP && bound->state >= BOUND_CONNECTED)
		return ", unless both sockets set SO_REUSEADDR";
	if (bound->uid == view->subject.process.uid)
		return ", unless both set SO_REUSEPORT";
	return ": SO_REUSEPORT does not help, both sockets must be of one user";
}

/* Note whether the socket keeps the subject from the port. */
static void take_holder(struct view *view, const struct bound *bound)
{
	const struct subject *subject = &view->subject;
	bool connected = bound->state >= BOUND_CONNECTED;
	autofree char *name = NULL;

	if (bound->pid && bound->pid == subject->process.pid) {
		view->tried |= !connected;
		return;
	}
	if (view->held || !bound_clashes(bound, &subject->request.bind))
		return;
	name = holder_name(bound);
	view->held = xasprintf("%s%s%s", connected ? "a connection of " : "",
			       name, connected ? remedy(view, bound) : "");
}

static void add_holder(const struct view *view, const struct bound *bound,
		       struct buf *text)
{
	autofree char *name = holder_name(bound), *place = place_text(bound);

	buf_printf(text, "%s%s by %s", text->len ? ", " : "", place, name);
	if (bound->pid && bound->pid == view->subject.process.pid)
		return;
	if (bound->uid != view->subject.process.uid)
		buf_printf(text, ", a socket of uid %u", bound->uid);
	buf_puts(text, remedy(view, bound));
}

static char *holders_text(const struct view *view,
			  const struct sockets *sockets)
{
	struct buf text = { 0 };
	u32 i;

	for (i = 0; i < min(sockets->nr, (u32)MAX_HOLDERS); i++)
		add_holder(view, &sockets->items[i], &text);
	if (sockets->nr > MAX_HOLDERS)
		buf_printf(&text, ", and %u more", sockets->nr - MAX_HOLDERS);
	if (sockets->nr)
		buf_puts(&text, " (another bind may get EADDRINUSE)");
	else
		buf_puts(&text, sockets->unseen.len ?
			 "no socket that the kernel lists" : "nobody");
	return text.text;
}

void layer_holder(struct view *view, struct layer *layer)
{
	const struct subject *subject = &view->subject;
	pid_t pid = subject->process.pid ? subject->process.pid : getpid();
	struct sockets sockets;
	enum bound_state state;
	size_t n;
	u32 i;

	sockets_read(&sockets, pid, subject->request.bind.proto,
		     subject->port);
	/* A socket that listens keeps others out more surely than a client. */
	for (state = 0; state < BOUND_NR_STATES; state++)
		for (i = 0; i < sockets.nr; i++)
			if (sockets.items[i].state == state)
				take_holder(view, &sockets.items[i]);
	for (n = 0; n < sockets.unseen.len; n++)
		list_add(&view->steering.unseen,
			 xstrdup(sockets.unseen.items[n]));
	layer->effect = sockets.nr ? EFFECT_MAYBE : EFFECT_NONE;
	layer->text = holders_text(view, &sockets);
	sockets_free(&sockets);
}

/* The process that has the socket; it stays as long as the next one has it. */
static const struct process *owner_of(const struct bound *bound)
{
	static struct process owner;

	if (owner.pid == bound->pid)
		return &owner;
	process_free(&owner);
	owner = (struct process) { 0 };
	if (bound->pid)
		process_read(&owner, bound->pid);
	return &owner;
}

static json_t *json_holder(const struct bound *bound)
{
	const struct process *owner = owner_of(bound);
	char addr[INET6_ADDRSTRLEN];

	return json_pack("{si so so sI ss sb ss sI sI sb}",
			 "pid", bound->pid, "comm", json_text(owner->comm),
			 "exe", json_text(owner->exe),
			 "uid", (json_int_t)bound->uid,
			 "addr", bound_addr(bound, addr),
			 "v6only", bound->v6only,
			 "state", bound_states[bound->state],
			 "sockets", (json_int_t)bound->count,
			 "cgroup_id", (json_int_t)bound->cgroup,
			 "kernel", bound->kernel);
}

json_t *json_holders(const struct sockets *sockets)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < sockets->nr; i++)
		json_array_append_new(array, json_holder(&sockets->items[i]));
	return array;
}

/* Does nothing hold the port?  null: the kernel does not tell. */
json_t *json_free(const struct sockets *sockets)
{
	if (sockets->nr)
		return json_false();
	return sockets->unseen.len ? json_null() : json_true();
}

static void print_holder(const struct bound *bound)
{
	const char *name = name_of(PORTACL_USER, bound->uid);
	const struct process *owner = owner_of(bound);
	autofree char *place = place_text(bound);
	autofree char *who = owner->pid ?
		xasprintf("%s[%d], %s", owner->comm, owner->pid, owner->exe) :
		xstrdup(unknown_owner(bound));

	print("  %s by %s", place, who);
	if (bound->state == BOUND_CLOSED)
		print("\n");
	else if (name)
		print(", socket of %s\n", name);
	else
		print(", socket of uid %u\n", bound->uid);
}

void print_holders(const struct sockets *sockets)
{
	u32 i;

	print("held now:\n");
	for (i = 0; i < sockets->nr; i++)
		print_holder(&sockets->items[i]);
	if (!sockets->nr)
		print("  %s\n", sockets->unseen.len ?
		       "no socket that the kernel lists" : "nobody");
}
