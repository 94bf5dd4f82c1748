// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of FreeBSD's mac_portacl(4): idtype:id:protocol:port,...
 */
#include "import.h"

#define MAX_FIELDS 4

static bool read_fields(char *rule, char **fields)
{
	u32 n = 0;
	char *field;

	while ((field = strsep(&rule, ":"))) {
		if (n == MAX_FIELDS || !*field)
			return false;
		fields[n++] = field;
	}
	return n == MAX_FIELDS;
}

static const char *why_not(char **fields, u32 *id, u32 *port)
{
	if (strcmp(fields[0], "uid") && strcmp(fields[0], "gid"))
		return "the id is neither uid nor gid";
	if (!parse_number(fields[1], U32_MAX - 1, id))
		return "the id is not a number";
	if (strcmp(fields[2], "tcp") && strcmp(fields[2], "udp"))
		return "the protocol is neither tcp nor udp";
	if (!parse_number(fields[3], 65535, port))
		return "the port is not a number up to 65535";
	return *port ? NULL : "port 0 is never matched";
}

static void import_rule(char *rule)
{
	char *copy = xstrdup(rule), *fields[MAX_FIELDS], *word;
	const char *why;
	u32 id, port;

	why = read_fields(rule, fields) ? why_not(fields, &id, &port) :
					  "not idtype:id:protocol:port";
	if (why) {
		not_translated("%s: %s", copy, why);
	} else {
		word = user_word(fields[0], id);
		printf("allow %s %u %s\n", fields[2], port, word);
		free(word);
	}
	free(copy);
}

void import_mac_portacl(const char *rules)
{
	char *copy = xstrdup(rules), *rest = copy, *rule;

	printf("# security.mac.portacl.rules: every program of these users; add exe= to narrow them\n");
	while ((rule = strsep(&rest, ",")))
		import_rule(rule + strspn(rule, " "));
	not_translated("port_high, suser_exempt: a port that no rule names keeps Linux' own rule, root may bind it");
	free(copy);
}
