// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <libgen.h>

#include "lib/cleanup.h"
#include "system/units.h"

/* A unit in an earlier one hides that of the same name in a later one. */
static const char *const dirs[] = {
	"/etc/systemd/system", "/run/systemd/transient",
	"/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system",
};

/*
 * For a service that is not root's, systemd sets no_new_privs for these, also
 * if NoNewPrivileges=no.
 */
static const char *const implied[] = {
	"SystemCallFilter", "SystemCallArchitectures", "SystemCallLog",
	"RestrictAddressFamilies", "RestrictNamespaces", "PrivateDevices",
	"ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs",
	"ProtectClock", "ProtectHostname", "MemoryDenyWriteExecute",
	"RestrictRealtime", "RestrictSUIDSGID", "LockPersonality",
};

static_assert(ARRAY_SIZE(implied) <= 32);

/*
 * For these systemd mounts directories: those listed here, else those that the
 * value lists.  See unit_nosuid().
 */
static const struct {
	const char *key;
	const char *dirs;
} mounting[] = {
	{ "ProtectSystem", "/usr /etc" }, { "ProtectHome", "/home /root" },
	{ "ExtensionImages", "/usr /opt" },
	{ "ExtensionDirectories", "/usr /opt" },
	{ "ReadWritePaths", NULL }, { "ReadOnlyPaths", NULL },
	{ "ReadWriteDirectories", NULL }, { "ReadOnlyDirectories", NULL },
	{ "ExecPaths", NULL }, { "NoExecPaths", NULL },
	{ "BindPaths", NULL }, { "BindReadOnlyPaths", NULL },
	{ "TemporaryFileSystem", NULL },
};

static bool is_true(const char *value)
{
	return !strcasecmp(value, "yes") || !strcasecmp(value, "true") ||
	       !strcasecmp(value, "on") || !strcmp(value, "1");
}

static bool is_false(const char *value)
{
	return !strcasecmp(value, "no") || !strcasecmp(value, "false") ||
	       !strcasecmp(value, "off") || !strcmp(value, "0");
}

static void set(char **field, const char *value)
{
	free(*field);
	*field = *value ? xstrdup(value) : NULL;
}

/* An empty value forgets what was said before. */
static void add(struct list *list, const char *value)
{
	if (*value)
		list_add(list, xstrdup(value));
	else
		list_free(list);
}

/* `-@:+!|` before the program change how it is started. */
static void set_program(struct unit *unit, const char *value)
{
	size_t len = strspn(value, "-@:+!|\"'");
	autofree char *prefix = xstrndup(value, len);
	char *program;

	/* `!!' is `!' only where there are no ambient capabilities. */
	unit->as_root = *value && (unit->as_root || strchr(prefix, '+') ||
			(strchr(prefix, '!') && !strstr(prefix, "!!")));
	value += len;
	program = xstrndup(value, strcspn(value, " \t\"'"));
	add(&unit->programs, program);
	free(program);
}

static void set_capabilities(struct unit *unit, const char *value)
{
	bool named = strcasestr(value, "CAP_NET_BIND_SERVICE");

	if (!*value)
		unit->bind_service = false;
	else if (*value == '~')
		unit->bind_service = !named;
	else
		unit->bind_service |= named;
}

/* Is the setting one that implies no_new_privs?  Its bit says if it is on. */
static void set_implied(struct unit *unit, const char *key, const char *value)
{
	int i = match_string(implied, ARRAY_SIZE(implied), key);

	if (i < 0)
		return;
	unit->implied &= ~BIT(i);
	if (*value && !is_false(value))
		unit->implied |= BIT(i);
}

/* Take back what an earlier line of the key mounted. */
static void forget_mounts(struct list *mounts, const char *key)
{
	struct list kept = { 0 };
	size_t i;

	for (i = 0; i < mounts->len; i++)
		if (strncmp(mounts->items[i], key, strlen(key)) ||
		    mounts->items[i][strlen(key)] != '=')
			list_add(&kept, xstrdup(mounts->items[i]));
	list_free(mounts);
	*mounts = kept;
}

/*
 * SETTING=DIRECTORY for each; `-` and `+` may precede it, options follow `:`,
 * and what is mounted there does.
 */
static void add_mounts(struct list *mounts, const char *key, const char *dirs)
{
	char *copy = xstrdup(dirs), *rest = copy, *dir, *colon;

	while ((dir = strsep(&rest, " \t"))) {
		colon = strncmp(key, "Bind", 4) ? NULL : strchr(dir, ':');
		dir = colon ? colon + 1 : dir + strspn(dir, "\"'-+");
		dir[strcspn(dir, ":\"'")] = '\0';
		if (*dir)
			list_add(mounts, xasprintf("%s=%s", key, dir));
	}
	free(copy);
}

static void set_mounts(struct unit *unit, const char *key, const char *value)
{
	const char *dirs;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(mounting) && strcmp(mounting[i].key, key);
	     i++)
		;
	if (i == ARRAY_SIZE(mounting))
		return;
	dirs = mounting[i].dirs;
	if (!*value || dirs)
		forget_mounts(&unit->mounts, key);
	if (dirs && is_false(value))
		return;
	if (!strcmp(value, "strict"))
		dirs = "/";
	add_mounts(&unit->mounts, key, dirs && *value ? dirs : value);
}

