// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy does not close what is open, but its owner may not open it again.
 * So each socket that listens now is judged as if its program were restarted.
 */
#include <unistd.h>

#include "lex.h"
#include "lib/cleanup.h"
#include "lint/live.h"
#include "lint/lockout.h"
#include "policy/names.h"
#include "system/filecaps.h"
#include "system/launch.h"
#include "system/netns.h"
#include "system/process.h"
#include "system/sockets.h"
#include "system/units.h"

/**
 * struct stage - what the sockets that are judged have in common
 * @rehearsal: the policy, and what was found
 * @process: the process that was read last
 * @request: what it would ask for after a restart, without a place
 * @net: the network namespace that was looked at last
 * @pid: a process in it, 0: none was looked at
 * @own_net: it is not the initial one
 * @foreign: another user namespace owns it: the policy is never asked there
 * @start: the first port that needs no privilege
 * @low: the first port that the kernel chooses itself
 * @high: the last one
 */
struct stage {
	struct rehearsal *rehearsal;
	struct process process;
	struct request request;
	u32 net;
	pid_t pid;
	bool own_net;
	bool foreign;
	u32 start;
	u32 low;
	u32 high;
};

/* Change the process to what it will be after a restart under the policy. */
static void restart(struct process *process)
{
	/* A program that rules name is then executed with AT_SECURE. */
	process->secure = true;
	process->tracer = 0;
	launch_read(process, NULL);
}

/* Sockets come by process: each process is read once. */
static bool enter_process(struct stage *stage, pid_t pid)
{
	if (stage->process.pid == pid)
		return true;
	process_free(&stage->process);
	request_free(&stage->request);
	if (!process_read(&stage->process, pid)) {
		stage->process = (struct process) { 0 };
		return false;
	}
	restart(&stage->process);
	process_request(&stage->process, &stage->request);
	return true;
}

static void enter_net(struct stage *stage, const struct net *nets, u32 index)
{
	pid_t pid = nets[index].pid;

	if (stage->pid && stage->net == index)
		return;
	stage->net = index;
	stage->pid = pid;
	stage->own_net = !process_same_ns(pid, 1, "net");
	stage->foreign = stage->own_net && !process_host_owner(pid, "net");
	stage->start = unprivileged_start(pid);
}

/*
 * Would the kernel's own rule let it have the port, as far as it shows?  Many
 * daemons drop the capability after the bind.
 */
static bool is_capable(const struct stage *stage, const struct bound *bound,
		       const struct unit *unit)
{
	const struct process *process = &stage->process;
	u64 caps = process->effective | process->permitted | process->ambient;
	struct filecap cap;

	if (bound->port >= stage->start)
		return true;
	if (process->own_user_ns)
		return false;
	return !bound->uid || process->launched_by_root ||
	       (caps & BIT(CAP_NET_BIND_SERVICE_BIT)) ||
	       (unit && unit_may_bind(unit)) ||
	       (filecap_read(process->exe, &cap) && cap.permitted);
}

/* Say what is known of the capability that the process does not have now. */
static char *incapable_text(const struct unit *unit)
{
	if (unit && unit_is_unprivileged(unit))
		return xasprintf("no rule allows it and %s gives it no CAP_NET_BIND_SERVICE: ",
				 unit->name);
	return xstrdup("no rule allows it and it has no CAP_NET_BIND_SERVICE, unless what starts it gives it: ");
}

/* Why a process could not bind again, or NULL. */
static char *judge(struct stage *stage, const struct bound *bound)
{
	const struct policy_source *source = &stage->rehearsal->source;
	const struct unit *unit = launch_unit(&stage->process);
	struct request *request = &stage->request;
	autofree char *reason = NULL, *incapable = NULL;
	enum portacl_action action;
	struct answer answer;

	request_set_place(request, bound->proto, bound->port, bound->addr,
			  bound->v6only);
	/* It may have dropped its rights after the bind. */
	request->bind.uid = bound->uid;
	action = ask_action(source, request);
	if (action == PORTACL_ALLOW ||
	    (action == PORTACL_LEGACY && is_capable(stage, bound, unit)))
		return NULL;
	ask(source, request, &answer);
	reason = rehearsal_reason(stage->rehearsal, &answer);
	answer_free(&answer);
	incapable = action == PORTACL_DENY ? xstrdup("") :
					     incapable_text(unit);
	return xasprintf("%s%s", incapable, reason);
}

/*
 * Only systemd's launches are known.  Would that of another declared launcher give
 * the process the port?
 */
static bool may_be_launched(const struct stage *stage)
{
	const struct policy_source *source = &stage->rehearsal->source;
	struct request request = stage->request;

	request.bind.launch_root = true;
	return launch_is_foreign(source->policy) &&
	       !launch_unit(&stage->process) && !stage->process.own_root &&
	       ask_action(source, &request) == PORTACL_ALLOW;
}

/* The process that runs the caller, or one that it was started by. */
static bool is_ancestor(pid_t pid)
{
	pid_t at = getppid();

	while (at > 1 && at != pid) {
		autofree char *status = process_file(at, "status");
		const char *line = status ? strstr(status, "\nPPid:") : NULL;

		at = line ? atoi(line + strlen("\nPPid:")) : 0;
	}
	return at > 1;
}

