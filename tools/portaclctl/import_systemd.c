// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units that give a service CAP_NET_BIND_SERVICE, and sockets that systemd
 * itself binds.
 */
#include <arpa/inet.h>

#include "import.h"
#include "names.h"
#include "units.h"

#define SYSTEMD "/usr/lib/systemd/systemd"

/* The kernel knows a program by the path that has no symbolic links. */
static char *canonical(const char *program)
{
	char *path = in_root(program), real[PATH_MAX];
	char *word = policy_path(realpath(path, real) ? real : path);

	free(path);
	return word;
}

/**
 * struct service - what its rules have in common
 * @unit: the service
 * @nosuid: the setting that leaves its programs without an identity, or NULL
 * @user: `uid=...`
 * @cgroup: `cgroup=...`
 * @accept: ` accept=...`, or ""
 */
struct service {
	const struct unit *unit;
	char *nosuid;
	char *user;
	char *cgroup;
	const char *accept;
};

static void import_program(const struct service *service, const char *program)
{
	char *exe;

	if (*program != '/') {
		not_translated("%s: ExecStart=%s is not a path",
			       service->unit->name, program);
		return;
	}
	exe = service->unit->own_root ? policy_path(program) :
					canonical(program);
	printf("allow any 1-1023 exe=%s %s %s%s\n", exe, service->user,
	       service->cgroup, service->accept);
	free(exe);
}

/* The uids from which systemd takes one when the service starts. */
#define DYNAMIC_UIDS "uid=61184-65519"

/* `uid=...`, or NULL if there is no such user. */
static char *service_user(const struct unit *unit)
{
	char *name = unit_user(unit), *why, *word = NULL;
	u32 uid;

	if (parse_number(name, U32_MAX - 1, &uid) ||
	    name_to_number(NAME_USER, name, "", &uid, &why))
		word = uid >= 61184 && uid <= 65519 && unit->dynamic_user ?
		       xstrdup(DYNAMIC_UIDS) : user_word("uid", uid);
	else if (unit->dynamic_user)
		word = xstrdup(DYNAMIC_UIDS);
	else
		not_translated("%s: User=%s: there is no such user",
			       unit->name, name);
	free(name);
	return word;
}

static const char *service_accept(const struct unit *unit)
{
	bool nnp = unit_nnp(unit) && unit_is_unprivileged(unit);

	if (unit->own_root)
		return nnp ? " accept=nnp,chroot" : " accept=chroot";
	return nnp ? " accept=nnp" : "";
}

static void import_rules(const struct service *service)
{
	const struct unit *unit = service->unit;
	size_t i;

	if (service->nosuid) {
		comment("without exe=: because of %s=, with no_new_privs, systemd mounts all nosuid, and no program has an identity",
			service->nosuid);
		printf("allow any 1-1023 %s %s\n", service->user,
		       service->cgroup);
	} else {
		for (i = 0; i < unit->programs.len; i++)
			import_program(service, unit->programs.items[i]);
		if (strstr(service->accept, "nnp"))
			comment("accept=nnp because of %s=", unit_nnp(unit));
		if (unit->own_root)
			comment("accept=chroot because of RootDirectory= or RootImage=");
	}
	comment("narrow the ports; then take CAP_NET_BIND_SERVICE from AmbientCapabilities=");
}

static void import_service(const struct unit *unit)
{
	struct service service = { .unit = unit };
	char *path, *word;

	if (!unit->bind_service)
		return;
	comment("%s", unit->name);
	if (strchr(unit->name, '@') || (unit->user && strchr(unit->user, '%')) ||
	    (unit->slice && strchr(unit->slice, '%'))) {
		not_translated("%s: a template has no user or cgroup of its own",
			       unit->name);
		return;
	}
	service.user = service_user(unit);
	if (!service.user)
		return;
	if (!strcmp(service.user, DYNAMIC_UIDS))
		comment("DynamicUser=: the user exists while the service runs, with one of these uids");
	path = unit_cgroup(unit);
	word = policy_path(path);
	service.cgroup = xasprintf("cgroup=%s", word);
	service.nosuid = unit_nosuid(unit);
	service.accept = service_accept(unit);
	import_rules(&service);
	free(path);
	free(word);
	free(service.cgroup);
	free(service.nosuid);
	free(service.user);
}

static bool is_addr(const char *text)
{
	struct in6_addr addr;

	return inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text,
			 &addr) == 1;
}

/* PORT, ADDR:PORT, [ADDR]:PORT; anything else is no port. */
static bool read_listen(char *text, char **addr, u32 *port)
{
	char *colon = strrchr(text, ':');

	*addr = NULL;
	if (!colon)
		return parse_number(text, 65535, port) && *port;
	*colon = '\0';
	*addr = text;
	if (*text == '[' && text[strlen(text) - 1] == ']') {
		++*addr;
		text[strlen(text) - 1] = '\0';
	}
	return parse_number(colon + 1, 65535, port) && *port;
}

static void import_listen(const struct unit *unit, const char *listen,
			  const char *proto)
{
	char *text = xstrdup(listen), *addr;
	u32 port;

	if (read_listen(text, &addr, &port) && (!addr || is_addr(addr))) {
		printf("allow %s %u exe=" SYSTEMD " uid=root", proto, port);
		if (addr && strcmp(addr, "0.0.0.0") && strcmp(addr, "::"))
			printf(" addr=%s", addr);
		printf("  ");
		comment("%s", unit->name);
	} else if (*listen != '/' && *listen != '@' &&
		   strncmp(listen, "vsock:", 6)) {
		not_translated("%s: %s", unit->name, listen);
	}
	free(text);
}

static void import_socket(const struct unit *unit)
{
	const char *stream = "tcp", *datagram = "udp";
	size_t i;

	if (unit->protocol && !strcmp(unit->protocol, "sctp"))
		stream = datagram = "sctp";
	else if (unit->protocol && !strcmp(unit->protocol, "udplite"))
		datagram = "udplite";
	for (i = 0; i < unit->streams.len; i++)
		import_listen(unit, unit->streams.items[i], stream);
	for (i = 0; i < unit->datagrams.len; i++)
		import_listen(unit, unit->datagrams.items[i], datagram);
}

void import_systemd(void)
{
	u32 i, nr;
	struct unit *units = units_read(&nr);

	printf("# systemd: services with CAP_NET_BIND_SERVICE; sockets, which systemd binds itself\n");
	for (i = 0; i < nr; i++) {
		import_service(&units[i]);
		import_socket(&units[i]);
	}
	units_free(units, nr);
}
