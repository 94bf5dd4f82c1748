// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "policy/json.h"

int cmd_mode(char **args)
{
	static const char *const modes[] = { "enforce", "permissive", "learn" };
	autofree char *text = NULL;

	if (*args && match_string(modes, ARRAY_SIZE(modes), *args) < 0)
		die_usage("%s: a mode is enforce, permissive or learn", *args);
	if (*args)
		kernel_write("mode", *args);
	if (*args && !option("json"))
		return EXIT_OK;
	text = kernel_read("mode");
	if (option("json"))
		print_json(json_pack("{ss%}", "mode", text,
				     strcspn(text, "\n")));
	else
		print_lines(text, strlen(text));
	return EXIT_OK;
}

int cmd_lock(char **args)
{
	autofree char *text = NULL;

	(void)args;
	if (option("until-reboot"))
		kernel_write("lock", "1");
	if (option("until-reboot") && !option("json"))
		return EXIT_OK;
	text = kernel_read("lock");
	if (option("json"))
		print_json(json_pack("{sb}", "locked", *text == '1'));
	else
		print_lines(text, strlen(text));
	return EXIT_OK;
}
