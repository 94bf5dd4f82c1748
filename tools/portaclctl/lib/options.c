// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>

#include "lib/nearest.h"
#include "lib/options.h"
#include "lib/root.h"

#define MAX_OPTIONS 16

static const struct command *current;
static const char *values[MAX_OPTIONS];

const struct command *find_command(const struct command *table,
				   const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

/**
 * option - look up an option of the command that runs
 * @name: an option that the table has for it
 *
 * Return: its value, "" if it takes none, NULL if it was not given.
 */
const char *option(const char *name)
{
	u32 i;

	for (i = 0; strcmp(current->options[i].name, name); i++)
		;
	return values[i];
}

static void add_usage(struct buf *text, const struct command *command)
{
	const struct option_info *info;

	buf_print(text, "usage: portaclctl %s", command->name);
	for (info = command->options; info->name; info++)
		buf_print(text, " [--%s%s%s]", info->name,
			  info->value ? " " : "",
			  info->value ? info->value : "");
	buf_print(text, "%s%s\n", *command->operands ? " " : "",
		  command->operands);
}

static void print_usage_err(void)
{
	struct buf text = { 0 };

	add_usage(&text, current);
	print_lines_err(text.text);
	free(text.text);
}

/* A line for each option. */
void print_command_help(const struct command *command)
{
	const struct option_info *info;
	struct buf text = { 0 };

	buf_print(&text, "%s\n", command->description);
	add_usage(&text, command);
	for (info = command->options; info->name; info++)
		buf_print(&text, "  --%s %-*s  %s\n", info->name,
			  20 - (int)strlen(info->name),
			  info->value ? info->value : "", info->help);
	buf_puts(&text, "Manual: portaclctl(8)\n");
	print_lines(text.text, text.len);
	free(text.text);
}

/* The table, a line for each command and each option, for completion. */
void print_table(const struct command *table)
{
	const struct option_info *info;

	for (; table->name; table++) {
		print("command\t%s\t%s\t%s\n", table->name, table->complete,
		      table->description);
		for (info = table->options; info->name; info++)
			print("option\t%s\t%s\t%s\t%s\n", table->name, info->name,
			      info->value ? info->value : "", info->help);
	}
}

void NORETURN die_missing(const char *what)
{
	print_usage_err();
	die_usage("%s expected", what);
}

static void NORETURN die_unknown(const char *arg)
{
	const struct option_info *info;
	struct nearest near = nearest_to(arg + strspn(arg, "-"));

	for (info = current->options; info->name; info++)
		nearest_try(&near, info->name);
	print_usage_err();
	if (near.word)
		die_usage("%s: unknown option; did you mean: --%s", arg,
			  near.word);
	die_usage("%s: unknown option", arg);
}

/* The table as getopt_long(3) wants it, and --help. */
static u32 make_options(struct option *options)
{
	u32 i;

	for (i = 0; current->options[i].name; i++)
		options[i] = (struct option) {
			current->options[i].name,
			current->options[i].value ? required_argument :
						    no_argument,
			NULL, 'o',
		};
	assert(i <= MAX_OPTIONS);
	options[i] = (struct option) { "help", no_argument, NULL, 'h' };
	return i;
}

static void read_options(int argc, char **argv)
{
	struct option options[MAX_OPTIONS + 2] = { 0 };
	u32 nr = make_options(options);
	int index, found;

	opterr = 0;
	while ((found = getopt_long(argc, argv, ":h", options, &index)) != -1) {
		const char *arg = argv[optind - 1];

		if (found == 'h') {
			print_command_help(current);
			finish(EXIT_OK);
		}
		if (found == ':')
			die_usage("%s needs a value", arg);
		if (found == '?' && optopt == 'o')
			die_usage("%s: the option takes no value", arg);
		if (found == '?')
			die_unknown(arg);
		assert(index < (int)nr);
		values[index] = optarg ? optarg : "";
		if (!strcmp(options[index].name, "root"))
			root_option = optarg;
	}
}

/**
 * run_command - read the options of a command and run it
 * @command: the command
 * @argc: number of @argv
 * @argv: its name and its arguments
 *
 * Return: the exit status.
 */
int run_command(const struct command *command, int argc, char **argv)
{
	u32 nr;

	current = command;
	read_options(argc, argv);
	enter_root();
	nr = argc - optind;
	if (nr > command->max) {
		print_usage_err();
		die_usage("%s: too many arguments",
			  argv[optind + command->max]);
	}
	return command->run(argv + optind);
}
