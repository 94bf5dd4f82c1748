// SPDX-License-Identifier: GPL-2.0-only
#include <search.h>

#include "import/common.h"
#include "parse.h"
#include "policy/json.h"
#include "policy/links.h"

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

/* The rules that were printed, as a tree. */
static void *printed;

void rules_forget(void)
{
	tdestroy(printed, free);
	printed = NULL;
}

static int compare_rules(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* A rule, but once: sources may say the same twice. */
void rule(const char *fmt, ...)
{
	va_list args;
	char *line;
	char **found;

	va_start(args, fmt);
	line = xvasprintf(fmt, args);
	va_end(args);
	found = tsearch(line, &printed, compare_rules);
	if (!found)
		die_errno("memory");
	if (*found == line)
		rule_again("%s", line);
	else
		free(line);
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

/* From here on keep the lines for JSON, which rules_end() prints. */
void rules_as_json(void)
{
	lines = json_array();
}

void rules_end(void)
{
	rules_forget();
	if (lines)
		print_json(json_pack("{so}", "lines", lines));
}
