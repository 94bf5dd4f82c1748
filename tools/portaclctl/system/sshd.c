// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where sshd will listen: what it says itself, else what its files say.
 */
#include <arpa/inet.h>
#include <glob.h>
#include <unistd.h>

#include "lib/root.h"
#include "policy/address.h"
#include "system/sshd.h"

#define SSHD "/usr/sbin/sshd"
#define SSHD_DIR "/etc/ssh/"
#define MAX_DEPTH 16

/**
 * struct sshd - the settings that say where
 * @ports: Port, as text
 * @addrs: ListenAddress, as text
 * @matches: in a Match block, where neither may stand
 */
struct sshd {
	struct list ports;
	struct list addrs;
	bool matches;
};

static void read_config(struct sshd *sshd, const char *path, u32 depth);

/* A relative pattern starts at sshd's own directory. */
static void include(struct sshd *sshd, char *patterns, u32 depth)
{
	char *word, *path;
	glob_t found;
	size_t i;

	while ((word = strsep(&patterns, " \t"))) {
		if (!*word)
			continue;
		path = xasprintf("%s%s%s", root_dir,
				 *word == '/' ? "" : SSHD_DIR, word);
		if (!glob(path, 0, NULL, &found)) {
			for (i = 0; i < found.gl_pathc; i++)
				read_config(sshd, found.gl_pathv[i], depth + 1);
			globfree(&found);
		}
		free(path);
	}
}

/* `Keyword value` or `Keyword=value`, in any case. */
static void take_line(struct sshd *sshd, char *line, u32 depth)
{
	char *word = line + strspn(line, " \t"), *value;
	size_t len = strcspn(word, " \t=");

	value = word + len + strspn(word + len, " \t=\"");
	value[strcspn(value, "#\"\r")] = '\0';
	if (word[len])
		word[len] = '\0';
	if (!strcasecmp(word, "Match")) {
		sshd->matches = true;
	} else if (!strcasecmp(word, "Include")) {
		include(sshd, value, depth);
	} else if (!sshd->matches) {
		value[strcspn(value, " \t")] = '\0';
		if (!strcasecmp(word, "Port"))
			list_add(&sshd->ports, xstrdup(value));
		else if (!strcasecmp(word, "ListenAddress"))
			list_add(&sshd->addrs, xstrdup(value));
	}
}

static void read_text(struct sshd *sshd, char *text, u32 depth)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		take_line(sshd, line, depth);
}

static void read_config(struct sshd *sshd, const char *path, u32 depth)
{
	char *text = depth < MAX_DEPTH ? read_file(path, NULL) : NULL;

	if (text)
		read_text(sshd, text, depth);
	free(text);
}

/* It wants its keys, so that for others than root it does not run. */
static bool ask_sshd(struct sshd *sshd, const char *path)
{
	char *command = root_option ? NULL : xasprintf("'%s' -T 2>/dev/null </dev/null", path);
	FILE *pipe = !command || strchr(path, '\'') ? NULL :
		     popen(command, "re");
	char *text = pipe ? read_fd(fileno(pipe), NULL) : NULL;
	bool done = pipe && !pclose(pipe) && text;

	if (done)
		read_text(sshd, text, 0);
	free(text);
	free(command);
	return done && sshd->ports.len;
}

static void add_place(struct list *places, const char *addr, const char *port)
{
	struct portacl_cidr cidr;
	u32 number;

	if (!parse_number(port, 65535, &number) || !number)
		return;
	/* A wildcard, or the name of a host, is an unknown address. */
	if (addr && cidr_read(&cidr, addr) && !cidr_is_wildcard(&cidr))
		list_add(places, xasprintf("%u addr=%s", number, addr));
	else
		list_add(places, xasprintf("%u", number));
}

/**
 * add_listen - read PORT, ADDR, ADDR:PORT, [ADDR] or [ADDR]:PORT
 * @places: where `PORT [addr=ADDR]` is added
 * @text: the text
 * @ports: the ports if it names none; NULL: a lone number is a port
 */
void add_listen(struct list *places, const char *text, const struct list *ports)
{
	char *copy = xstrdup(text), *addr = copy, *port = NULL;
	char *end = strchr(copy, *copy == '[' ? ']' : ':');
	size_t i;

	if (!ports && strspn(copy, "0123456789") == strlen(copy)) {
		port = copy;
		addr = NULL;
	} else if (*copy == '[' && end) {
		addr = copy + 1;
		*end = '\0';
		port = end[1] == ':' ? end + 2 : NULL;
	} else if (end && end == strrchr(copy, ':')) {
		*end = '\0';
		port = end + 1;
	}
	if (port)
		add_place(places, addr, port);
	for (i = 0; !port && ports && i < ports->len; i++)
		add_place(places, addr, ports->items[i]);
	free(copy);
}

/* Add `PORT [addr=ADDR]` for each address at which sshd will listen. */
void sshd_places(struct list *places)
{
	char *path = in_root(SSHD), *config = in_root(SSHD_DIR "sshd_config");
	struct sshd sshd = { 0 };
	size_t i;

	if (!access(path, X_OK)) {
		if (!ask_sshd(&sshd, path))
			read_config(&sshd, config, 0);
		if (!sshd.ports.len)
			list_add(&sshd.ports, xstrdup("22"));
		for (i = 0; i < sshd.addrs.len; i++)
			add_listen(places, sshd.addrs.items[i], &sshd.ports);
		for (i = 0; !sshd.addrs.len && i < sshd.ports.len; i++)
			add_place(places, NULL, sshd.ports.items[i]);
	}
	list_free(&sshd.ports);
	list_free(&sshd.addrs);
	free(path);
	free(config);
}
