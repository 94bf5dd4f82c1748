// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of a unit: from its files, or as systemctl shows them.
 */
#include "lib/cleanup.h"
#include "system/unitparse.h"

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
	/* systemctl prints ~ if nothing is forbidden. */
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

/* `KEY=VALUE`; the line is written to. */
void unit_take_line(struct unit *unit, char *line)
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

/**
 * unit_take_text - read the settings of a unit file
 * @unit: the unit
 * @text: the file, which is written to
 *
 * Only the sections Service and Socket count.  A line that ends in a backslash
 * continues in the next one that is no comment.
 */
void unit_take_text(struct unit *unit, char *text)
{
	struct buf joint = { 0 };
	bool ours = false;
	char *line;
	size_t len;

	while ((line = strsep(&text, "\n"))) {
		line += strspn(line, " \t");
		if (*line == '#' || *line == ';')
			continue;
		len = strlen(line);
		if (len && line[len - 1] == '\\' && text) {
			line[len - 1] = ' ';
			buf_puts(&joint, line);
			continue;
		}
		buf_puts(&joint, line);
		if (*joint.text == '[')
			ours = !strncmp(joint.text, "[Service]", 9) ||
			       !strncmp(joint.text, "[Socket]", 8);
		else if (ours)
			unit_take_line(unit, joint.text);
		joint.len = 0;
	}
	free(joint.text);
}

/* The settings that count, for systemctl. */
void unit_keys(struct list *keys)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		list_add(keys, xstrdup(settings[i].key));
	for (i = 0; i < ARRAY_SIZE(implied); i++)
		list_add(keys, xstrdup(implied[i]));
	for (i = 0; i < ARRAY_SIZE(mounting); i++)
		list_add(keys, xstrdup(mounting[i].key));
}

struct unit *unit_add(struct unit **units, u32 *nr, const char *name)
{
	struct unit *unit;

	make_room(*units, *nr);
	unit = &(*units)[(*nr)++];
	*unit = (struct unit) {
		.name = xstrdup(name),
		.bounding = { .has = true },
	};
	return unit;
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

void unit_clear(struct unit *unit)
{
	const struct setting *setting;

	free(unit->name);
	list_free(&unit->programs);
	list_free(&unit->mounts);
	for (setting = settings; setting < settings + ARRAY_SIZE(settings);
	     setting++)
		if (setting->text)
			free(*(char **)((char *)unit + setting->text));
		else if (setting->list)
			list_free((void *)((char *)unit + setting->list));
}
