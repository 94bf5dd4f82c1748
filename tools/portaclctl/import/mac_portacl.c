// SPDX-License-Identifier: GPL-2.0-only
/*
 * FreeBSD's mac_portacl(4).  Up to port_high, a bind needs a rule, which has
 * the form idtype:id:protocol:port; root needs none while suser_exempt is set.
 * Above port_high, nothing is restricted.
 */
#include <unistd.h>

#include "import/common.h"
#include "import/sources.h"

#define PREFIX "security.mac.portacl."
#define RANGE "net.inet.ip.portrange."
#define MAX_FIELDS 4
/* FreeBSD's buffer, with the NUL. */
#define MAX_RULES 1024

enum setting {
	ENABLED,
	PORT_HIGH,
	SUSER_EXEMPT,
	RESERVED_LOW,
	RESERVED_HIGH,
	NR_SETTINGS,
};

static const char *const names[NR_SETTINGS] = {
	[ENABLED] = PREFIX "enabled",
	[PORT_HIGH] = PREFIX "port_high",
	[SUSER_EXEMPT] = PREFIX "suser_exempt",
	[RESERVED_LOW] = RANGE "reservedlow",
	[RESERVED_HIGH] = RANGE "reservedhigh",
};

/**
 * struct source - the settings, as FreeBSD's files have them
 * @name: what error messages call the text
 * @values: of enum setting
 * @rules: the rules
 * @line: the line in which they are, from 1
 * @column: where they start in it, from 1
 */
struct source {
	const char *name;
	u32 values[NR_SETTINGS];
	char *rules;
	u32 line;
	u32 column;
};

static void NORETURN die_at(const struct source *source, const char *at,
			    const char *why)
{
	print_err("%s:%u:%u: %s\n", source->name, source->line,
		source->column + (u32)(at - source->rules), why);
	die("nothing was imported");
}

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

static const char *why_bad(char **fields, u32 *id, u32 *port)
{
	if (strcmp(fields[0], "uid") && strcmp(fields[0], "gid"))
		return "the id is neither uid nor gid";
	if (!parse_number(fields[1], U32_MAX - 1, id))
		return "the id is not a number";
	if (strcmp(fields[2], "tcp") && strcmp(fields[2], "udp"))
		return "the protocol is neither tcp nor udp";
	if (!parse_number(fields[3], 65535, port))
		return "the port is not a number up to 65535";
	return NULL;
}

/* FreeBSD's own rule for low ports, which a rule of mac_portacl does not lift. */
static bool is_reserved(const u32 *values, u32 port)
{
	return port >= values[RESERVED_LOW] && port <= values[RESERVED_HIGH];
}

/* Why the rule gave nobody anything there, or NULL. */
static const char *why_inert(const u32 *values, bool user, u32 id, u32 port)
{
	if (!port)
		return "port 0 lets the kernel choose";
	if (port > values[PORT_HIGH])
		return "above port_high every user may bind";
	if (user && !id)
		return values[SUSER_EXEMPT] ?
		       "root needs no rule with suser_exempt" : NULL;
	if (is_reserved(values, port) && (user || values[SUSER_EXEMPT]))
		return "the port stays reserved to root, by " RANGE "reservedhigh";
	return NULL;
}

/* FreeBSD takes all of the rules or none. */
static void add_rule(const struct source *source, const char *text, size_t len,
		     struct list *rules)
{
	autofree char *copy = xstrndup(text, len);
	const u32 *values = source->values;
	char *fields[MAX_FIELDS];
	const char *why;
	u32 id, port;
	bool user;

	why = read_fields(copy, fields) ? why_bad(fields, &id, &port) :
					  "not idtype:id:protocol:port";
	if (why)
		die_at(source, text, why);
	user = *fields[0] == 'u';
	why = why_inert(values, user, id, port);
	if (why)
		list_add(rules, xasprintf("# %.*s: %s", (int)len, text, why));
	else
		list_add(rules, xasprintf("allow %s %u %s=%u%s", fields[2],
					  port, fields[0], id,
					  !user && is_reserved(values, port) ?
					  " uid=0" : ""));
}

