// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units that give a service CAP_NET_BIND_SERVICE, and sockets that systemd
 * itself binds; and binds that units forbid.
 */
#include <glob.h>

#include "import/common.h"
#include "import/sources.h"
#include "policy/address.h"
#include "policy/names.h"
#include "policy/user.h"
#include "system/launch.h"
#include "system/units.h"

#define SYSTEMD "/usr/lib/systemd/systemd"

/* The kernel knows a program by the path that has no symbolic links. */
static char *canonical(const char *program)
{
	autofree char *path = in_root(program);
	char real[PATH_MAX];

	return policy_path(realpath(path, real) ? real : path);
}

/**
 * struct service - what the rules of a service have in common
 * @unit: the service
 * @user: ` uid=...`, or "": systemd chooses the user when it starts it
 * @cgroup: ` cgroup=...`
 */
struct service {
	const struct unit *unit;
	char *user;
	char *cgroup;
};

/* Does a file of the policy declare what starts systemd's services? */
static bool has_launcher(const char *image)
{
	autofree char *files = in_root("/etc/portacl.d/*.conf");
	autofree char *file = in_root("/etc/portacl.conf");
	autofree char *line = xasprintf("\nlauncher %s\n", image);
	glob_t found = { 0 };
	bool has = false;
	size_t i;

	glob(file, 0, NULL, &found);
	glob(files, GLOB_APPEND, NULL, &found);
	for (i = 0; i < found.gl_pathc && !has; i++) {
		autofree char *text = read_file(found.gl_pathv[i], NULL);

		has = text && (strstr(text, line) ||
			       !strncmp(text, line + 1, strlen(line + 1)));
	}
	globfree(&found);
	return has;
}

static void import_program(const struct service *service, const char *program)
{
	bool own_root = unit_has_own_root(service->unit);
	autofree char *exe = NULL;

	if (*program != '/') {
		not_translated("%s: ExecStart=%s is not a path",
			       service->unit->name, program);
		return;
	}
	exe = own_root ? policy_path(program) : canonical(program);
	rule("allow any 1-1023 exe=%s%s%s%s", exe, service->user,
	     service->cgroup, own_root ? " accept=chroot" : "");
}

/* ` uid=...`, or NULL if there is no such user. */
static char *service_user(const struct unit *unit)
{
	autofree char *name = NULL, *word = NULL;
	u32 uid;

	if (unit->dynamic_user) {
		comment("without uid=: because of DynamicUser= it is another one at each start");
		return xstrdup("");
	}
	name = unit_user(unit);
	if (!parse_number(name, U32_MAX - 1, &uid) &&
	    name_to_number(PORTACL_USER, name, 0, &uid)) {
		not_translated("%s: User=%s: %s", unit->name, name,
			       strchr(name, '%') ?
			       "it differs from instance to instance" :
			       "there is no such user");
		return NULL;
	}
	word = user_word("uid", uid);
	return xasprintf(" %s", word);
}

/* ` cgroup=...`, or NULL if the unit has none that a rule could name. */
static char *service_cgroup(const struct unit *unit)
{
	autofree char *path = unit_cgroup(unit), *word = NULL;

	if (!path) {
		not_translated("%s: Slice=%s: its instances have no control group for themselves",
			       unit->name, unit->slice);
		return NULL;
	}
	word = policy_path(path);
	return xasprintf(" cgroup=%s", word);
}

/* The setting that makes it start a program without identity, or NULL. */
static char *find_nosuid(const struct unit *unit)
{
	char *found = NULL;
	size_t i;

	for (i = 0; i < unit->programs.len && !found; i++) {
		autofree char *path = canonical(unit->programs.items[i]);

		found = unit_nosuid(unit, path);
	}
	return found;
}

