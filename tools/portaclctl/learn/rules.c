// SPDX-License-Identifier: GPL-2.0-only
/*
 * Observed binds become rules, no wider than what was seen.
 */
#include <arpa/inet.h>
#include <netdb.h>

#include "kernel/securityfs.h"
#include "learn/learner.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "policy/json.h"
#include "policy/exe.h"
#include "policy/text.h"
#include "policy/user.h"

#define MAX_PORTS 32

/* Weaknesses that no rule takes, and those that a restart takes away. */
static u32 accepted(const struct observed *seen)
{
	return seen->taint & (BIT(PORTACL_NR_ACCEPT) - 1) &
	       ~BIT(PORTACL_TAINT_ENV);
}

static bool is_usable(const struct observed *seen)
{
	return seen->verified && !(seen->taint >> PORTACL_NR_ACCEPT);
}

/* Are two observations of one program and user? */
static bool is_same_subject(const struct observed *a, const struct observed *b)
{
	return !strcmp(a->exe, b->exe) && a->uid == b->uid &&
	       accepted(a) == accepted(b) && is_usable(a) == is_usable(b);
}

/**
 * struct ports - ports that a program uses with the same protocols
 * @protos: bits of enum portacl_proto
 * @port: the ports, ascending
 * @nr: number of @port
 * @count: how often they were seen
 * @picked: bindresvport(3) may have picked them
 * @by_rule: a deny rule refused one of them
 */
struct ports {
	u32 protos;
	u16 *port;
	u32 nr;
	u64 count;
	bool picked;
	bool by_rule;
};

/*
 * bindresvport(3) gives root a free port from 512 to 1023, another one each
 * time.  A port that services(5) knows is more likely a service's.
 */
static bool is_picked(const struct observed *seen)
{
	return !seen->uid && seen->port >= 512 && seen->port < 1024 &&
	       !getservbyport(htons(seen->port), portacl_protos[seen->proto]);
}

/* More ports than a service has: the program picks them itself. */
static bool is_random(const struct ports *ports)
{
	return ports->nr > MAX_PORTS;
}

static void add_ports(const struct learner *learner, struct buf *text,
		      const struct ports *ports)
{
	u32 i;

	if (ports->nr > 1 && (learner->ranges || is_random(ports))) {
		buf_printf(text, "%u-%u", ports->port[0],
			   ports->port[ports->nr - 1]);
		return;
	}
	for (i = 0; i < ports->nr; i++)
		buf_printf(text, "%s%u", i ? "," : "", ports->port[i]);
}

/* Add what the administrator should know before taking the rule. */
static void add_comments(const struct learner *learner, struct buf *text,
			 const struct observed *seen, const struct ports *ports)
{
	autofree char *path = path_unescape(seen->exe, strlen(seen->exe));
	struct program program;
	u32 fault;

	buf_printf(text, "# %s %llu time%s\n",
		   learner->refused ? "refused" : "seen", ports->count,
		   ports->count == 1 ? "" : "s");
	if (is_random(ports) && !learner->ranges)
		buf_printf(text, "# random ports: %u seen; a rule for all between only with --ranges\n",
			   ports->nr);
	if (ports->picked)
		buf_puts(text, "# bindresvport(3) may have picked the port, and picks another one at the next start:\n# a rule is only right if the program is configured for it\n");
	if (ports->by_rule)
		buf_puts(text, "# a deny rule refused it: a rule that allows it must stand before that one\n");
	if (!seen->verified)
		buf_puts(text, "# not verified: the process may have lied about its program\n");
	if (seen->taint >> PORTACL_NR_ACCEPT) {
		autofree char *taints = names_text(
			portacl_taints,
			seen->taint & ~(BIT(PORTACL_NR_ACCEPT) - 1));

		buf_printf(text, "# cannot be allowed, the program's identity is: %s\n",
			   taints);
	}
	if ((seen->taint & BIT(PORTACL_TAINT_NOPATH)) && kernel_is_bpf())
		buf_puts(text, "# the program may have run before the BPF backend was attached: start it again\n");
	if (accepted(seen))
		buf_puts(text, "# a weakness must be accepted: read portacl(7) first, or remove it\n");
	program_look(&program, path, true);
	for (fault = PROGRAM_INTERPRETER; fault < PROGRAM_NR_FAULTS; fault++) {
		autofree char *line = program.faults & BIT(fault) ?
			program_fault_text(&program, seen->exe, fault) : NULL;

		if (line)
			buf_print(text, "# %s\n", line);
	}
}

