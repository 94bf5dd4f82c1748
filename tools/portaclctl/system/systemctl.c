// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where systemd runs, it knows best: what it has loaded counts.
 */
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/command.h"
#include "lib/root.h"
#include "system/systemctl.h"
#include "system/unitparse.h"

#define SYSTEMCTL "/usr/bin/systemctl"
/* The instance of a template that is asked for. */
#define INSTANCE "portacl"

static void start_command(struct list *argv, const char *command)
{
	list_add(argv, in_root(SYSTEMCTL));
	list_add(argv, xstrdup("--system"));
	list_add(argv, xstrdup(command));
}

/* The unit of a line of list-unit-files, of a template an instance; or NULL. */
static char *listed_name(const char *line)
{
	size_t len = strcspn(line, " "), at = strcspn(line, "@");
	const char *state = line + len + strspn(line + len, " ");

	if (!len || !strncmp(state, "alias", 5) || !strncmp(state, "masked", 6))
		return NULL;
	if (at + 1 < len && line[at + 1] == '.')
		return xasprintf("%.*s@" INSTANCE "%.*s", (int)at, line,
				 (int)(len - at - 1), line + at + 1);
	return xstrndup(line, len);
}

/* Read the output of `systemctl list-unit-files`; add what `show` is asked. */
void systemctl_names(struct list *names, char *text)
{
	char *line, *name;

	while (text && (line = strsep(&text, "\n"))) {
		name = listed_name(line);
		if (name)
			list_add(names, name);
	}
}

/* Those of files, and whatever else is loaded. */
static void add_names(struct list *argv)
{
	struct list command = { 0 };
	autofree char *text = NULL;

	start_command(&command, "list-unit-files");
	list_add(&command, xstrdup("--no-legend"));
	list_add(&command, xstrdup("--type=service,socket"));
	text = read_command((const char *const *)command.items);
	list_free(&command);
	systemctl_names(argv, text);
	list_add(argv, xstrdup("*.service"));
	list_add(argv, xstrdup("*.socket"));
}

/* The template for the instance that stood for it; NULL: another instance. */
static char *unit_name(const char *id)
{
	const char *at = strchr(id, '@');
	size_t len = strlen(INSTANCE);

	if (!at || at[1] == '.')
		return xstrdup(id);
	if (strncmp(at + 1, INSTANCE ".", len + 1))
		return NULL;
	return xasprintf("%.*s@%s", (int)(at - id), id, at + 1 + len);
}

static bool is_known(const struct unit *units, u32 nr, const char *name)
{
	while (nr--)
		if (!strcmp(units[nr].name, name))
			return true;
	return false;
}

/* A block of KEY=VALUE, in an order of systemctl's. */
static void read_block(struct unit **units, u32 *nr, char *block)
{
	autofree char *id = get_field(block, "Id");
	autofree char *name = id ? unit_name(id) : NULL;
	autofree char *state = get_field(block, "LoadState");
	struct unit *unit;
	char *line;

	if (!name || !state || strcmp(state, "loaded") ||
	    is_known(*units, *nr, name))
		return;
	unit = unit_add(units, nr, name);
	while ((line = strsep(&block, "\n")))
		unit_take_line(unit, line);
}

/* Read the output of `systemctl show`: a block for each unit. */
void systemctl_take(struct unit **units, u32 *nr, char *text)
{
	char *end;

	for (; text; text = end) {
		end = strstr(text, "\n\n");
		if (end) {
			*end = '\0';
			end += 2;
		}
		read_block(units, nr, text);
	}
}

/* Does systemd run, as sd_booted(3) tells? */
bool systemd_runs(void)
{
	autofree char *path = in_root("/run/systemd/system");

	return !root_option && !access(path, F_OK);
}

/* Return false if systemctl does not answer. */
bool systemctl_read(struct unit **units, u32 *nr)
{
	struct list argv = { 0 }, keys = { 0 };
	autofree char *text = NULL;
	size_t i;

	start_command(&argv, "show");
	list_add(&argv, xstrdup("--property=Id,LoadState"));
	unit_keys(&keys);
	for (i = 0; i < keys.len; i++)
		list_add(&argv, xasprintf("--property=%s", keys.items[i]));
	add_names(&argv);
	text = read_command((const char *const *)argv.items);
	list_free(&keys);
	list_free(&argv);
	if (text)
		systemctl_take(units, nr, text);
	return *nr;
}