static void print_denials(const u32 *values)
{
	u32 high = min(values[PORT_HIGH], 65535U);

	if (!values[SUSER_EXEMPT] && high)
		rule("deny any 1-%u", high);
	else if (high > 1023)
		rule("deny any 1024-%u uid=1-4294967294", high);
	if (high < 1023)
		comment("ports %u to 1023, which mac_portacl left to every user, stay with root",
			high + 1);
}

/* The value, without quotes, if the line sets the name. */
static char *value_of(char *line, const char *name)
{
	size_t len = strlen(name);
	char *value, *end;

	line += strspn(line, " \t");
	if (strncmp(line, name, len))
		return NULL;
	line += len + strspn(line + len, " \t");
	if (*line != '=')
		return NULL;
	value = line + 1 + strspn(line + 1, " \t");
	if (*value == '"' || *value == '\'') {
		value++;
		end = strchr(value, value[-1]);
	} else {
		end = value + strcspn(value, " \t\r#");
	}
	if (end)
		*end = '\0';
	return value;
}

static void read_setting(struct source *source, char *line)
{
	char *value;
	u32 i;

	for (i = 0; i < NR_SETTINGS; i++) {
		value = value_of(line, names[i]);
		if (value && !parse_number(value, U32_MAX, &source->values[i]))
			die("%s:%u: %s is not a number: %s", source->name,
			    source->line, names[i], value);
	}
}

/* Lines NAME=VALUE of sysctl.conf(5) or loader.conf(5); the last one counts. */
static void read_lines(struct source *source, char *text)
{
	u32 line_of_rules = 0;
	char *line, *value;

	while ((line = strsep(&text, "\n"))) {
		source->line++;
		read_setting(source, line);
		value = value_of(line, PREFIX "rules");
		if (!value)
			continue;
		source->rules = value;
		source->column = value - line + 1;
		line_of_rules = source->line;
	}
	if (!source->rules)
		die("%s: no line sets " PREFIX "rules", source->name);
	source->line = line_of_rules;
}

/* A name without a slash has none of the signs of rules and settings. */
static bool is_file(const char *text)
{
	return strchr(text, '/') || (*text && !strpbrk(text, ":=,"));
}

/* The rules themselves, lines that set them, or a file with such lines. */
static char *read_source(struct source *source, const char *text)
{
	bool file = is_file(text);
	char *copy = !file ? xstrdup(text) :
		     strcmp(text, "-") ? read_file(text, NULL) :
					 read_fd(STDIN_FILENO, NULL);

	if (!copy)
		die_errno("%s", text);
	source->name = file ? text : "rules";
	if (file || strchr(text, '=')) {
		read_lines(source, copy);
	} else {
		source->rules = copy;
		source->line = 1;
		source->column = 1;
	}
	if (strlen(source->rules) >= MAX_RULES)
		die("%s:%u: FreeBSD takes rules of up to %u bytes",
		    source->name, source->line, MAX_RULES - 1);
	return copy;
}

static void take_option(u32 *value, const char *name, const char *text, u32 max)
{
	if (text && !parse_number(text, max, value))
		die_usage("--%s=%s: not a number up to %u", name, text, max);
}

void import_mac_portacl(const char *text, const char *port_high,
			const char *suser_exempt)
{
	struct source source = {
		.values = { [ENABLED] = 1, [PORT_HIGH] = 1023,
			    [SUSER_EXEMPT] = 1, },
	};
	autofree char *copy = read_source(&source, text);
	struct list rules = { 0 };
	const char *at;
	size_t i, len;

	take_option(&source.values[PORT_HIGH], "port-high", port_high, 65535);
	take_option(&source.values[SUSER_EXEMPT], "suser-exempt", suser_exempt,
		    1);
	for (at = source.rules; *at; at += len + !!at[len]) {
		len = strcspn(at, ",");
		if (len)
			add_rule(&source, at, len, &rules);
	}
	comment(PREFIX "rules: every program of these users; add exe= to narrow them");
	comment("the numbers are FreeBSD's: are they the same users and groups here?");
	if (!source.values[ENABLED]) {
		not_translated(PREFIX "enabled=0: nothing was restricted");
		return;
	}
	for (i = 0; i < rules.len; i++)
		rule("%s", rules.items[i]);
	print_denials(source.values);
	list_free(&rules);
}
