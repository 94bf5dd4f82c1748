// SPDX-License-Identifier: GPL-2.0-only
/*
 * authbind(1): the permissions of a file say who may bind the port that its
 * name says.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/stat.h>

#include "import/import.h"

/* The port of a file's name; those from 512 on are written with a `!'. */
static bool read_port(const char *name, u32 *port)
{
	bool marked = *name == '!';

	return parse_number(name + marked, 1023, port) && *port &&
	       marked == (*port >= 512);
}

/* A rule for each class of users that may execute the file. */
static void print_rules(const char *path, const struct stat *st,
			const char *what)
{
	char *word;

	if (st->st_mode & 0001) {
		printf("allow tcp,udp %s  ", what);
		comment("everybody: %s", path);
		return;
	}
	if ((st->st_mode & 0100) && st->st_uid) {
		word = user_word("uid", st->st_uid);
		printf("allow tcp,udp %s %s\n", what, word);
		free(word);
	}
	if (st->st_mode & 0010) {
		word = user_word("gid", st->st_gid);
		printf("allow tcp,udp %s %s\n", what, word);
		free(word);
	}
	if (!(st->st_mode & 0111))
		not_translated("%s: nobody but root may execute it", path);
}

static void import_port(const char *path, const char *name,
			const struct stat *st)
{
	char what[12];
	u32 port;

	if (!read_port(name, &port)) {
		not_translated("%s: not a port below 1024, or '!' is missing or too much",
			       path);
		return;
	}
	snprintf(what, sizeof(what), "%u", port);
	print_rules(path, st, what);
}

/* The wildcard as an address is all addresses in a rule. */
static char *addr_word(const char *addr, const char *length)
{
	bool wildcard = !strcmp(addr, "0.0.0.0") || !strcmp(addr, "::");

	if (!length && !wildcard)
		return xasprintf("addr=%s", addr);
	return xasprintf("addr=%s/%s", addr, length ? length : "0");
}

static bool is_addr(const char *text)
{
	struct in6_addr addr;

	return inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text,
			 &addr) == 1;
}

static void import_address(const char *path, const char *name,
			   const struct stat *st)
{
	char *copy = xstrdup(name + (*name == '!')), *word, *what;
	char *mark = strchr(copy, ',');
	u32 port;

	if (!mark)
		mark = strrchr(copy, ':');
	if (mark)
		*mark = '\0';
	if (!mark || !parse_number(mark + 1, 1023, &port) || !port ||
	    !is_addr(copy) || (*name == '!') != (port >= 512)) {
		not_translated("%s: not ADDRESS,PORT", path);
	} else {
		word = addr_word(copy, NULL);
		what = xasprintf("%u %s", port, word);
		print_rules(path, st, what);
		free(word);
		free(what);
	}
	free(copy);
}

static bool is_prefix(const char *addr, const char *length)
{
	u32 len;

	return is_addr(addr) &&
	       (!length || parse_number(length, strchr(addr, ':') ? 128 : 32,
					&len));
}

/* `ADDR[/LENGTH],MIN[-MAX]` or `ADDR/LENGTH:MIN,MAX`. */
static bool read_line(char *line, char **addr, char **length, u32 *min,
		      u32 *max)
{
	char *ports = strchr(line, ','), *to, *colon;

	*addr = line;
	*length = strchr(line, '/');
	colon = *length ? strchr(*length, ':') : NULL;
	if (!ports)
		return false;
	*ports++ = '\0';
	to = strchr(ports, '-');
	if (colon) {
		*colon = '\0';
		to = ports;
		ports = colon + 1;
	} else if (to) {
		*to++ = '\0';
	}
	if (*length)
		*(*length)++ = '\0';
	if (!is_prefix(*addr, *length) || !parse_number(ports, 65535, min))
		return false;
	*max = *min;
	return (!to || parse_number(to, 65535, max)) && *min && *min <= *max;
}

static void import_user_line(const char *path, u32 uid, char *line)
{
	char *copy = xstrdup(line), *addr, *length, *where, *who;
	u32 low, high;

	line += strspn(line, " \t");
	if (!*line || *line == '#') {
		free(copy);
		return;
	}
	if (!read_line(line, &addr, &length, &low, &high)) {
		not_translated("%s: %s", path, copy);
	} else {
		where = addr_word(addr, length);
		who = user_word("uid", uid);
		printf("allow tcp,udp %u", low);
		if (high != low)
			printf("-%u", high);
		printf(" %s %s\n", who, where);
		free(where);
		free(who);
	}
	free(copy);
}

static void import_user(const char *path, const char *name,
			const struct stat *st)
{
	char *text = read_file(path, NULL), *rest = text, *line;
	u32 uid;

	(void)st;
	if (!text || !parse_number(name + (*name == '!'), U32_MAX - 1, &uid)) {
		not_translated("%s", path);
	} else {
		while ((line = strsep(&rest, "\n")))
			import_user_line(path, uid, line);
	}
	free(text);
}

static void import_dir(const char *dir,
		       void (*import)(const char *path, const char *name,
				      const struct stat *st))
{
	struct dirent **names;
	char *base = in_root(dir);
	struct stat st;
	int n = scandir(base, &names, NULL, versionsort), i;

	for (i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", base, names[i]->d_name);

		if (!stat(path, &st) && S_ISREG(st.st_mode))
			import(path, names[i]->d_name, &st);
		free(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	free(base);
}

void import_authbind(void)
{
	printf("# authbind: every program of these users; add exe= to narrow them\n");
	import_dir("/etc/authbind/byport", import_port);
	import_dir("/etc/authbind/byaddr", import_address);
	import_dir("/etc/authbind/byuid", import_user);
	not_translated("access control lists of these files; a file in byport that refuses a user also where byaddr or byuid would allow him");
}
