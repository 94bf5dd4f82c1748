// SPDX-License-Identifier: GPL-2.0-only
/*
 * authbind(1) asks three places in turn: byport/PORT, byaddr/ADDRESS,PORT and
 * byuid/UID.  The first two decide by their permissions as soon as they exist,
 * so what they refuse no later place grants.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "import/common.h"
#include "import/sources.h"
#include "policy/address.h"
#include "policy/user.h"

#define CONFIG_DIR "/etc/authbind"
#define MAX_PORT 1023
/* From here on, the names of the files start with an exclamation mark. */
#define MARKED_PORT 512

/**
 * struct grant - ports that a file gives to some users
 * @ports: the ports, as a rule names them
 * @who: ` uid=...`, ` gid=...`, or "" for everybody
 * @addrs: the addresses, without a text if all of them
 */
struct grant {
	char *ports;
	char *who;
	struct buf addrs;
};

/**
 * struct place - an address and a port for which byaddr has a file
 * @cidr: the address
 * @port: the port
 */
struct place {
	struct portacl_cidr cidr;
	u32 port;
};

/**
 * struct tree - a configuration of authbind
 * @grants: what it gives
 * @nr_grants: number of @grants
 * @places: what byaddr has a file for
 * @nr_places: number of @places
 * @decided: byport has a file for the port
 */
struct tree {
	struct grant *grants;
	u32 nr_grants;
	struct place *places;
	u32 nr_places;
	bool decided[MAX_PORT + 1];
};

static const char *mark(u32 port)
{
	return port >= MARKED_PORT ? "!" : "";
}

/* Addresses for the same ports and users share a rule. */
static void grant(struct tree *tree, const char *ports, const char *who,
		  const char *addr)
{
	struct grant *grant;
	u32 i;

	for (i = 0; i < tree->nr_grants; i++) {
		grant = &tree->grants[i];
		if (strcmp(grant->ports, ports) || strcmp(grant->who, who) ||
		    !grant->addrs.len != !addr)
			continue;
		if (addr)
			buf_printf(&grant->addrs, ",%s", addr);
		return;
	}
	make_room(tree->grants, tree->nr_grants);
	grant = &tree->grants[tree->nr_grants++];
	*grant = (struct grant) { .ports = xstrdup(ports),
				  .who = xstrdup(who) };
	if (addr)
		buf_puts(&grant->addrs, addr);
}

static void grant_user(struct tree *tree, const char *ports, const char *key,
		       u32 id, const char *addr)
{
	autofree char *word = user_word(key, id);
	autofree char *who = xasprintf(" %s", word);

	grant(tree, ports, who, addr);
}

/*
 * A rule for each class of users that may execute the file.  access(2) judges
 * the owner and the group by their own bits alone, and an allow rule has no
 * exceptions.
 */
static void grant_executors(struct tree *tree, const char *path,
			    const struct stat *st, const char *ports,
			    const char *addr)
{
	bool owner = !st->st_uid || (st->st_mode & 0100);
	bool group = st->st_mode & 0010;

	if (getxattr(path, "system.posix_acl_access", NULL, 0) >= 0)
		not_translated("%s: it has an access control list",
			       without_root(path));
	else if ((st->st_mode & 0001) && owner && group)
		grant(tree, ports, "", addr);
	else if ((st->st_mode & 0001) || (group && !owner))
		not_translated("%s: mode %03o refuses its owner or group what it allows others",
			       without_root(path), st->st_mode & 0777);
	else if (!(st->st_mode & 0110) || !(group || st->st_uid))
		not_translated("%s: nobody but root may execute it",
			       without_root(path));
	if (st->st_mode & 0001 || !owner)
		return;
	if (st->st_uid && (st->st_mode & 0100))
		grant_user(tree, ports, "uid", st->st_uid, addr);
	if (group)
		grant_user(tree, ports, "gid", st->st_gid, addr);
}

static void import_port(struct tree *tree, const char *path, const char *name,
			const struct stat *st)
{
	autofree char *expected = NULL, *ports = NULL;
	u32 port;

	if (!parse_number(name + (*name == '!'), MAX_PORT, &port) || !port) {
		not_translated("%s: not a port below 1024", without_root(path));
		return;
	}
	ports = xasprintf("%u", port);
	expected = xasprintf("%s%s", mark(port), ports);
	if (strcmp(name, expected)) {
		not_translated("%s: authbind looks for %s instead",
			       without_root(path), expected);
		return;
	}
	tree->decided[port] = true;
	grant_executors(tree, path, st, ports, NULL);
}

