// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/root.h"
#include "system/unitfiles.h"
#include "system/units.h"

#define SYSTEMCTL "/usr/bin/systemctl"
/* The instance of a template that is asked for. */
#define INSTANCE "portacl"

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
	autofree char *prefix = xstrndup(value, len), *program = NULL;

	if (*value == '{')
		return;
	/* `!!' is `!' only where there are no ambient capabilities. */
	unit->as_root = *value && (unit->as_root || strchr(prefix, '+') ||
			(strchr(prefix, '!') && !strstr(prefix, "!!")));
	value += len;
	program = xstrndup(value, strcspn(value, " \t\"'"));
	add(&unit->programs, program);
}

/* As systemctl has it: `{ path=PROGRAM ; argv[]=... ; flags=... }`. */
static void add_program(struct unit *unit, const char *value)
{
	const char *start = "{ path=", *flags = strstr(value, " ; flags=");
	autofree char *program = NULL, *words = NULL;

	if (strncmp(value, start, strlen(start)))
		return;
	value += strlen(start);
	program = xstrndup(value, strcspn(value, " "));
	add(&unit->programs, program);
	words = flags ? xstrndup(flags, strcspn(flags + 3, ";") + 3) : NULL;
	unit->as_root |= words && (strstr(words, "privileged") ||
				   strstr(words, "no-setuid"));
}

/* The first list is what it says, ~ is all the others; later ones change it. */
static void set_capability(struct capability *cap, const char *value)
{
	bool inverted = *value == '~';
	bool named = strcasestr(value, "CAP_NET_BIND_SERVICE");

	if (!value[inverted]) {
		cap->has = inverted;
		cap->said = false;
	} else if (!cap->said || named) {
		cap->has = named != inverted;
		cap->said = true;
	}
}

/* Is the setting one that implies no_new_privs?  Its bit says if it is on. */
static void set_implied(struct unit *unit, const char *key, const char *value)
{
	int i = match_string(implied, ARRAY_SIZE(implied), key);

	if (i < 0)
		return;
	unit->implied &= ~BIT(i);
	/* Of systemctl, ~ is the empty list of what is forbidden. */
	if (*value && !is_false(value) && strcmp(value, "~"))
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
	autofree char *copy = xstrdup(dirs);
	char *rest = copy, *dir, *colon;

	while ((dir = strsep(&rest, " \t"))) {
		colon = strncmp(key, "Bind", 4) ? NULL : strchr(dir, ':');
		dir = colon ? colon + 1 : dir + strspn(dir, "\"'-+");
		dir[strcspn(dir, ":\"'")] = '\0';
		if (*dir)
			list_add(mounts, xasprintf("%s=%s", key, dir));
	}
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

/* As systemctl has it: `ADDRESS (Stream)`. */
static void add_listen(struct unit *unit, const char *value)
{
	autofree char *place = xstrndup(value, strcspn(value, " "));

	if (strstr(value, " (Stream)"))
		add(&unit->streams, place);
	else if (strstr(value, " (Datagram)"))
		add(&unit->datagrams, place);
}

static void set_private_users(struct unit *unit, const char *value)
{
	unit->private_users = *value && !is_false(value);
}

static void set_ambient(struct unit *unit, const char *value)
{
	set_capability(&unit->ambient, value);
}

static void set_bounding(struct unit *unit, const char *value)
{
	set_capability(&unit->bounding, value);
}

/**
 * struct setting - a setting of a unit
 * @key: its name
 * @take: takes it, or NULL
 * @text: else, where it is stored: as a text,
 * @list: in a list,
 * @flag: or as a truth value
 */
struct setting {
	const char *key;
	void (*take)(struct unit *unit, const char *value);
	size_t text;
	size_t list;
	size_t flag;
};

#define TEXT(name, member) { .key = name, .text = offsetof(struct unit, member) }
#define LIST(name, member) { .key = name, .list = offsetof(struct unit, member) }
#define CALL(name, function) { .key = name, .take = function }
#define FLAG(name, member) { .key = name, .flag = offsetof(struct unit, member) }

static const struct setting settings[] = {
	TEXT("User", user),
	TEXT("Slice", slice),
	TEXT("SocketProtocol", protocol),
	TEXT("RootDirectory", root_directory),
	TEXT("RootImage", root_image),
	LIST("ListenStream", streams),
	LIST("ListenDatagram", datagrams),
	LIST("SocketBindDeny", bind_deny),
	LIST("SocketBindAllow", bind_allow),
	FLAG("DynamicUser", dynamic_user),
	FLAG("NoNewPrivileges", nnp),
	CALL("ExecStart", set_program),
	CALL("ExecStartEx", add_program),
	CALL("AmbientCapabilities", set_ambient),
	CALL("CapabilityBoundingSet", set_bounding),
	CALL("PrivateUsers", set_private_users),
	CALL("Listen", add_listen),
};

static void take_setting(struct unit *unit, const char *key, const char *value)
{
	const struct setting *setting;
	void *member;

	set_implied(unit, key, value);
	set_mounts(unit, key, value);
	for (setting = settings; strcmp(setting->key, key); setting++)
		if (setting == &settings[ARRAY_SIZE(settings) - 1])
			return;
	member = (char *)unit + setting->text + setting->list + setting->flag;
	if (setting->take) {
		setting->take(unit, value);
	} else if (setting->text) {
		free(*(char **)member);
		*(char **)member = *value ? xstrdup(value) : NULL;
	} else if (setting->list) {
		add(member, value);
	} else {
		*(bool *)member = is_true(value);
	}
}

static void take_line(struct unit *unit, char *line)
{
	char *value = strchr(line, '='), *end;

	if (!value)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	for (end = value + strlen(value);
	     end > value && strchr(" \t\r", end[-1]); end--)
		end[-1] = '\0';
	line[strcspn(line, " \t")] = '\0';
	take_setting(unit, line, value);
}

/*
 * Only these two sections count.  A line that ends in a backslash goes on in
 * the next one that is no comment.
 */
static void read_unit_file(struct unit *unit, const char *path)
{
	autofree char *text = read_file(path, NULL);
	char *rest = text, *line;
	struct buf joint = { 0 };
	bool ours = false;
	size_t len;

	while (text && (line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t");
		if (*line == '#' || *line == ';')
			continue;
		len = strlen(line);
		if (len && line[len - 1] == '\\' && rest) {
			line[len - 1] = ' ';
			buf_puts(&joint, line);
			continue;
		}
		buf_puts(&joint, line);
		if (*joint.text == '[')
			ours = !strncmp(joint.text, "[Service]", 9) ||
			       !strncmp(joint.text, "[Socket]", 8);
		else if (ours)
			take_line(unit, joint.text);
		free(joint.text);
		joint = (struct buf) { 0 };
	}
	free(joint.text);
}

static struct unit *add_unit(struct unit **units, u32 *nr, const char *name)
{
	struct unit *unit;

	*units = xrealloc(*units, *nr + 1, sizeof(**units));
	unit = &(*units)[(*nr)++];
	*unit = (struct unit) {
		.name = xstrdup(name),
		.bounding = { .has = true },
	};
	return unit;
}

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
		unit = add_unit(units, nr, files.files[i].name);
		unit_file_parts(&files, &files.files[i], &parts);
		for (n = 0; n < parts.len; n++)
			read_unit_file(unit, parts.items[n]);
		list_free(&parts);
	}
	unit_files_free(&files);
}

