// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy does not close what is open, but its owner may not open it again.
 * So each socket that listens now is judged as if its program were restarted.
 */
#include <unistd.h>

#include "explain/layers.h"
#include "lex.h"
#include "lint/live.h"
#include "lint/lockout.h"
#include "policy/names.h"
#include "system/filecaps.h"
#include "system/launch.h"
#include "system/process.h"
#include "system/sockets.h"

/* The answer, and the rule because of which it is so. */
static char *reason_text(const struct rehearsal *rehearsal,
			 const struct answer *answer)
{
	u32 number = answer_rule(answer);
	char *rule = number ? source_rule(&rehearsal->source, number) : NULL;
	char *text = xasprintf("%s%s%s", answer->text, rule ? ": " : "",
			       rule ? rule : "");

	free(rule);
	return text;
}

/**
 * rehearsal_asks - does the policy refuse a bind?
 * @rehearsal: the policy
 * @request: the bind
 * @why: if it does, why, for free()
 *
 * Return: whether it does.
 */
bool rehearsal_asks(const struct rehearsal *rehearsal, const char *request,
		    char **why)
{
	struct answer answer;
	bool denied;

	ask(&rehearsal->source, request, &answer);
	denied = answer.action == PORTACL_DENY;
	if (denied)
		*why = reason_text(rehearsal, &answer);
	answer_free(&answer);
	return denied;
}

/* What the process will be after a restart under the policy. */
static void restart(const struct bound *bound, struct process *process)
{
	/* It may have dropped its rights after the bind. */
	process->uid = bound->uid;
	/* A program that rules name is then executed with AT_SECURE. */
	process->secure = true;
	process->tracer = 0;
	launch_read(process, NULL);
}

/* Would the kernel's own rule let it have the port, as far as it shows? */
static bool is_capable(const struct bound *bound,
		       const struct process *process)
{
	u64 caps = process->effective | process->permitted | process->ambient;
	struct filecap cap;

	if (bound->port >= unprivileged_start(bound->net))
		return true;
	if (process->own_user_ns)
		return false;
	return !process->uid || process->launched_by_root ||
	       (caps & BIT(CAP_NET_BIND_SERVICE_BIT)) ||
	       (filecap_read(process->exe, &cap) && cap.permitted);
}

/* Why a process could not bind again, or NULL. */
static char *judge(const struct rehearsal *rehearsal,
		   const struct bound *bound, const struct process *process)
{
	char *words[] = { xasprintf("addr=%s", bound->addr), NULL };
	char *port = xasprintf("%s %u", portacl_protos[bound->proto],
			       bound->port);
	char *request = process_request(process, port, words), *text = NULL;
	char *reason = NULL;
	struct answer answer;

	ask(&rehearsal->source, request, &answer);
	if (answer.action != PORTACL_ALLOW)
		reason = reason_text(rehearsal, &answer);
	if (answer.action == PORTACL_DENY)
		text = xstrdup(reason);
	else if (reason && !is_capable(bound, process))
		text = xasprintf("no rule allows it and it has no CAP_NET_BIND_SERVICE: %s",
				 reason);
	answer_free(&answer);
	free(reason);
	free(request);
	free(port);
	free(*words);
	return text;
}

static bool judge_process(struct rehearsal *rehearsal,
			  const struct bound *bound)
{
	const char *user = name_of(NAME_USER, bound->uid);
	struct process process;
	char *why;

	if (!process_read(&process, bound->pid))
		return false;
	rehearsal->judged++;
	restart(bound, &process);
	why = judge(rehearsal, bound, &process);
	if (why)
		list_add(&rehearsal->texts, xasprintf(
			"%s (pid %d, %s, %s%s%u) listens on %s/%u at %s and could not do so again after a restart: %s",
			process.comm, process.pid, process.exe,
			user ? user : "", user ? ", uid " : "uid ", bound->uid,
			portacl_protos[bound->proto], bound->port, bound->addr,
			why));
	process_free(&process);
	free(why);
	return why;
}

/* A socket of the kernel was opened by root, with `ip', `wg' or `exportfs'. */
static bool judge_kernel(struct rehearsal *rehearsal,
			 const struct bound *bound)
{
	const char *proto = portacl_protos[bound->proto];
	char *request = xasprintf("%s %u uid=0 gid=0 launch=root addr=%s%s",
				  proto, bound->port, bound->addr,
				  process_same_ns(bound->net, 1, "net") ? "" :
				  " net=other");
	char *why;
	bool denied = rehearsal_asks(rehearsal, request, &why);

	rehearsal->judged++;
	free(request);
	if (!denied)
		return false;
	list_add(&rehearsal->texts, xasprintf(
		"a socket without a process, the kernel's, has %s/%u at %s and root could not open it again: %s",
		proto, bound->port, bound->addr, why));
	free(why);
	return true;
}

/* A client's socket: the kernel chose its port, which is never matched. */
static bool is_client(const struct bound *bound)
{
	u32 low = 32768, high = 60999;
	char *text;

	if (bound->connected)
		return true;
	if (bound->proto != PORTACL_UDP || !bound->pid)
		return false;
	text = read_line_file("/proc/sys/net/ipv4/ip_local_port_range");
	if (text)
		sscanf(text, "%u %u", &low, &high);
	free(text);
	return bound->port >= low && bound->port <= high;
}

/* A namespace of another user namespace is never asked about. */
static bool is_foreign(const struct bound *bound)
{
	return !process_same_ns(bound->net, 1, "net") &&
	       !process_host_owner(bound->net, "net");
}

static bool judge_socket(struct rehearsal *rehearsal,
			 const struct bound *bound)
{
	if (is_client(bound) || is_foreign(bound))
		return false;
	if (bound->pid)
		return judge_process(rehearsal, bound);
	if (bound->kernel)
		return judge_kernel(rehearsal, bound);
	/* Others' processes do not show which sockets they have. */
	rehearsal->hidden++;
	return false;
}

/* Was the same service found already, at another address? */
static bool is_repeated(const struct bound *bound, const bool *refused, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (refused[i] && bound[i].pid == bound[n].pid &&
		    bound[i].port == bound[n].port &&
		    bound[i].proto == bound[n].proto)
			return true;
	return false;
}

/**
 * rehearse - find the services that a policy would cut off
 * @rehearsal: where the findings are stored, for rehearsal_free()
 * @cfg: the policy
 */
void rehearse(struct rehearsal *rehearsal, const struct config *cfg)
{
	u32 i, nr;
	struct bound *bound = sockets_read_all(&nr);
	bool *refused = xrealloc(NULL, nr + 1, sizeof(*refused));

	*rehearsal = (struct rehearsal) {
		.source = { .cfg = *cfg, .policy = cfg->policy },
	};
	for (i = 0; i < nr; i++)
		refused[i] = !is_repeated(bound, refused, i) &&
			     judge_socket(rehearsal, &bound[i]);
	free(refused);
	free(bound);
	find_closed_units(rehearsal);
	if (rehearsal->hidden)
		warn("warning: %s who listens at %u socket%s: not checked whether that service is cut off",
		     geteuid() ? "only root can see" : "it cannot be seen",
		     rehearsal->hidden, rehearsal->hidden == 1 ? "" : "s");
}

void rehearsal_free(struct rehearsal *rehearsal)
{
	list_free(&rehearsal->texts);
}