/* Print why a rule for the service cannot name its programs, if it cannot. */
static bool has_identity(const struct unit *unit)
{
	autofree char *nosuid = find_nosuid(unit), *image = launch_image();
	size_t i;

	for (i = 0; i < unit->programs.len; i++) {
		if (strchr(unit->programs.items[i], '%')) {
			comment("without exe=: %s differs from instance to instance",
				unit->programs.items[i]);
			return false;
		}
	}
	if (unit->private_users)
		comment("without exe=: in the user namespace of PrivateUsers= no program has an identity");
	else if (nosuid)
		comment("without exe=: because of %s=, with no_new_privs, systemd mounts the program nosuid: there it has no identity",
			nosuid);
	else if (!has_launcher(image))
		comment("without exe=: that needs a line `launcher %s'", image);
	else
		return unit->programs.len;
	return false;
}

static void import_service(const struct unit *unit)
{
	autofree char *user = NULL, *cgroup = NULL;
	struct service service = { .unit = unit };
	size_t i;

	if (!unit_may_bind(unit))
		return;
	comment("%s", unit->name);
	user = service_user(unit);
	cgroup = user ? service_cgroup(unit) : NULL;
	if (!cgroup)
		return;
	service.user = user;
	service.cgroup = cgroup;
	if (has_identity(unit)) {
		for (i = 0; i < unit->programs.len; i++)
			import_program(&service, unit->programs.items[i]);
	} else {
		rule("allow any 1-1023%s%s", user, cgroup);
	}
	comment("narrow the ports; then take CAP_NET_BIND_SERVICE from AmbientCapabilities=");
}

/*
 * The ports that SocketBindDeny= and SocketBindAllow= close, for each family and
 * protocol.  The last protocol stands for those that a unit cannot name.
 */
enum { IPV4, IPV6, NR_FAMILIES };
enum { TCP, UDP, OTHERS, NR_PROTOS };

struct closed {
	bool ports[NR_FAMILIES][NR_PROTOS][65536];
};

static const char *const families[] = { "ipv4", "ipv6" };
static const char *const protos[] = { "tcp", "udp" };

/* N or N-M. */
static bool read_ports(const char *text, u32 *min, u32 *max)
{
	size_t len = strcspn(text, "-");
	autofree char *first = xstrndup(text, len);

	return parse_number(first, 65535, min) && *min &&
	       parse_number(text[len] ? text + len + 1 : text, 65535, max) &&
	       *max >= *min;
}

/* One of the names at the start, and a colon; -1 if it is none of them. */
static int take_name(char **word, const char *const *names, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (strncmp(*word, names[i], strlen(names[i])))
			continue;
		*word += strlen(names[i]);
		*word += **word == ':';
		return i;
	}
	return -1;
}

/*
 * `[ipv4:|ipv6:][tcp:|udp:]PORTS`, each of them alone, or `any`; systemctl 252
 * leaves out the colon before the ports.
 */
static bool close_ports(struct closed *closed, const char *text, bool close)
{
	autofree char *copy = xstrdup(text);
	int family, proto, f, p;
	u32 min = 1, max = 65535;
	char *word = copy;

	family = take_name(&word, families, NR_FAMILIES);
	proto = take_name(&word, protos, OTHERS);
	if (*word && strcmp(word, "any") && !read_ports(word, &min, &max))
		return false;
	for (f = 0; f < NR_FAMILIES; f++)
		for (p = 0; p < NR_PROTOS; p++)
			if ((family < 0 || f == family) &&
			    (proto < 0 || p == proto))
				memset(&closed->ports[f][p][min], close,
				       max - min + 1);
	return true;
}

/* Ports that are closed for both families, or for one of them alone. */
static char *closed_ports(const struct closed *closed, u32 proto, bool v4,
			  bool v6)
{
	const bool *four = closed->ports[IPV4][proto];
	const bool *six = closed->ports[IPV6][proto];
	struct buf list = { 0 };
	u32 port, end;

	for (port = 1; port < 65536; port = end + 1) {
		end = port;
		if (four[port] != v4 || six[port] != v6)
			continue;
		while (end < 65535 && four[end + 1] == v4 && six[end + 1] == v6)
			end++;
		if (port == 1 && end == 65535)
			return xstrdup("any");
		add_range(&list, port, end);
	}
	return list.text;
}

static void print_closed(const char *name, const char *ports, const char *who,
			 const char *addr)
{
	if (ports)
		rule("deny %s %s%s%s", name, ports, who, addr);
}