static void add_property(struct buf *command, const char *key)
{
	buf_printf(command, " -p %s", key);
}

static char *run_systemctl(const char *arguments)
{
	autofree char *program = in_root(SYSTEMCTL), *command = NULL;
	char *text;
	FILE *pipe;

	command = xasprintf("%s --system --no-pager --plain --no-legend %s 2> /dev/null",
			    program, arguments);
	fflush(stdout);
	pipe = popen(command, "re");
	text = pipe ? read_fd(fileno(pipe), NULL) : NULL;
	if (pipe)
		pclose(pipe);
	return text;
}

/* Those of files, of templates an instance, and whatever else is loaded. */
static void add_names(struct buf *command)
{
	autofree char *text = run_systemctl(
		"list-unit-files --type=service,socket");
	char *rest = text, *line;

	while (text && (line = strsep(&rest, "\n"))) {
		size_t len = strcspn(line, " "), at = strcspn(line, "@");
		char *state = line + len + strspn(line + len, " ");

		if (!len || !strncmp(state, "alias", 5) ||
		    !strncmp(state, "masked", 6))
			continue;
		if (at + 1 < len && line[at + 1] == '.')
			buf_printf(command, " '%.*s@" INSTANCE "%.*s'",
				   (int)at, line, (int)(len - at - 1),
				   line + at + 1);
		else
			buf_printf(command, " '%.*s'", (int)len, line);
	}
	buf_puts(command, " '*.service' '*.socket'");
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
	unit = add_unit(units, nr, name);
	while ((line = strsep(&block, "\n")))
		take_line(unit, line);
}

static void read_answer(struct unit **units, u32 *nr, char *text)
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

/* Where systemd runs, it knows best: what it has loaded counts. */
static bool ask_systemctl(struct unit **units, u32 *nr)
{
	autofree char *runs = in_root("/run/systemd/system"), *text = NULL;
	struct buf command = { 0 };
	u32 i;

	if (root_option || access(runs, F_OK))
		return false;
	buf_puts(&command, "show -p Id -p LoadState");
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		add_property(&command, settings[i].key);
	for (i = 0; i < ARRAY_SIZE(implied); i++)
		add_property(&command, implied[i]);
	for (i = 0; i < ARRAY_SIZE(mounting); i++)
		add_property(&command, mounting[i].key);
	add_names(&command);
	text = run_systemctl(command.text);
	free(command.text);
	if (text)
		read_answer(units, nr, text);
	return *nr;
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

	if (!source && !ask_systemctl(&units, &nr_units)) {
		source = "as the files of the units say: systemd does not run there, and was not asked";
		read_files(&units, &nr_units);
	} else if (!source) {
		source = "as systemctl shows the units";
	}
	*nr = nr_units;
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
