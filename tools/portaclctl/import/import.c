// SPDX-License-Identifier: GPL-2.0-only
#include "import/import.h"
#include "lib/options.h"
#include "parse.h"
#include "policy/cover.h"
#include "policy/links.h"
#include "policy/names.h"

/* A path below root_dir, without it. */
const char *without_root(const char *path)
{
	size_t len = strlen(root_dir);

	return !strncmp(path, root_dir, len) && path[len] == '/' ? path + len :
								   path;
}

/* A path as a policy file has it, without the root directory. */
char *policy_path(const char *path)
{
	return path_escape(without_root(path));
}

/* Letters, digits and the characters of @others, nothing else. */
bool is_made_of(const char *text, const char *others)
{
	while (isalnum((unsigned char)*text) || (*text && strchr(others, *text)))
		text++;
	return !*text;
}

/* Directory services have names that a list would not hold as one word. */
static bool is_plain(const char *name)
{
	return (isalpha((unsigned char)*name) || *name == '_') &&
	       is_made_of(name, "_.@$+-");
}

/* `key=NAME`, or the number where there is no name. */
char *user_word(const char *key, u32 number)
{
	const char *name = name_of(strcmp(key, "gid") ? PORTACL_USER : PORTACL_GROUP,
				   number);

	return name && is_plain(name) ? xasprintf("%s=%s", key, name) :
					xasprintf("%s=%u", key, number);
}

/* The lines for --json; NULL without it. */
static json_t *lines;

/*
 * Names of files and units are what others chose: with a line feed in them they
 * would be rules.
 */
static void say(const char *kind, const char *start, const char *fmt,
		va_list args)
{
	struct buf text = { 0 };

	buf_puts(&text, "");
	buf_vprint(&text, fmt, args);
	if (lines)
		json_array_append_new(lines, json_pack(
			"{ss so}", "kind", kind, "text", json_text(text.text)));
	else
		print("%s%s\n", start, text.text);
	free(text.text);
}

/* A rule, even if it was printed before. */
void rule_again(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("rule", "", fmt, args);
	va_end(args);
}

static struct list printed;

void rules_forget(void)
{
	list_free(&printed);
}

/* A rule, but once: sources may say the same twice. */
void rule(const char *fmt, ...)
{
	va_list args;
	char *line;
	size_t i;

	va_start(args, fmt);
	line = xvasprintf(fmt, args);
	va_end(args);
	for (i = 0; i < printed.len && strcmp(printed.items[i], line); i++)
		;
	if (i < printed.len) {
		free(line);
		return;
	}
	list_add(&printed, line);
	rule_again("%s", line);
}

void comment(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("comment", "# ", fmt, args);
	va_end(args);
}

void not_translated(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("not_translated", "# not translated: ", fmt, args);
	va_end(args);
}

int cmd_import(char **args)
{
	const char *mac_portacl = option("mac-portacl");
	const char *port_high = option("port-high");
	const char *suser_exempt = option("suser-exempt");
	bool setcap = option("setcap"), authbind = option("authbind");
	bool systemd = option("systemd");

	if (*args && !setcap)
		die_usage("%s: directories are for --setcap", *args);
	if (!setcap && !authbind && !systemd && !mac_portacl)
		die_missing("--authbind, --systemd, --mac-portacl or --setcap");
	if (!mac_portacl && (port_high || suser_exempt))
		die_usage("--port-high and --suser-exempt are for --mac-portacl");
	if (option("json"))
		lines = json_array();
	if (setcap)
		import_setcap(args);
	if (authbind)
		import_authbind();
	if (systemd)
		import_systemd();
	if (mac_portacl)
		import_mac_portacl(mac_portacl, port_high, suser_exempt);
	rules_forget();
	if (lines)
		print_json(json_pack("{so}", "lines", lines));
	return EXIT_OK;
}