/* Why a rule cannot name these addresses, or NULL. */
static const char *why_not_addr(const struct portacl_cidr *cidr, bool v6)
{
	if (cidr_is_wildcard(cidr))
		return "only the wildcard address itself; addr=0.0.0.0/0 or addr=::/0 would allow every address";
	if (v6 && cidr_is_v4(cidr))
		return "an IPv4 address of IPv6 sockets alone";
	return NULL;
}

/* The names under which authbind looks for a file of byaddr, in its order. */
static void place_names(const struct place *place, bool v6, struct list *names)
{
	const u8 *addr = place->cidr.addr;
	char text[INET6_ADDRSTRLEN];
	struct buf whole = { 0 };
	u32 i;

	inet_ntop(v6 ? AF_INET6 : AF_INET, addr + (v6 ? 0 : 12), text,
		  sizeof(text));
	list_add(names, xasprintf("%s%s,%u", mark(place->port), text,
				  place->port));
	if (!v6) {
		list_add(names, xasprintf("%s%s:%u", mark(place->port), text,
					  place->port));
		return;
	}
	buf_puts(&whole, mark(place->port));
	for (i = 0; i < 16; i += 2)
		buf_printf(&whole, "%s%x", i ? ":" : "",
			   addr[i] << 8 | addr[i + 1]);
	buf_printf(&whole, ",%u", place->port);
	list_add(names, whole.text);
}

/* Is it the first file of the place that exists?  Else say which one is. */
static bool is_asked(const char *path, const char *name,
		     const struct list *names)
{
	size_t i, dir = strlen(path) - strlen(name);
	struct stat st;

	for (i = 0; i < names->len && strcmp(names->items[i], name); i++) {
		autofree char *other = xasprintf("%.*s%s", (int)dir, path,
						 names->items[i]);

		if (!stat(other, &st))
			break;
	}
	if (i < names->len && !strcmp(names->items[i], name))
		return true;
	not_translated("%s: authbind looks for %s instead", without_root(path),
		       names->items[i < names->len ? i : 0]);
	return false;
}

static void import_address(struct tree *tree, const char *path,
			   const char *name, const struct stat *st)
{
	autofree char *addr = xstrdup(name + (*name == '!'));
	autofree char *ports = NULL, *word = NULL;
	char *end = strchr(addr, ',');
	struct list names = { 0 };
	struct place place;
	const char *why;
	bool v6;

	end = end ? end : strrchr(addr, ':');
	if (end)
		*end++ = '\0';
	if (!end || !parse_number(end, MAX_PORT, &place.port) || !place.port ||
	    strchr(addr, '/') || !cidr_read(&place.cidr, addr)) {
		not_translated("%s: not ADDRESS,PORT with a port below 1024",
			       without_root(path));
		return;
	}
	v6 = strchr(addr, ':');
	place_names(&place, v6, &names);
	if (!is_asked(path, name, &names)) {
		list_free(&names);
		return;
	}
	list_free(&names);
	make_room(tree->places, tree->nr_places);
	tree->places[tree->nr_places++] = place;
	why = why_not_addr(&place.cidr, v6);
	ports = xasprintf("%u", place.port);
	word = cidr_text(&place.cidr);
	if (tree->decided[place.port])
		not_translated("%s: byport/%s%s decides alone",
			       without_root(path), mark(place.port), ports);
	else if (why)
		not_translated("%s: %s", without_root(path), why);
	else
		grant_executors(tree, path, st, ports, word);
}

