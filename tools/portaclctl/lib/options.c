// SPDX-License-Identifier: GPL-2.0-only
#include "lib/options.h"
#include "lib/root.h"

const char *usage;
const char *description;

static bool *find_flag(const char *arg, const struct flag *flags, u32 nr,
		       u32 *index)
{
	size_t len = strcspn(arg + 2, "=");

	for (*index = 0; *index < nr; ++*index)
		if (strlen(flags[*index].name) == len &&
		    !strncmp(flags[*index].name, arg + 2, len))
			return flags[*index].set;
	print_err("%s\n", usage);
	die_usage("%s: unknown option", arg);
}

static char **take_flag(char **arg, const struct flag *flags, u32 nr)
{
	u32 i;
	bool *set = find_flag(*arg, flags, nr, &i);
	char *value = strchr(*arg, '=');

	if (set)
		*set = true;
	if (!flags[i].value) {
		if (value)
			die_usage("--%s takes no value", flags[i].name);
		return arg;
	}
	if (!value) {
		if (!arg[1])
			die_usage("--%s needs a value", flags[i].name);
		*flags[i].value = *++arg;
	} else {
		*flags[i].value = value + 1;
	}
	return arg;
}

/**
 * take_flags - read the options of a subcommand
 * @argv: its name and its arguments; only these are left afterwards
 * @flags: the options that it has
 * @nr: number of @flags
 * @max_args: most arguments that it takes
 *
 * Return: the number of arguments.
 */
int take_flags(char **argv, const struct flag *flags, u32 nr, u32 max_args)
{
	char **arg;
	u32 n = 0;

	for (arg = argv + 1; *arg; arg++) {
		if (!strcmp(*arg, "--")) {
			while (*++arg)
				argv[++n] = *arg;
			break;
		}
		if (!strcmp(*arg, "--help") || !strcmp(*arg, "-h")) {
			print("%s\n%s\n", description, usage);
			finish(EXIT_OK);
		}
		if (!strncmp(*arg, "-", 1) && (*arg)[1] == '-')
			arg = take_flag(arg, flags, nr);
		else if (**arg == '-' && (*arg)[1])
			die_usage("%s: unknown option", *arg);
		else
			argv[++n] = *arg;
	}
	argv[n + 1] = NULL;
	enter_root();
	if (n > max_args) {
		print_err("%s\n", usage);
		die_usage("%s: too many arguments", argv[max_args + 1]);
	}
	return n;
}

void NORETURN die_missing(const char *what)
{
	print_err("%s\n", usage);
	die_usage("%s expected", what);
}
