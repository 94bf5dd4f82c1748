// SPDX-License-Identifier: GPL-2.0-only
#include "lib/cleanup.h"
#include "system/systemctl.h"
#include "system/unitfiles.h"
#include "system/unitparse.h"
#include "system/units.h"

static void read_files(struct unit **units, u32 *nr)
{
	struct unit_files files;
	u32 i;

	unit_files_find(&files);
	for (i = 0; i < files.nr; i++) {
		struct list parts = { 0 };
		struct unit *unit;
		size_t n;

		if (!files.files[i].path)
			continue;
		unit = unit_add(units, nr, files.files[i].name);
		unit_file_parts(&files, &files.files[i], &parts);
		for (n = 0; n < parts.len; n++) {
			autofree char *text = read_file(parts.items[n], NULL);

			unit_take_text(unit, text);
		}
		list_free(&parts);
	}
	unit_files_free(&files);
}

static const char *source;

/* From where units_read() knows what it knows. */
const char *units_source(void)
{
	return source;
}

/**
 * units_read - read the services and the sockets of the system, once
 * @nr: where their number is stored
 *
 * Return: the units.
 */
const struct unit *units_read(u32 *nr)
{
	static struct unit *units;
	static u32 nr_units;

	*nr = nr_units;
	if (source)
		return units;
	if (!systemd_runs())
		source = "as the files of the units say: systemd does not run there, and was not asked";
	else if (!systemctl_read(&units, nr))
		source = "as the files of the units say: systemctl does not answer";
	else
		source = "as systemctl shows the units";
	if (!*nr)
		read_files(&units, nr);
	nr_units = *nr;
	return units;
}

/* Does systemd start its programs as somebody else than root? */
bool unit_is_unprivileged(const struct unit *unit)
{
	if (unit->as_root)
		return false;
	return unit->dynamic_user ||
	       (unit->user && strcmp(unit->user, "root") &&
		strcmp(unit->user, "0"));
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	while (len && dir[len - 1] == '/')
		len--;
	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

/**
 * unit_nosuid - is a program that a unit starts on a mount without suid?
 * @unit: the unit
 * @path: the program
 *
 * If the service has NoNewPrivileges= or DynamicUser=, not only what implies
 * it, and SELinux is off, systemd makes nosuid what it mounts for the service,
 * and no more: PrivateTmp= concerns no program, ProtectSystem= most of them.
 *
 * Return: the setting because of which it is, for free(), or NULL.
 */
char *unit_nosuid(const struct unit *unit, const char *path)
{
	size_t i;

	if (unit->dynamic_user)
		return xstrdup("DynamicUser");
	for (i = 0; unit->nnp && i < unit->mounts.len; i++) {
		const char *mount = unit->mounts.items[i];
		size_t len = strcspn(mount, "=");

		if (is_below(path, mount + len + 1))
			return xstrndup(mount, len);
	}
	return NULL;
}

/* User=, or the name that systemd makes up; for free(). */
char *unit_user(const struct unit *unit)
{
	if (unit->as_root)
		return xstrdup("root");
	if (unit->user)
		return xstrdup(unit->user);
	if (!unit->dynamic_user)
		return xstrdup("root");
	return xstrndup(unit->name, strcspn(unit->name, ".@"));
}

/* The slice of all instances of a template: -x2d for a hyphen in its name. */
static char *template_slice(const struct unit *unit)
{
	struct buf slice = { 0 };
	const char *at;

	buf_puts(&slice, "system-");
	for (at = unit->name; *at != '@'; at++) {
		if (*at == '-')
			buf_puts(&slice, "\\x2d");
		else
			buf_add(&slice, at, 1);
	}
	buf_puts(&slice, ".slice");
	return slice.text;
}

/**
 * unit_cgroup - where a unit is in the hierarchy of control groups
 * @unit: the unit
 *
 * Return: /a.slice/a-b.slice/x.service, of a template the slice that its
 * instances have for themselves, for free(); NULL: they have none, or it
 * differs from instance to instance.
 */
char *unit_cgroup(const struct unit *unit)
{
	bool template = strstr(unit->name, "@.");
	autofree char *own = template ? template_slice(unit) : NULL;
	const char *slice = unit->slice ? unit->slice :
			    own ? own : "system.slice", *at;
	size_t len = strlen(slice) - strlen(".slice");
	struct buf path = { 0 };

	if (strchr(slice, '%') || (own && strcmp(slice, own)) ||
	    !strstr(slice, ".slice"))
		return NULL;
	for (at = slice; strcmp(slice, "-.slice") && at; ) {
		at = memchr(at, '-', slice + len - at);
		buf_printf(&path, "/%.*s.slice",
			   (int)(at ? at - slice : (ssize_t)len), slice);
		at = at ? at + 1 : NULL;
	}
	if (!template)
		buf_printf(&path, "/%s", unit->name);
	return path.text;
}

/* May its programs bind low ports as another user than root? */
bool unit_may_bind(const struct unit *unit)
{
	return unit->ambient.has && unit->bounding.has;
}

/* Are its programs those of another root directory? */
bool unit_has_own_root(const struct unit *unit)
{
	return unit->root_image ||
	       (unit->root_directory && strcmp(unit->root_directory, "/"));
}
