// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units that give a service CAP_NET_BIND_SERVICE, and sockets that systemd
 * itself binds; and binds that units forbid.
 */
#include <arpa/inet.h>
#include <glob.h>

#include "import/import.h"
#include "policy/names.h"
#include "system/launch.h"
#include "system/units.h"

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
 * @user: ` uid=...`, or "": systemd chooses the user when it starts it
 * @cgroup: ` cgroup=...`
 */
struct service {
	const struct unit *unit;
	char *user;
	char *cgroup;
};

/* Do the policy's files say that what systemd starts root has started? */
static bool has_launcher(const char *image)
{
	char *files = in_root("/etc/portacl.d/*.conf"), *text;
	char *line = xasprintf("\nlauncher %s\n", image);
	char *file = in_root("/etc/portacl.conf");
	glob_t found = { 0 };
	bool has = false;
	size_t i;

	glob(file, 0, NULL, &found);
	glob(files, GLOB_APPEND, NULL, &found);
	for (i = 0; i < found.gl_pathc && !has; i++) {
		text = read_file(found.gl_pathv[i], NULL);
		has = text && (strstr(text, line) ||
			       !strncmp(text, line + 1, strlen(line + 1)));
		free(text);
	}
	globfree(&found);
	free(files);
	free(file);
	free(line);
	return has;
}

static void import_program(const struct service *service, const char *program)
{
	bool own_root = service->unit->own_root;
	char *exe;

	if (*program != '/') {
		not_translated("%s: ExecStart=%s is not a path",
			       service->unit->name, program);
		return;
	}
	exe = own_root ? policy_path(program) : canonical(program);
	print("allow any 1-1023 exe=%s%s%s%s\n", exe, service->user,
	       service->cgroup, own_root ? " accept=chroot" : "");
	free(exe);
}

/* ` uid=...`, or NULL if there is no such user. */
static char *service_user(const struct unit *unit)
{
	char *name, *why, *word, *user;
	u32 uid;

	if (unit->dynamic_user)
		return xstrdup("");
	name = unit_user(unit);
	if (!parse_number(name, U32_MAX - 1, &uid) &&
	    !name_to_number(NAME_USER, name, "", &uid, &why)) {
		not_translated("%s: User=%s: there is no such user",
			       unit->name, name);
		free(name);
		return NULL;
	}
	word = user_word("uid", uid);
	user = xasprintf(" %s", word);
	free(word);
	free(name);
	return user;
}

/* The setting that makes it start a program without identity, or NULL. */
static char *find_nosuid(const struct unit *unit)
{
	char *found = NULL, *path;
	size_t i;

	for (i = 0; i < unit->programs.len && !found; i++) {
		path = canonical(unit->programs.items[i]);
		found = unit_nosuid(unit, path);
		free(path);
	}
	return found;
}

/*
 * To systemd's services exe= is open only beside a launcher: else each counts
 * as started by a stranger.
 */
static void import_rules(const struct service *service)
{
	const struct unit *unit = service->unit;
	char *nosuid = find_nosuid(unit), *image = launch_image();
	bool exe = false;
	size_t i;

	if (unit->private_users)
		comment("without exe=: in the user namespace of PrivateUsers= no program has an identity");
	else if (nosuid)
		comment("without exe=: because of %s=, with no_new_privs, systemd mounts the program nosuid: there it has no identity",
			nosuid);
	else if (!has_launcher(image))
		comment("without exe=: that wants a line `launcher %s'", image);
	else
		exe = true;
	if (!exe)
		print("allow any 1-1023%s%s\n", service->user,
		       service->cgroup);
	for (i = 0; exe && i < unit->programs.len; i++)
		import_program(service, unit->programs.items[i]);
	comment("narrow the ports; then take CAP_NET_BIND_SERVICE from AmbientCapabilities=");
	free(image);
	free(nosuid);
}

