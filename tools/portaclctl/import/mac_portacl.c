// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of FreeBSD's mac_portacl(4): idtype:id:protocol:port,...
 */
#include "import/import.h"

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

/* The kernel that had these rules took all of them or none; so do we. */
static bool add_rule(const char *text, const char *rule, size_t len,
		     struct buf *out)
{
	char *copy = xstrndup(rule, len), *fields[MAX_FIELDS], *word;
	const char *why;
	u32 id, port;

	why = read_fields(copy, fields) ? why_not(fields, &id, &port) :
					  "not idtype:id:protocol:port";
	if (why) {
		fprintf(stderr, "rules:1:%d: %s\n    ", (int)(rule - text) + 1,
			why);
		print_clean(stderr, text, strlen(text));
		fprintf(stderr, "\n    %*s\n", (int)(rule - text) + 1, "^");
	} else {
		word = user_word(fields[0], id);
		buf_printf(out, "allow %s %u %s\n", fields[2], port, word);
		free(word);
	}
	free(copy);
	return !why;
}

void import_mac_portacl(const char *rules)
{
	const char *rule = rules;
	struct buf out = { 0 };
	bool good = true;
	size_t len;

	for (;; rule += len + 1) {
		rule += strspn(rule, " ");
		len = strcspn(rule, ",");
		good &= add_rule(rules, rule, len, &out);
		if (!rule[len])
			break;
	}
	if (!good)
		die("nothing was imported");
	printf("# security.mac.portacl.rules: every program of these users; add exe= to narrow them\n%s",
	       out.text);
	not_translated("port_high, suser_exempt: a port that no rule names keeps Linux' own rule, root may bind it");
	free(out.text);
}
