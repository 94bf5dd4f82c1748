// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services that do not run, but will be wanted: sshd, and what systemd listens
 * for.
 */
#include <glob.h>

#include "lib/cleanup.h"
#include "lib/root.h"
#include "lint/lockout.h"
#include "system/sshd.h"
#include "system/units.h"

#define SSHD "/usr/sbin/sshd"
#define SYSTEMD "/usr/lib/systemd/systemd"

/* @who is the rest of the request, from exe= on. */
static void check_places(const struct rehearsal *rehearsal, const char *name,
			 const char *proto, const struct list *places,
			 const char *who, struct list *texts)
{
	size_t i;

	for (i = 0; i < places->len; i++) {
		const char *place = places->items[i];
		autofree char *why = NULL;
		autofree char *text = xasprintf(
			"%s %s %s uid=0 gid=0 launch=root", proto, place, who);
		struct request request;

		request_read(&request, text);
		if (rehearsal_asks(rehearsal, &request, &why))
			list_add(texts, xasprintf(
				"%s could not listen on %s/%s: %s", name,
				proto, place, why));
		request_free(&request);
	}
}

/* For glob(3): a name may have \x2d in it, and a template stands for instances. */
static char *name_pattern(const char *name)
{
	struct buf pattern = { 0 };

	for (; *name; name++) {
		if (strchr("\\*?[", *name))
			buf_puts(&pattern, "\\");
		buf_add(&pattern, name, 1);
		if (!strncmp(name, "@.", 2))
			buf_puts(&pattern, "*");
	}
	return pattern.text;
}

/* Does a target or a service want it? */
static bool is_enabled(const struct unit *unit)
{
	autofree char *name = name_pattern(unit->name);
	autofree char *pattern = xasprintf("%s/etc/systemd/system/*.*s/%s",
					   root_dir, name);
	glob_t found;
	bool enabled = !glob(pattern, 0, NULL, &found);

	if (enabled)
		globfree(&found);
	return enabled;
}

static bool is_kind(const struct unit *unit, const char *kind)
{
	const char *dot = strrchr(unit->name, '.');

	return dot && !strcmp(dot, kind);
}

static bool is_ssh(const struct unit *unit, const char *kind)
{
	return is_kind(unit, kind) && (!strncmp(unit->name, "ssh.", 4) ||
				       !strncmp(unit->name, "sshd.", 5));
}

static void check_listen(const struct rehearsal *rehearsal,
			 const struct unit *unit, const char *proto,
			 const struct list *listen, struct list *texts)
{
	autofree char *name = xasprintf("systemd, for %s,", unit->name);
	struct list places = { 0 };
	size_t i;

	for (i = 0; i < listen->len; i++)
		add_listen(&places, listen->items[i]);
	check_places(rehearsal, name, proto, &places,
		     "exe=" SYSTEMD " cgroup=/init.scope", texts);
	list_free(&places);
}

/* Process 1 binds the ports of a socket unit, whatever its service runs. */
static void check_socket_unit(const struct rehearsal *rehearsal,
			      const struct unit *unit, struct list *texts)
{
	bool sctp = unit->protocol && !strcmp(unit->protocol, "sctp");
	bool lite = unit->protocol && !strcmp(unit->protocol, "udplite");

	check_listen(rehearsal, unit, sctp ? "sctp" : "tcp", &unit->streams,
		     texts);
	check_listen(rehearsal, unit, sctp ? "sctp" : lite ? "udplite" : "udp",
		     &unit->datagrams, texts);
}

/* With its socket enabled systemd binds, else sshd does, in its unit. */
static void check_sshd(struct rehearsal *rehearsal, const struct unit *units,
		       u32 nr)
{
	char *who = xstrdup("exe=" SSHD " cgroup=/"), *cgroup;
	struct list places = { 0 };
	bool socket = false;
	u32 i;

	for (i = 0; i < nr; i++) {
		socket |= is_ssh(&units[i], ".socket") && is_enabled(&units[i]);
		cgroup = is_ssh(&units[i], ".service") ?
			 unit_cgroup(&units[i]) : NULL;
		if (!cgroup)
			continue;
		free(who);
		who = xasprintf("exe=" SSHD " cgroup=%s", cgroup);
		free(cgroup);
	}
	if (!socket && !sshd_places(&places))
		list_add(&rehearsal->unknown, xasprintf(
			"the ports at which sshd will listen: %s", root_option ?
			"with --root no program is started" :
			"`sshd -T' fails (it may need root and /run/sshd)"));
	check_places(rehearsal, "sshd", "tcp", &places, who, &rehearsal->texts);
	list_free(&places);
	free(who);
}

static void check_socket_units(const struct rehearsal *rehearsal,
			       const struct unit *units, u32 nr, bool enabled,
			       struct list *texts)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (is_kind(&units[i], ".socket") &&
		    !(enabled && is_ssh(&units[i], ".socket")) &&
		    is_enabled(&units[i]) == enabled)
			check_socket_unit(rehearsal, &units[i], texts);
}

/* Add to the findings sshd, and the sockets that systemd opens at boot. */
void find_closed_units(struct rehearsal *rehearsal)
{
	u32 nr, i, others;
	const struct unit *units = units_read(&nr);

	others = rehearsal->texts.len;
	check_sshd(rehearsal, units, nr);
	for (i = 0; i < nr; i++)
		if (is_ssh(&units[i], ".socket") && is_enabled(&units[i]))
			check_socket_unit(rehearsal, &units[i],
					  &rehearsal->texts);
	rehearsal->logins += rehearsal->texts.len - others;
	check_socket_units(rehearsal, units, nr, true, &rehearsal->texts);
}

/* The same for socket units that nothing wants so far. */
void find_unused_sockets(const struct rehearsal *rehearsal, struct list *texts)
{
	u32 nr;
	const struct unit *units = units_read(&nr);

	check_socket_units(rehearsal, units, nr, false, texts);
}