/* @text is comments, then the rule, which is a comment as well if not usable. */
static json_t *json_learned(const char *text, bool usable,
			    const struct observed *seen,
			    const struct ports *ports)
{
	const char *line = text, *end;
	json_t *comments = json_array(), *json, *list = json_array();
	u32 i;

	for (; (end = strchr(line, '\n')); line = end + 1)
		json_array_append_new(comments, json_stringn(
			line + 2, end - line - 2));
	for (i = 0; i < ports->nr; i++)
		json_array_append_new(list, json_integer(ports->port[i]));
	json = json_pack("{so sb so so sI so sI so}", "rule",
			 json_text(line + (usable ? 0 : 2)), "usable", usable,
			 "comments", comments, "exe", json_text(seen->exe),
			 "uid", (json_int_t)seen->uid,
			 "protocols", json_names(portacl_protos, ports->protos),
			 "count", (json_int_t)ports->count, "ports", list);
	return json;
}

static void add_rule(struct learner *learner, const struct observed *seen,
		     const struct ports *ports)
{
	autofree char *user = user_word("uid", seen->uid);
	autofree char *protos = names_text(portacl_protos, ports->protos);
	autofree char *taints = names_text(portacl_taints, accepted(seen));
	bool usable = is_usable(seen) && !ports->picked &&
		      (learner->ranges || !is_random(ports));
	struct buf rule = { 0 };

	add_comments(learner, &rule, seen, ports);
	buf_printf(&rule, "%sallow %s ", usable ? "" : "# ", protos);
	add_ports(learner, &rule, ports);
	buf_printf(&rule, " exe=%s %s", seen->exe, user);
	if (accepted(seen))
		buf_printf(&rule, " accept=%s", taints);
	if (learner->json)
		json_array_append_new(learner->json, json_learned(
			rule.text, usable, seen, ports));
	else
		take_rule(learner, rule.text, usable);
	free(rule.text);
}

/* @seen is of one program and user, sorted by protocol, then by port. */
static void find_ports(struct ports *ports, const struct observed *seen,
		       u32 nr, const u8 *protos)
{
	u32 i, first = __builtin_ctz(ports->protos);

	ports->nr = 0;
	ports->count = 0;
	ports->by_rule = false;
	for (i = 0; i < nr; i++) {
		u16 port = seen[i].port;

		if (protos[port] != ports->protos ||
		    is_picked(&seen[i]) != ports->picked)
			continue;
		ports->count += seen[i].count;
		ports->by_rule |= seen[i].by_rule;
		if (seen[i].proto == first &&
		    (!ports->nr || ports->port[ports->nr - 1] != port))
			ports->port[ports->nr++] = port;
	}
}

/* A rule for the ports of each set of protocols: dnsmasq has tcp,udp 53. */
static void add_subject(struct learner *learner, const struct observed *seen,
			u32 nr)
{
	static u8 protos[PORTACL_NR_PORTS];
	struct ports ports = { .port = xrealloc(NULL, nr, sizeof(u16)) };
	u32 i, n;

	memset(protos, 0, sizeof(protos));
	for (i = 0; i < nr; i++)
		protos[seen[i].port] |= BIT(seen[i].proto);
	for (i = 1; i < BIT(PORTACL_NR_PROTOS) && !learner->quit; i++) {
		ports.protos = i;
		for (n = 0; n < 2 && !learner->quit; n++) {
			ports.picked = n;
			find_ports(&ports, seen, nr, protos);
			if (ports.nr)
				add_rule(learner, seen, &ports);
		}
	}
	free(ports.port);
}

/**
 * make_rules - make rules of observations
 * @learner: where they go
 * @seen: the observations, sorted by observed_sort()
 * @nr: number of @seen
 */
void make_rules(struct learner *learner, const struct observed *seen, u32 nr)
{
	u32 at, len;

	for (at = 0; at < nr && !learner->quit; at += len) {
		for (len = 1; at + len < nr &&
		     is_same_subject(seen + at, seen + at + len); len++)
			;
		add_subject(learner, seen + at, len);
	}
}
