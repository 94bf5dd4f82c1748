// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "kernel/securityfs.h"

static void print_file(const char *name)
{
	char *text = kernel_read(name);

	print_lines(text, strlen(text));
	free(text);
}

int cmd_mode(char **args)
{
	static const char *const modes[] = { "enforce", "permissive", "learn" };

	if (!*args)
		print_file("mode");
	else if (match_string(modes, ARRAY_SIZE(modes), *args) < 0)
		die_usage("%s: a mode is enforce, permissive or learn", *args);
	else
		kernel_write("mode", *args);
	return EXIT_OK;
}

int cmd_lock(char **args)
{
	(void)args;
	if (option("until-reboot"))
		kernel_write("lock", "1");
	else
		print_file("lock");
	return EXIT_OK;
}
