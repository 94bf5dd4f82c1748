// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "commands.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "policy/json.h"
#include "policy/lastgood.h"
#include "policy/names.h"

static char *field(const char *status, const char *key)
{
	char *value = get_field(status, key);

	return value ? value : xstrdup("?");
}

static json_int_t number(const char *status, const char *key)
{
	return get_number(status, key, 0);
}

static json_t *text(const char *status, const char *key)
{
	autofree char *value = get_field(status, key);

	return json_text(value && strcmp(value, "none") ? value : NULL);
}

static json_t *json_loader(const char *loaded)
{
	if (!strcmp(loaded, "boot"))
		return json_null();
	return json_pack("{sI sI}", "uid", number(loaded, "uid"),
			 "pid", number(loaded, "pid"));
}

/* The facts that the kernel does not know. */
static json_t *json_stored(void)
{
	autofree char *path = in_root(BOOT_ERROR), *error = read_line_file(path);
	autofree char *stored = in_root(LAST_GOOD), *why = NULL;
	json_t *stale = json_array(), *json;
	struct last_good last = { 0 };
	struct stale *list;
	u32 nr = 0, i;
	bool none;

	list = last_good_read(&last, &why) ? last_good_stale(&last, &nr) : NULL;
	for (i = 0; i < nr; i++)
		json_array_append_new(stale, json_pack(
			"{so si so}", "file", json_text(list[i].file),
			"line", list[i].line, "text", json_text(list[i].text)));
	none = access(stored, F_OK) && errno == ENOENT;
	json = json_pack("{so so so so}", "boot_error", json_text(error),
			 "last_good", json_text(last.digest),
			 "last_good_error", json_text(none ? NULL : why),
			 "stale", stale);
	stale_free(list, nr);
	last_good_free(&last);
	return json;
}

static void print_text(const char *name, const char *text)
{
	print("%-12s%s\n", name, text);
}

static void print_stored(const char *status)
{
	autofree char *digest = field(status, "digest");
	json_t *json = json_stored(), *item;
	const char *last = json_string_value(json_object_get(json, "last_good"));
	const char *error = json_string_value(json_object_get(json,
							      "boot_error"));
	const char *why = json_string_value(json_object_get(json,
							    "last_good_error"));
	size_t i;

	if (last && strcmp(last, digest))
		print_text("last good", last);
	else if (last)
		print_text("last good", "the policy in force");
	else
		print_text("last good", why ? why : "none is stored");
	if (error)
		print_text("boot error", error);
	json_array_foreach(json_object_get(json, "stale"), i, item) {
		autofree char *text = xasprintf("%s:%d: %s", json_string_value(
			json_object_get(item, "file")), (int)json_integer_value(
			json_object_get(item, "line")), json_string_value(
			json_object_get(item, "text")));

		print_text("stale", text);
	}
	json_decref(json);
}

static json_t *json_status(const char *status)
{
	autofree char *loaded = field(status, "loaded");
	autofree char *when = strcmp(loaded, "boot") ? field(loaded, "time") :
						       xstrdup(loaded);
	json_t *stored = json_stored(), *json = json_pack(
		"{sI so sI sI so sb so so so so so so so}",
		"abi", number(status, "abi"), "mode", text(status, "mode"),
		"generation", number(status, "generation"),
		"rules", number(status, "rules"),
		"default", text(status, "default"),
		"locked", (int)number(status, "locked"),
		"digest", text(status, "digest"),
		"error", text(status, "error"),
		"loader", json_loader(loaded), "loaded", json_text(when),
		"backend", text(status, "backend"),
		"weaker", text(status, "weaker"),
		"detached", text(status, "detached"));

	json_object_update(json, stored);
	json_decref(stored);
	return json;
}

static void print_line(const char *status, const char *name, const char *key)
{
	autofree char *value = field(status, key);

	print_text(name, value);
}

/* A guess at the policy can be confirmed by it, so not everybody may see it. */
static void print_digest(const char *status)
{
	autofree char *digest = get_field(status, "digest");

	print_text("digest", digest ? digest : "only with CAP_MAC_ADMIN");
}

static void print_loader(const char *status)
{
	autofree char *loaded = field(status, "loaded");
	autofree char *when = field(loaded, "time");
	u32 uid = number(loaded, "uid");
	const char *name = name_of(PORTACL_USER, uid);

	if (!strcmp(loaded, "boot"))
		print("%-12sat boot\n", "loaded");
	else
		print("%-12s%s by %s (uid %u), process %d\n", "loaded", when,
		      name ? name : "?", uid, (int)number(loaded, "pid"));
}

int cmd_status(char **args)
{
	autofree char *status = kernel_read("status");

	(void)args;
	if (option("json")) {
		print_json(json_status(status));
	} else {
		print_line(status, "mode", "mode");
		print_line(status, "rules", "rules");
		print_line(status, "default", "default");
		print_line(status, "generation", "generation");
		print_loader(status);
		print_digest(status);
		print("%-12s%s\n", "locked",
		       number(status, "locked") ? "until reboot" : "no");
		print_line(status, "last error", "error");
		if (kernel_is_bpf()) {
			print_line(status, "backend", "backend");
			print_line(status, "weaker", "weaker");
			print_line(status, "reader", "reader");
			print_line(status, "detached", "detached");
		}
		print_stored(status);
	}
	return EXIT_OK;
}
