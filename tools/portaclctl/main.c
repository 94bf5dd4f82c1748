// SPDX-License-Identifier: GPL-2.0-only
/*
 * portaclctl: write, check, explain, learn and migrate portacl policies.
 */
#include "commands.h"
#include "explain/explain.h"
#include "import/import.h"
#include "lint/lint.h"
#include "load/load.h"

static const struct {
	const char *name;
	int (*function)(char **argv);
	const char *args;
	const char *description;
} subcommands[] = {
	{ "check", cmd_check, "[--root DIR] [--print] [--live [--strict]] [FILE...]",
	  "read the files, report errors, change nothing" },
	{ "load", cmd_load,
	  "[--boot | --confirm SECONDS] [--generation N] [--strict] [--stale | FILE...]",
	  "put the files in force, as a whole or not at all" },
	{ "show", cmd_show, "[--json]", "print the policy in force" },
	{ "diff", cmd_diff, "[--root DIR] [FILE...]",
	  "compare the policy in force with the files" },
	{ "status", cmd_status, "[--json]",
	  "print mode, generation, last error and who loaded it" },
	{ "mode", cmd_mode, "[enforce|permissive|learn]",
	  "print or change the mode" },
	{ "lock", cmd_lock, "[--until-reboot]",
	  "print the lock, or forbid every change until the next boot" },
	{ "stats", cmd_stats, "[--json] [--unused]",
	  "print how often each rule granted and denied" },
	{ "test", cmd_test,
	  "[--root DIR] [--kernel | --file FILE] PROTO/PORT [exe=PATH] uid=USER [KEY=VALUE...]",
	  "print the verdict on one bind" },
	{ "explain", cmd_explain,
	  "[--root DIR] [--json] [--file FILE] PROGRAM USER | PID PROTO/PORT [KEY=VALUE...]",
	  "say what allows or refuses a bind, layer by layer" },
	{ "who", cmd_who, "[--root DIR] [--json] [--file FILE] PROTO/PORT",
	  "print everybody who may bind a port, and who listens there" },
	{ "learn", cmd_learn,
	  "[--start | --print] [--all] [--ranges] [--output FILE]",
	  "make rules of what programs were seen to bind" },
	{ "monitor", cmd_monitor, "[--denials]",
	  "print grants and denials as they happen" },
	{ "import", cmd_import,
	  "[--root DIR] --authbind | --systemd | --mac-portacl RULES|FILE [--port-high N] [--suser-exempt 0|1] | --setcap [DIR...]",
	  "turn the settings of other mechanisms into rules" },
	{ "lint", cmd_lint, "[--root DIR] [--json] [FILE...]",
	  "look for rules that do nothing or too much" },
};

/* Words from other tools that are no subcommands here. */
static const struct {
	const char *word;
	const char *meant;
} habits[] = {
	{ "add", "learn, or a line in /etc/portacl.d" },
	{ "delete", "load, without the line in /etc/portacl.d" },
	{ "disable", "mode permissive" },
	{ "enable", "mode enforce" },
	{ "list", "show" },
	{ "reload", "load" },
	{ "restart", "load" },
	{ "start", "load" },
};

static const char *find_habit(const char *word)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(habits); i++)
		if (!strcmp(habits[i].word, word))
			return habits[i].meant;
	return NULL;
}

static void NORETURN print_help(void)
{
	u32 i;

	print("usage: portaclctl SUBCOMMAND [ARGUMENT...]\n\n");
	for (i = 0; i < ARRAY_SIZE(subcommands); i++)
		print("  %-8s  %s\n", subcommands[i].name,
		       subcommands[i].description);
	print("\n`portaclctl SUBCOMMAND --help' prints its arguments.\n"
	       "Without FILE the policy is /etc/portacl.conf and /etc/portacl.d/*.conf.\n"
	       "A first policy: put this line, for example, into /etc/portacl.conf\n\n"
	       "  allow tcp 80,443 exe=/usr/sbin/nginx uid=www-data only\n\n"
	       "then `portaclctl lint', `portaclctl load --confirm 60'.\n"
	       "uid= is who binds: what binds as root and changes its user later, as a stock\n"
	       "nginx does, needs uid=root there.\n"
	       "Manuals: portaclctl(8), portacl.conf(5), portacl(7)\n");
	finish(EXIT_OK);
}

static int run(char **argv)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(subcommands); i++) {
		if (strcmp(*argv, subcommands[i].name))
			continue;
		usage = xasprintf("usage: portaclctl %s %s",
				  subcommands[i].name, subcommands[i].args);
		description = subcommands[i].description;
		return subcommands[i].function(argv);
	}
	if (find_habit(*argv))
		die_usage("%s: unknown subcommand; did you mean: %s", *argv,
			  find_habit(*argv));
	die_usage("%s: unknown subcommand; portaclctl --help lists them",
		  *argv);
}

int main(int argc, char **argv)
{
	char *help[] = { NULL, "--help", NULL };

	if (argc < 2) {
		print_err("usage: portaclctl SUBCOMMAND [ARGUMENT...]; portaclctl --help lists them\n");
		return EXIT_ERROR;
	}
	if (!strcmp(argv[1], "help") && argc > 2) {
		*help = argv[2];
		finish(run(help));
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help"))
		print_help();
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V") ||
	    !strcmp(argv[1], "version")) {
		print("portaclctl %s\n", VERSION);
		finish(EXIT_OK);
	}
	if (getenv("PORTACLCTL_ROOT"))
		root_dir = getenv("PORTACLCTL_ROOT");
	finish(run(argv + 1));
}