static void take_setting(struct unit *unit, const char *key, const char *value)
{
	set_implied(unit, key, value);
	set_mounts(unit, key, value);
	if (!strcmp(key, "ExecStart"))
		set_program(unit, value);
	else if (!strcmp(key, "User"))
		set(&unit->user, value);
	else if (!strcmp(key, "DynamicUser"))
		unit->dynamic_user = is_true(value);
	else if (!strcmp(key, "AmbientCapabilities"))
		set_capabilities(unit, value);
	else if (!strcmp(key, "PrivateUsers"))
		unit->private_users = *value && !is_false(value);
	else if (!strcmp(key, "NoNewPrivileges"))
		unit->nnp = is_true(value);
	else if (!strcmp(key, "Slice"))
		set(&unit->slice, value);
	else if (!strcmp(key, "ListenStream"))
		add(&unit->streams, value);
	else if (!strcmp(key, "ListenDatagram"))
		add(&unit->datagrams, value);
	else if (!strcmp(key, "SocketBindDeny"))
		add(&unit->bind_deny, value);
	else if (!strcmp(key, "SocketBindAllow"))
		add(&unit->bind_allow, value);
	else if (!strcmp(key, "SocketProtocol"))
		set(&unit->protocol, value);
	else if (!strcmp(key, "RootDirectory") || !strcmp(key, "RootImage"))
		unit->own_root = *value && strcmp(value, "/");
}

static void take_line(struct unit *unit, char *line)
{
	char *equals, *end;

	line += strspn(line, " \t");
	equals = strchr(line, '=');
	if (!equals || strchr("#;[", *line))
		return;
	*equals++ = '\0';
	equals += strspn(equals, " \t");
	for (end = equals + strlen(equals); end > equals &&
	     strchr(" \t\r", end[-1]); end--)
		end[-1] = '\0';
	line[strcspn(line, " \t")] = '\0';
	take_setting(unit, line, equals);
}

static void read_unit_file(struct unit *unit, const char *path)
{
	char *text = read_file(path, NULL), *rest = text, *line, *joint;

	/* A line that ends in a backslash goes on in the next. */
	for (joint = text; joint && (joint = strstr(joint, "\\\n")); )
		memset(joint, ' ', 2);
	while (text && (line = strsep(&rest, "\n")))
		take_line(unit, line);
	free(text);
}

static void read_drop_ins(struct unit *unit)
{
	glob_t found;
	size_t i;
	u32 n;

	for (n = ARRAY_SIZE(dirs); n--; ) {
		char *pattern = xasprintf("%s%s/%s.d/*.conf", root_dir,
					  dirs[n], unit->name);

		if (!glob(pattern, 0, NULL, &found)) {
			for (i = 0; i < found.gl_pathc; i++)
				read_unit_file(unit, found.gl_pathv[i]);
			globfree(&found);
		}
		free(pattern);
	}
}

static bool is_known(const struct unit *units, u32 nr, const char *name)
{
	while (nr--)
		if (!strcmp(units[nr].name, name))
			return true;
	return false;
}

static struct unit *read_dir(struct unit *units, u32 *nr, const char *pattern)
{
	glob_t found;
	size_t i;

	if (glob(pattern, 0, NULL, &found))
		return units;
	for (i = 0; i < found.gl_pathc; i++) {
		char *name = basename(found.gl_pathv[i]);
		struct unit *unit;

		if (is_known(units, *nr, name))
			continue;
		units = xrealloc(units, *nr + 1, sizeof(*units));
		unit = &units[(*nr)++];
		*unit = (struct unit) { .name = xstrdup(name) };
		read_unit_file(unit, found.gl_pathv[i]);
		read_drop_ins(unit);
	}
	globfree(&found);
	return units;
}

/* All services and sockets of the system; for units_free(). */
struct unit *units_read(u32 *nr)
{
	static const char *const kinds[] = { "service", "socket" };
	struct unit *units = NULL;
	u32 i, n;

	*nr = 0;
	for (n = 0; n < ARRAY_SIZE(kinds); n++) {
		for (i = 0; i < ARRAY_SIZE(dirs); i++) {
			char *pattern = xasprintf("%s%s/*.%s", root_dir,
						  dirs[i], kinds[n]);

			units = read_dir(units, nr, pattern);
			free(pattern);
		}
	}
	return units;
}

void units_free(struct unit *units, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		free(units[i].name);
		free(units[i].user);
		free(units[i].slice);
		free(units[i].protocol);
		list_free(&units[i].programs);
		list_free(&units[i].streams);
		list_free(&units[i].datagrams);
		list_free(&units[i].bind_deny);
		list_free(&units[i].bind_allow);
		list_free(&units[i].mounts);
	}
	free(units);
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

/* The setting that makes systemd set no_new_privs before its programs. */
const char *unit_nnp(const struct unit *unit)
{
	if (unit->nnp)
		return "NoNewPrivileges";
	if (unit->dynamic_user)
		return "DynamicUser";
	return unit->implied ? implied[__builtin_ctz(unit->implied)] : NULL;
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

/* Its path in the hierarchy: /a.slice/a-b.slice/x.service; for free(). */
char *unit_cgroup(const struct unit *unit)
{
	const char *slice = unit->slice ? unit->slice : "system.slice", *at;
	size_t len = strcspn(slice, ".");
	struct buf path = { 0 };

	for (at = slice; strcmp(slice, "-.slice") && at; ) {
		at = memchr(at, '-', slice + len - at);
		buf_printf(&path, "/%.*s.slice",
			   (int)(at ? at - slice : (ssize_t)len), slice);
		at = at ? at + 1 : NULL;
	}
	buf_printf(&path, "/%s", unit->name);
	return path.text;
}