/* Process 1 is everybody's ancestor, whatever it listens for. */
static bool is_login(const struct process *process)
{
	const char *name = strrchr(process->exe, '/');

	return (name && !strcmp(name, "/sshd")) || is_ancestor(process->pid);
}

static bool judge_process(struct stage *stage, const struct bound *bound)
{
	const char *user = name_of(PORTACL_USER, bound->uid);
	const struct process *process = &stage->process;
	char addr[INET6_ADDRSTRLEN];
	autofree char *why = NULL;

	bound_addr(bound, addr);
	if (!enter_process(stage, bound->pid))
		return false;
	stage->rehearsal->judged += bound->count;
	why = judge(stage, bound);
	if (why && may_be_launched(stage)) {
		list_add(&stage->rehearsal->unknown, xasprintf(
			"%s (pid %d) at %s/%u: whether a launcher executed it is not known",
			process->comm, process->pid,
			portacl_protos[bound->proto], bound->port));
		return false;
	}
	if (why)
		stage->rehearsal->logins += is_login(process);
	if (why)
		list_add(&stage->rehearsal->texts, xasprintf(
			"%s (pid %d, %s, %s%s%u) listens on %s/%u at %s and could not do so again after a restart: %s",
			process->comm, process->pid, process->exe,
			user ? user : "", user ? ", uid " : "uid ", bound->uid,
			portacl_protos[bound->proto], bound->port, addr, why));
	return why;
}

/* A socket of the kernel was opened by root, with `ip', `wg' or `exportfs'. */
static bool judge_kernel(struct stage *stage, const struct bound *bound)
{
	const char *proto = portacl_protos[bound->proto];
	char addr[INET6_ADDRSTRLEN];
	struct request request = { .bind = {
		.launch_root = true,
		.other_net = stage->own_net,
		.cgroup = "/",
	} };
	autofree char *why = NULL;
	bool denied;

	request_set_place(&request, bound->proto, bound->port, bound->addr,
			  bound->v6only);
	denied = rehearsal_asks(stage->rehearsal, &request, &why);
	stage->rehearsal->judged += bound->count;
	if (denied)
		list_add(&stage->rehearsal->texts, xasprintf(
			"a socket without a process, the kernel's, has %s/%u at %s and root could not open it again: %s",
			proto, bound->port, bound_addr(bound, addr), why));
	return denied;
}

/* A client's socket: the kernel chose its port, which is never matched. */
static bool is_client(const struct stage *stage, const struct bound *bound)
{
	if (bound->state >= BOUND_CONNECTED)
		return true;
	return bound->proto == PORTACL_UDP && bound->pid &&
	       bound->port >= stage->low && bound->port <= stage->high;
}

static bool judge_socket(struct stage *stage, const struct bound *bound)
{
	if (is_client(stage, bound) || stage->foreign)
		return false;
	if (bound->pid)
		return judge_process(stage, bound);
	if (bound->kernel)
		return judge_kernel(stage, bound);
	/* Only root can see the sockets of other users' processes. */
	stage->rehearsal->hidden += bound->count;
	return false;
}

/* Is it the same service, at another address?  Such sockets are neighbours. */
static bool is_repeated(const struct bound *a, const struct bound *b)
{
	return a && a->pid == b->pid && a->port == b->port &&
	       a->proto == b->proto;
}

static void warn_unseen(const struct rehearsal *rehearsal,
			const struct sockets *sockets)
{
	size_t i;

	for (i = 0; i < sockets->unseen.len; i++)
		warn("warning: not checked: %s", sockets->unseen.items[i]);
	for (i = 0; i < rehearsal->unknown.len; i++)
		warn("warning: not checked: %s", rehearsal->unknown.items[i]);
	if (rehearsal->hidden)
		warn("warning: not checked: %u socket%s whose process %s",
		     rehearsal->hidden, rehearsal->hidden == 1 ? "" : "s",
		     geteuid() ? "only root can see" : "is not visible here");
}

/**
 * rehearse - find the services that a policy would cut off
 * @rehearsal: where the findings are stored, for rehearsal_free()
 * @cfg: the policy
 */
void rehearse(struct rehearsal *rehearsal, const struct config *cfg)
{
	struct stage stage = { .rehearsal = rehearsal };
	const struct bound *refused = NULL, *bound;
	struct sockets sockets;

	local_ports(&stage.low, &stage.high);
	*rehearsal = (struct rehearsal) {
		.source = { .cfg = *cfg, .policy = cfg->policy },
	};
	sockets_read_all(&sockets);
	for (bound = sockets.items; bound < sockets.items + sockets.nr;
	     bound++) {
		enter_net(&stage, sockets.nets, bound->net);
		if (!is_repeated(refused, bound) &&
		    judge_socket(&stage, bound))
			refused = bound;
	}
	process_free(&stage.process);
	request_free(&stage.request);
	find_closed_units(rehearsal);
	warn_unseen(rehearsal, &sockets);
	sockets_free(&sockets);
}

/**
 * warn_lockout - warn of services that a policy would cut off
 * @rehearsal: where the findings are stored, for rehearsal_free()
 * @cfg: the policy
 */
void warn_lockout(struct rehearsal *rehearsal, const struct config *cfg)
{
	size_t i;

	rehearse(rehearsal, cfg);
	for (i = 0; i < rehearsal->texts.len; i++)
		warn("warning: %s", rehearsal->texts.items[i]);
}