static bool is_template(const struct unit *unit)
{
	if (!strchr(unit->name, '@') && !(unit->user && strchr(unit->user, '%')) &&
	    !(unit->slice && strchr(unit->slice, '%')))
		return false;
	not_translated("%s: a template has no user or cgroup of its own",
		       unit->name);
	return true;
}

/* ` cgroup=...` */
static char *service_cgroup(const struct unit *unit)
{
	char *path = unit_cgroup(unit), *word = policy_path(path);
	char *cgroup = xasprintf(" cgroup=%s", word);

	free(path);
	free(word);
	return cgroup;
}

static void import_service(const struct unit *unit)
{
	struct service service = { .unit = unit };

	if (!unit->bind_service)
		return;
	comment("%s", unit->name);
	if (is_template(unit))
		return;
	service.user = service_user(unit);
	if (!service.user)
		return;
	if (unit->dynamic_user)
		comment("without uid=: because of DynamicUser= it is another one at each start");
	service.cgroup = service_cgroup(unit);
	import_rules(&service);
	free(service.cgroup);
	free(service.user);
}

/* N or N-M, and nothing else: what a unit says becomes part of a rule. */
static bool is_ports(const char *text)
{
	size_t len = strcspn(text, "-");
	char *first = xstrndup(text, len);
	u32 low, high;
	bool good = parse_number(first, 65535, &low) && low &&
		    (!text[len] || (parse_number(text + len + 1, 65535, &high) &&
				    high >= low));

	free(first);
	return good;
}

/* `[ipv4:|ipv6:][tcp:|udp:]PORTS`, each of them alone, or `any`. */
static bool read_bind(const char *text, char **proto, char **ports,
		      const char **addr)
{
	char *copy = xstrdup(text), *rest = copy, *word;

	*addr = "";
	*proto = xstrdup("any");
	*ports = xstrdup("any");
	while ((word = strsep(&rest, ":"))) {
		if (!strcmp(word, "ipv4")) {
			*addr = " addr=0.0.0.0/0";
		} else if (!strcmp(word, "ipv6")) {
			*addr = " addr=::/0";
		} else if (!strcmp(word, "tcp") || !strcmp(word, "udp")) {
			strcpy(*proto, word);
		} else if (is_ports(word)) {
			free(*ports);
			*ports = xstrdup(word);
		} else if (strcmp(word, "any")) {
			break;
		}
	}
	free(copy);
	return !word;
}

/* What a unit forbids itself. */
static void import_sandbox(const struct unit *unit)
{
	char *cgroup, *proto, *ports;
	const char *addr;
	size_t i;

	if (!unit->bind_deny.len)
		return;
	comment("%s", unit->name);
	if (is_template(unit))
		return;
	/* An allow rule would grant the port, not only leave it alone. */
	if (unit->bind_allow.len) {
		not_translated("%s: SocketBindDeny= beside SocketBindAllow=: deny the ports around those allowed",
			       unit->name);
		return;
	}
	cgroup = service_cgroup(unit);
	for (i = 0; i < unit->bind_deny.len; i++) {
		if (read_bind(unit->bind_deny.items[i], &proto, &ports, &addr))
			print("deny %s %s%s%s\n", proto, ports, cgroup, addr);
		else
			not_translated("%s: SocketBindDeny=%s", unit->name,
				       unit->bind_deny.items[i]);
		free(proto);
		free(ports);
	}
	free(cgroup);
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
		print("allow %s %u exe=" SYSTEMD " uid=root", proto, port);
		if (addr && strcmp(addr, "0.0.0.0") && strcmp(addr, "::"))
			print(" addr=%s", addr);
		print("  ");
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

	print("# systemd: services with CAP_NET_BIND_SERVICE; sockets, which systemd binds itself\n");
	for (i = 0; i < nr; i++) {
		import_sandbox(&units[i]);
		import_service(&units[i]);
		import_socket(&units[i]);
	}
	units_free(units, nr);
}
