// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"
#include "kernel/securityfs.h"

static void print_file(const char *name)
{
	char *text = kernel_read(name);

	print_lines(text, strlen(text));
	free(text);
}

int cmd_mode(char **argv)
{
	static const char *const modes[] = { "enforce", "permissive", "learn" };

	take_flags(argv, NULL, 0, 1);
	if (!argv[1])
		print_file("mode");
	else if (match_string(modes, ARRAY_SIZE(modes), argv[1]) < 0)
		die_usage("%s: a mode is enforce, permissive or learn", argv[1]);
	else
		kernel_write("mode", argv[1]);
	return EXIT_OK;
}

int cmd_lock(char **argv)
{
	bool lock = false;
	const struct flag flags[] = { { "until-reboot", &lock, NULL } };

	take_flags(argv, flags, ARRAY_SIZE(flags), 0);
	if (lock)
		kernel_write("lock", "1");
	else
		print_file("lock");
	return EXIT_OK;
}