static bool is_same(const struct closed *closed, u32 a, u32 b)
{
	u32 f;

	for (f = 0; f < NR_FAMILIES; f++)
		if (memcmp(closed->ports[f][a], closed->ports[f][b], 65536))
			return false;
	return true;
}

/* One rule for the protocols that are alike. */
static void deny_closed(const struct closed *closed, const char *who)
{
	bool both = is_same(closed, TCP, UDP);
	bool all = both && is_same(closed, TCP, OTHERS);
	const char *const names[NR_PROTOS] = {
		[TCP] = all ? "any" : both ? "tcp,udp" : "tcp",
		[UDP] = both ? NULL : "udp",
		[OTHERS] = all ? NULL : "sctp,udplite,dccp",
	};
	u32 p;

	for (p = 0; p < NR_PROTOS; p++) {
		autofree char *ports = closed_ports(closed, p, true, true);
		autofree char *four = closed_ports(closed, p, true, false);
		autofree char *six = closed_ports(closed, p, false, true);

		if (!names[p])
			continue;
		print_closed(names[p], ports, who, "");
		print_closed(names[p], four, who, " addr=0.0.0.0/0");
		print_closed(names[p], six, who, " addr=::/0");
	}
}

/* The binds that a unit forbids: those that it denies and does not allow. */
static void import_sandbox(const struct unit *unit)
{
	autofree struct closed *closed = NULL;
	autofree char *cgroup = NULL;
	size_t i;

	if (!unit->bind_deny.len)
		return;
	comment("%s", unit->name);
	cgroup = service_cgroup(unit);
	if (!cgroup)
		return;
	closed = xzalloc(sizeof(*closed));
	for (i = 0; i < unit->bind_deny.len; i++)
		if (!close_ports(closed, unit->bind_deny.items[i], true))
			not_translated("%s: SocketBindDeny=%s", unit->name,
				       unit->bind_deny.items[i]);
	for (i = 0; i < unit->bind_allow.len; i++)
		if (!close_ports(closed, unit->bind_allow.items[i], false))
			not_translated("%s: SocketBindAllow=%s", unit->name,
				       unit->bind_allow.items[i]);
	deny_closed(closed, cgroup);
}

static void import_listen(const struct unit *unit, const char *key,
			  const char *listen, const char *proto)
{
	autofree char *text = xstrdup(listen), *word = NULL;
	struct portacl_cidr cidr;
	char *addr;
	u32 port;

	if (*listen == '/' || *listen == '@' || !strncmp(listen, "vsock:", 6)) {
		comment("%s: %s=%s has no port", unit->name, key, listen);
		return;
	}
	if (!listen_read(text, &addr, &port) ||
	    (addr && !cidr_read(&cidr, addr))) {
		not_translated("%s: %s=%s", unit->name, key, listen);
		return;
	}
	if (addr && !cidr_is_wildcard(&cidr))
		word = cidr_text(&cidr);
	rule("allow %s %u exe=" SYSTEMD " uid=root%s%s", proto, port,
	     word ? " addr=" : "", word ? word : "");
}

static void import_socket(const struct unit *unit)
{
	const char *stream = "tcp", *datagram = "udp";
	size_t i;

	if (!unit->streams.len && !unit->datagrams.len)
		return;
	comment("%s", unit->name);
	if (unit->protocol && !strcmp(unit->protocol, "sctp"))
		stream = datagram = "sctp";
	else if (unit->protocol && !strcmp(unit->protocol, "udplite"))
		datagram = "udplite";
	for (i = 0; i < unit->streams.len; i++)
		import_listen(unit, "ListenStream", unit->streams.items[i],
			      stream);
	for (i = 0; i < unit->datagrams.len; i++)
		import_listen(unit, "ListenDatagram", unit->datagrams.items[i],
			      datagram);
}

void import_systemd(void)
{
	u32 i, nr;
	const struct unit *units = units_read(&nr);

	comment("systemd: services with CAP_NET_BIND_SERVICE; sockets, which systemd binds itself");
	comment("%s", units_source());
	for (i = 0; i < nr; i++) {
		import_sandbox(&units[i]);
		import_service(&units[i]);
		import_socket(&units[i]);
	}
}
