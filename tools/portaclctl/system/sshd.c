// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/command.h"
#include "policy/address.h"
#include "system/sshd.h"

#define SSHD "/usr/sbin/sshd"

/**
 * add_listen - read PORT, ADDR:PORT or [ADDR]:PORT
 * @places: where `PORT [addr=ADDR]` is added
 * @text: the text
 */
void add_listen(struct list *places, const char *text)
{
	autofree char *copy = xstrdup(text);
	struct portacl_cidr cidr;
	char *addr;
	u32 port;

	if (!listen_read(copy, &addr, &port))
		return;
	/* A wildcard, or the name of a host, is an unknown address. */
	if (addr && cidr_read(&cidr, addr) && !cidr_is_wildcard(&cidr))
		list_add(places, xasprintf("%u addr=%s", port, addr));
	else
		list_add(places, xasprintf("%u", port));
}

/**
 * sshd_take - read what `sshd -T` prints
 * @places: where `PORT [addr=ADDR]` is added
 * @text: lines `listenaddress ADDR:PORT`, among others
 */
void sshd_take(struct list *places, const char *text)
{
	const char *key = "listenaddress ";
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		autofree char *place = NULL;

		line += *line == '\n';
		if (strncmp(line, key, strlen(key)))
			continue;
		line += strlen(key);
		place = xstrndup(line, strcspn(line, " \n"));
		add_listen(places, place);
	}
}

/**
 * sshd_places - ask sshd at which addresses it will listen
 * @places: where `PORT [addr=ADDR]` is added
 *
 * Return: false if there is an sshd that does not tell.
 */
bool sshd_places(struct list *places)
{
	autofree char *path = in_root(SSHD), *text = NULL;
	const char *const argv[] = { path, "-T", NULL };

	if (access(path, X_OK))
		return true;
	text = read_command(argv);
	if (text)
		sshd_take(places, text);
	return places->len;
}
