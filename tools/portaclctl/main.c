// SPDX-License-Identifier: GPL-2.0-only
/*
 * portaclctl: write, check, explain, learn and migrate portacl policies.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "commands.h"
#include "lib/nearest.h"

#define LIFT "mode permissive (Lifting a policy, in portaclctl(8))"

/* Words of other tools: @meant is a command, or what to do instead. */
static const struct {
	const char *word;
	const char *meant;
} habits[] = {
	{ "del", "delete" },
	{ "disable", "mode permissive" },
	{ "enable", "mode enforce" },
	{ "flush", LIFT },
	{ "list", "show" },
	{ "reload", "load" },
	{ "remove", "delete" },
	{ "rm", "delete" },
	{ "start", "load, or learn --start" },
	{ "stop", LIFT },
};

/* The keys of a request, for the completion files. */
static void print_keys(void)
{
#define PORTACL_QUERY_KEY(NAME, name) print("key\t" #name "=\n");
#include "key_defs.h"
}

static void NORETURN print_help(void)
{
	const struct command *command;

	print("usage: portaclctl SUBCOMMAND [ARGUMENT...]\n\n");
	for (command = commands; command->name; command++)
		print("  %-8s  %s\n", command->name, command->description);
	print("\n`portaclctl help SUBCOMMAND' explains its options.\n"
	       "Without FILE the policy is /etc/portacl.conf and /etc/portacl.d/*.conf.\n"
	       "A first policy: put this line, for example, into /etc/portacl.conf\n\n"
	       "  allow tcp 80,443 exe=/usr/sbin/nginx uid=www-data only\n\n"
	       "then `portaclctl lint', `portaclctl load --confirm 60'.\n"
	       "uid= is the user that binds.  A daemon that binds as root and changes its\n"
	       "user later, as a stock nginx does, needs uid=root.\n"
	       "Manuals: portaclctl(8), portacl.conf(5), portacl(7)\n");
	finish(EXIT_OK);
}

/* A habit that can mean only one command is accepted, the rest is suggested. */
static const struct command *get_command(const char *name)
{
	struct nearest near = nearest_to(name);
	const struct command *command = find_command(commands, name);
	u32 i;

	for (i = 0; !command && i < ARRAY_SIZE(habits); i++) {
		if (strcmp(habits[i].word, name))
			continue;
		command = find_command(commands, habits[i].meant);
		if (!command)
			die_usage("%s: unknown subcommand; did you mean: %s",
				  name, habits[i].meant);
	}
	if (command)
		return command;
	for (command = commands; command->name; command++)
		nearest_try(&near, command->name);
	if (near.word)
		die_usage("%s: unknown subcommand; did you mean: %s",
			  name, near.word);
	die_usage("%s: unknown subcommand; portaclctl --help lists them", name);
}

static bool is_one_of(const char *arg, const char *a, const char *b,
		      const char *c)
{
	return !strcmp(arg, a) || !strcmp(arg, b) || !strcmp(arg, c);
}

/*
 * A file must not get the number of a standard stream that is closed: messages
 * would be written to it.  Reads and writes of what is opened here fail.
 */
static void open_streams(void)
{
	int fd;

	do
		fd = open("/", O_PATH);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int main(int argc, char **argv)
{
	open_streams();
	if (argc < 2) {
		print_err("usage: portaclctl SUBCOMMAND [ARGUMENT...]; portaclctl --help lists them\n");
		return EXIT_ERROR;
	}
	if (!strcmp(argv[1], "help") && argc > 2) {
		print_command_help(get_command(argv[2]));
		finish(EXIT_OK);
	}
	if (is_one_of(argv[1], "--help", "-h", "help"))
		print_help();
	if (is_one_of(argv[1], "--version", "-V", "version")) {
		print("portaclctl %s\n", VERSION);
		finish(EXIT_OK);
	}
	/* For the completion files. */
	if (!strcmp(argv[1], "--table")) {
		print_keys();
		print_table(commands);
		finish(EXIT_OK);
	}
	if (*argv[1] == '-')
		die_usage("%s: the subcommand stands before its options: portaclctl SUBCOMMAND %s",
			  argv[1], argv[1]);
	/* A parent may have ignored it: then no child could be waited for. */
	signal(SIGCHLD, SIG_DFL);
	if (getenv("PORTACLCTL_ROOT"))
		root_dir = getenv("PORTACLCTL_ROOT");
	finish(run_command(get_command(argv[1]), argc - 1, argv + 1));
}
