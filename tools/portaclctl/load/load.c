// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "lib/options.h"
#include "lint/lint.h"
#include "lint/lockout.h"
#include "load/boot.h"
#include "load/load.h"
#include "load/rollback.h"
#include "policy/exe.h"
#include "policy/files.h"
#include "policy/lastgood.h"

/* With a guard, nothing is printed before it watches the new policy. */
static void load(const struct config *cfg, const char *generation,
		 struct guard *guard)
{
	struct buf text = { 0 };
	char *commit = generation ? xasprintf("commit generation=%s",
					      generation) :
				    xstrdup("commit");
	char *why;

	policy_text(&text, cfg->policy, commit);
	if (!kernel_load(text.text, text.len, &why)) {
		if (guard)
			guard_dismiss(guard);
		if (!kernel_present())
			die("%s", why);
		die("%s; the old policy stays in force", why);
	}
	if (guard)
		guard_watch(guard);
	free(commit);
	free(text.text);
}

/* What brings the policy of now back, if nobody changed it after us. */
static char *rollback_text(const char *generation)
{
	char *old = kernel_read("policy"), *text, *commit;

	commit = strstr(old, "\ncommit");
	if (!commit)
		die("the kernel's policy is not understood");
	*commit = '\0';
	text = xasprintf("%s\ncommit generation=%llu\n", old,
			 strtoull(generation, NULL, 10) + 1);
	free(old);
	return text;
}

static void print_result(const struct config *cfg)
{
	char *generation = kernel_status("generation");
	char *mode = kernel_status("mode");

	print("loaded: %u rule%s, generation %s, mode %s\n",
	       cfg->policy->nr_rules, cfg->policy->nr_rules == 1 ? "" : "s",
	       generation ? generation : "?", mode ? mode : "?");
	free(generation);
	free(mode);
}

static void check_options(const char *generation, const char *seconds,
			  u32 *timeout)
{
	if (seconds && (!parse_number(seconds, 86400, timeout) || !*timeout))
		die_usage("--confirm takes a number of seconds, a day at most");
	if (generation && strspn(generation, "0123456789") !=
			  max(strlen(generation), (size_t)1))
		die_usage("--generation takes a number");
}

/* The policy may come from standard input, the answer then cannot. */
static int open_answer(char **paths)
{
	int fd = STDIN_FILENO;

	for (; *paths; paths++)
		if (!strcmp(*paths, "-"))
			fd = -1;
	if (fd < 0)
		fd = open("/dev/tty", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die_usage("--confirm with the policy from standard input wants a terminal to ask at");
	return fd;
}

/**
 * struct options - how to load
 * @seconds: --confirm, or NULL
 * @generation: --generation, or NULL
 * @strict: --strict
 * @timeout: @seconds as a number
 */
struct options {
	const char *seconds;
	const char *generation;
	bool strict;
	u32 timeout;
};

static void rehearse_load(const struct config *cfg, bool strict)
{
	u32 judged, hidden;

	warn_programs(cfg);
	note_secure(cfg->policy, true);
	if (warn_lockout(cfg, &judged, &hidden) && strict) {
		warn("not loaded: --strict wants every service that listens to be able to do so again");
		exit(EXIT_REFUSED);
	}
}

static int load_files(const struct options *options, char **paths)
{
	const char *generation = options->generation;
	struct config cfg = { .list_links = true };
	char *rollback = NULL, *active = NULL;
	int ret = EXIT_OK, answer = -1;
	struct guard guard;

	if (options->seconds)
		answer = open_answer(paths);
	config_load(&cfg, paths);
	rehearse_load(&cfg, options->strict);
	if (!generation && cfg.parser.has_generation)
		generation = active = xasprintf("%llu", cfg.parser.generation);
	/* Only what replaces a known generation can be rolled back. */
	if (!generation && options->seconds)
		generation = active = kernel_status("generation");
	if (options->seconds) {
		rollback = rollback_text(generation);
		guard_start(&guard, rollback, options->timeout);
	}
	load(&cfg, generation, rollback ? &guard : NULL);
	print_result(&cfg);
	if (rollback)
		ret = guard_confirm(&guard, answer, options->timeout);
	if (ret == EXIT_OK)
		last_good_store(&cfg, !*paths);
	free(rollback);
	free(active);
	config_free(&cfg);
	return ret;
}

int cmd_load(char **args)
{
	struct options options = {
		.seconds = option("confirm"),
		.generation = option("generation"),
		.strict = option("strict"),
	};
	bool boot = option("boot"), stale = option("stale");
	int status;

	check_options(options.generation, options.seconds, &options.timeout);
	if (boot && options.seconds)
		die_usage("--boot and --confirm exclude each other");
	if (stale && *args)
		die_usage("--stale is for the usual files");
	if (stale && !stale_try())
		return EXIT_OK;
	if (boot && !boot_try(&status))
		return status;
	return load_files(&options, args);
}
