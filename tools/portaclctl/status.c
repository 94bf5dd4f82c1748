// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "kernel.h"
#include "names.h"
#include "rules.h"

static char *field(const char *status, const char *key)
{
	char *value = get_field(status, key);

	return value ? value : xstrdup("?");
}

static json_int_t number(const char *status, const char *key)
{
	char *value = field(status, key);
	json_int_t number = strtoll(value, NULL, 10);

	free(value);
	return number;
}

static json_t *text(const char *status, const char *key)
{
	char *value = field(status, key);
	json_t *json = strcmp(value, "none") ? json_string(value) : json_null();

	free(value);
	return json;
}

static json_t *json_loader(const char *loaded)
{
	if (!strcmp(loaded, "boot"))
		return json_null();
	return json_pack("{sI sI}", "uid", number(loaded, "uid"),
			 "pid", number(loaded, "pid"));
}

static json_t *json_status(const char *status)
{
	char *loaded = field(status, "loaded");
	char *when = strcmp(loaded, "boot") ? field(loaded, "time") :
					      xstrdup(loaded);
	json_t *json = json_pack(
		"{sI so sI sI so sb so so so ss}",
		"abi", number(status, "abi"), "mode", text(status, "mode"),
		"generation", number(status, "generation"),
		"rules", number(status, "rules"),
		"default", text(status, "default"),
		"locked", (int)number(status, "locked"),
		"digest", text(status, "digest"),
		"error", text(status, "error"),
		"loader", json_loader(loaded), "loaded", when);

	free(loaded);
	free(when);
	return json;
}

static void print_line(const char *status, const char *name, const char *key)
{
	char *value = field(status, key);

	printf("%-12s%s\n", name, value);
	free(value);
}

static void print_loader(const char *status)
{
	char *loaded = field(status, "loaded"), *when = field(loaded, "time");
	u32 uid = number(loaded, "uid");
	const char *name = name_of(NAME_USER, uid);

	if (!strcmp(loaded, "boot"))
		printf("%-12sat boot\n", "loaded");
	else
		printf("%-12s%s by %s (uid %u), process %d\n", "loaded", when,
		       name ? name : "?", uid, (int)number(loaded, "pid"));
	free(loaded);
	free(when);
}

int cmd_status(char **argv)
{
	bool json = false;
	const struct flag flags[] = { { "json", &json, NULL } };
	char *status;

	take_flags(argv, flags, ARRAY_SIZE(flags), 0);
	status = kernel_read("status");
	if (json) {
		print_json(json_status(status));
	} else {
		print_line(status, "mode", "mode");
		print_line(status, "rules", "rules");
		print_line(status, "default", "default");
		print_line(status, "generation", "generation");
		print_loader(status);
		print_line(status, "digest", "digest");
		printf("%-12s%s\n", "locked",
		       number(status, "locked") ? "until reboot" : "no");
		print_line(status, "last error", "error");
	}
	free(status);
	return EXIT_OK;
}
