// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy does not close what is open, but its owner may not open it again.
 */
#include <fcntl.h>
#include <unistd.h>

#include "lex.h"
#include "lockout.h"
#include "process.h"
#include "sockets.h"
#include "units.h"
#include "verdict.h"

#define SSHD "/usr/sbin/sshd"
#define SYSTEMD "/usr/lib/systemd/systemd"
#define WANTS "/etc/systemd/system/sockets.target.wants/"

static bool is_denied(const struct portacl_policy *policy, const char *request,
		      struct answer *answer)
{
	const struct policy_source source = { .policy = policy };

	ask(&source, request, answer);
	return answer->action == PORTACL_DENY;
}

static void check_socket(const struct portacl_policy *policy,
			 const struct bound *bound, struct list *texts)
{
	const char *proto = portacl_protos[bound->proto];
	char *port = xasprintf("%s %u", proto, bound->port), *request;
	struct process process;
	char *none = NULL;
	struct answer answer;

	if (bound->pid && process_read(&process, bound->pid)) {
		/* It may have dropped its rights after the bind. */
		process.uid = bound->uid;
		request = process_request(&process, port, &none);
		if (is_denied(policy, request, &answer))
			list_add(texts, xasprintf(
				"%s (pid %d) listens on %s/%u and could not do so again: %s",
				process.comm, process.pid, proto, bound->port,
				answer.text));
		answer_free(&answer);
		free(request);
		process_free(&process);
	}
	free(port);
}

/* @who is the rest of the request, from exe= on. */
static void check_places(const struct portacl_policy *policy, const char *name,
			 const struct list *places, const char *who,
			 struct list *texts)
{
	struct answer answer;
	size_t i;

	for (i = 0; i < places->len; i++) {
		const char *place = places->items[i];
		char *request = xasprintf("tcp %s %s uid=0 gid=0 launch=root",
					  place, who);

		if (is_denied(policy, request, &answer))
			list_add(texts, xasprintf(
				"%s could not listen on tcp/%s: %s", name,
				place, answer.text));
		answer_free(&answer);
		free(request);
	}
}

static bool is_enabled(const struct unit *unit)
{
	char *link = xasprintf("%s" WANTS "%s", root_dir, unit->name);
	bool enabled = !faccessat(AT_FDCWD, link, F_OK, AT_SYMLINK_NOFOLLOW);

	free(link);
	return enabled;
}

static bool is_named(const struct unit *unit, const char *kind)
{
	const char *dot = strrchr(unit->name, '.');

	return dot && !strcmp(dot, kind) &&
	       (!strncmp(unit->name, "ssh.", 4) ||
		!strncmp(unit->name, "sshd.", 5));
}

/* With its socket enabled systemd binds, else sshd does, in its unit. */
static void check_sshd(const struct portacl_policy *policy, struct list *texts)
{
	struct list ssh = { 0 }, systemd = { 0 };
	char *who = xstrdup("exe=" SSHD), *cgroup;
	u32 i, nr;
	struct unit *units = units_read(&nr);
	size_t n;

	for (i = 0; i < nr; i++) {
		if (is_named(&units[i], ".service")) {
			free(who);
			cgroup = unit_cgroup(&units[i]);
			who = xasprintf("exe=" SSHD " cgroup=%s", cgroup);
			free(cgroup);
		} else if (is_named(&units[i], ".socket") &&
			   is_enabled(&units[i])) {
			for (n = 0; n < units[i].streams.len; n++)
				add_listen(&systemd, units[i].streams.items[n],
					   NULL);
		}
	}
	if (!systemd.len)
		sshd_places(&ssh);
	check_places(policy, "sshd", &ssh, who, texts);
	check_places(policy, "systemd, for sshd,", &systemd,
		     "exe=" SYSTEMD " cgroup=/init.scope", texts);
	units_free(units, nr);
	list_free(&systemd);
	list_free(&ssh);
	free(who);
}

/* Others' processes do not show which sockets they have. */
static void warn_hidden(const struct bound *bound, u32 nr)
{
	u32 i, hidden = 0;

	for (i = 0; i < nr; i++)
		hidden += !bound[i].pid;
	if (hidden && geteuid())
		warn("warning: only root can see who listens at %u socket%s: not checked whether that service is cut off",
		     hidden, hidden == 1 ? "" : "s");
}

/**
 * find_lockouts - find services that a policy would cut off
 * @policy: the policy
 * @texts: where a text per service is added
 */
void find_lockouts(const struct portacl_policy *policy, struct list *texts)
{
	u32 i, n, nr;
	struct bound *bound = sockets_read(1, &nr);
	bool again;

	for (i = 0; i < nr; i++) {
		/* A daemon has a socket per address. */
		for (again = false, n = 0; n < i && !again; n++)
			again = bound[n].pid == bound[i].pid &&
				bound[n].port == bound[i].port &&
				bound[n].proto == bound[i].proto;
		if (!again)
			check_socket(policy, &bound[i], texts);
	}
	warn_hidden(bound, nr);
	free(bound);
	check_sshd(policy, texts);
}

void warn_lockout(const struct portacl_policy *policy)
{
	struct list texts = { 0 };
	size_t i;

	find_lockouts(policy, &texts);
	for (i = 0; i < texts.len; i++)
		warn("warning: %s", texts.items[i]);
	list_free(&texts);
}