/* Without the blanks around it. */
static char *strip(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* N or MIN-MAX or, after a colon, MIN,MAX. */
static bool read_ports(char *text, char between, u32 *min, u32 *max)
{
	char *to = strchr(text, between);

	if (to)
		*to++ = '\0';
	text = strip(text);
	return parse_number(text, 65535, min) &&
	       parse_number(to ? strip(to) : text, 65535, max) && *min <= *max;
}

/* `ADDR[/LENGTH],MIN[-MAX]` or, of IPv4, `ADDR/LENGTH:MIN,MAX`. */
static bool read_line(char *line, struct portacl_cidr *cidr, u32 *min,
		      u32 *max)
{
	char *slash = strchr(line, '/');
	bool v6 = slash && memchr(line, ':', slash - line);
	char *colon = slash && !v6 ? strchr(slash, ':') : NULL;
	char *ports = colon ? colon : strchr(line, ',');

	if (!ports)
		return false;
	*ports++ = '\0';
	return cidr_read(cidr, line) &&
	       read_ports(ports, colon ? ',' : '-', min, max);
}

/* Does byport, or byaddr for one of the addresses, decide about the port? */
static bool is_decided(const struct tree *tree, u32 port,
		       const struct portacl_cidr *cidr)
{
	u32 i;

	for (i = 0; i < tree->nr_places; i++)
		if (tree->places[i].port == port &&
		    cidr_covers(cidr, &tree->places[i].cidr))
			return true;
	return tree->decided[port];
}

/* Print the rest of a range as a list for a rule; nothing if there is none. */
static void print_ports(const struct tree *tree, u32 min, u32 max,
			const struct portacl_cidr *cidr, struct buf *ports)
{
	u32 port, end;

	for (port = min; port <= max; port = end + 1) {
		end = port;
		if (!port || is_decided(tree, port, cidr))
			continue;
		while (end < max && !is_decided(tree, end + 1, cidr))
			end++;
		add_range(ports, port, end);
	}
}

static void import_user_line(struct tree *tree, const char *path, u32 uid,
			     bool marked, const char *line)
{
	autofree char *copy = xstrdup(line), *addr = NULL;
	struct buf ports = { 0 };
	struct portacl_cidr cidr;
	const char *why = NULL;
	u32 min, max;

	if (!read_line(copy, &cidr, &min, &max))
		why = "not a form that authbind documents, or one that portacl has no word for";
	else
		why = why_not_addr(&cidr, strchr(copy, ':'));
	if (!why) {
		min = max(min, marked ? MARKED_PORT : 1U);
		max = min(max, marked ? MAX_PORT : MARKED_PORT - 1U);
		print_ports(tree, min, max, &cidr, &ports);
		if (!ports.len)
			why = "no port is left: this file is asked for those below 512, with `!' for 512 to 1023, unless byport or byaddr decides";
	}
	if (why) {
		not_translated("%s: %s: %s", without_root(path), line, why);
		return;
	}
	addr = cidr_text(&cidr);
	grant_user(tree, ports.text, "uid", uid, addr);
	free(ports.text);
}

static void import_user(struct tree *tree, const char *path, const char *name,
			const struct stat *st)
{
	autofree char *text = read_file(path, NULL), *expected = NULL;
	char *rest = text, *line;
	bool marked = *name == '!';
	u32 uid;

	(void)st;
	if (!text || !parse_number(name + marked, U32_MAX - 1, &uid)) {
		not_translated("%s: not the number of a user",
			       without_root(path));
		return;
	}
	expected = xasprintf("%s%u", marked ? "!" : "", uid);
	if (strcmp(name, expected) || !uid) {
		not_translated("%s: %s", without_root(path), uid ?
			       "authbind looks for another name" :
			       "root needs no authbind");
		return;
	}
	while ((line = strsep(&rest, "\n")))
		if (line[strspn(line, " \t\r")] && *line != '#')
			import_user_line(tree, path, uid, marked, line);
}

/*
 * Go through a directory.  Everybody must be able to search it: else authbind
 * refuses some users everything, whatever the files say.
 */
static bool import_dir(struct tree *tree, const char *name,
		       void (*import)(struct tree *tree, const char *path,
				      const char *name, const struct stat *st))
{
	autofree char *base = in_root(name);
	struct dirent **names;
	struct stat st;
	int n, i;

	if (!stat(base, &st) && (st.st_mode & 0111) != 0111) {
		not_translated("%s: not everybody can search it, nor what authbind asks after it",
			       name);
		return false;
	}
	n = import ? scandir(base, &names, NULL, versionsort) : -1;
	for (i = 0; i < n; i++) {
		autofree char *path = xasprintf("%s/%s", base,
						names[i]->d_name);

		if (*names[i]->d_name != '.' && !stat(path, &st))
			import(tree, path, names[i]->d_name, &st);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return true;
}

void import_authbind(void)
{
	struct tree tree = { 0 };
	u32 i;

	comment("authbind: every program of these users; add exe= to narrow them");
	if (import_dir(&tree, CONFIG_DIR, NULL) &&
	    import_dir(&tree, CONFIG_DIR "/byport", import_port) &&
	    import_dir(&tree, CONFIG_DIR "/byaddr", import_address))
		import_dir(&tree, CONFIG_DIR "/byuid", import_user);
	for (i = 0; i < tree.nr_grants; i++) {
		struct grant *grant = &tree.grants[i];

		rule("allow tcp,udp %s%s%s%s", grant->ports, grant->who,
		     grant->addrs.len ? " addr=" : "",
		     grant->addrs.len ? grant->addrs.text : "");
		free(grant->ports);
		free(grant->who);
		free(grant->addrs.text);
	}
	free(tree.grants);
	free(tree.places);
}
