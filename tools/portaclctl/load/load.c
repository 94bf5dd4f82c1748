// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "lib/options.h"
#include "lint/linter.h"
#include "lint/live.h"
#include "load/boot.h"
#include "load/load.h"
#include "load/rollback.h"
#include "policy/json.h"
#include "policy/exe.h"
#include "policy/files.h"
#include "policy/lastgood.h"

/* With a guard, nothing is printed before it watches the new policy. */
static void load(const struct config *cfg, const char *generation,
		 struct guard *guard)
{
	autofree char *commit = generation ?
		xasprintf("commit generation=%s", generation) :
		xstrdup("commit");
	struct buf text = { 0 };
	char *why;

	policy_text(&text, cfg->policy, commit);
	if (!kernel_load(text.text, text.len, &why)) {
		if (guard)
			guard_dismiss(guard);
		if (!kernel_has_policy())
			die("%s", why);
		die("%s; the old policy stays in force", why);
	}
	if (guard)
		guard_watch(guard);
	free(text.text);
}

/*
 * Make the transaction that restores the policy in force, unless it was changed
 * after the next load.  If none is in force, an empty one does the same.
 */
static char *rollback_text(u64 generation)
{
	autofree char *old = kernel_has_policy() ?
		kernel_read("policy") : xstrdup("version 1\ncommit");
	char *commit = strstr(old, "\ncommit");

	if (!commit)
		die("the kernel's policy is not understood");
	*commit = '\0';
	return xasprintf("%s\ncommit generation=%llu\n", old, generation + 1);
}

static json_t *json_result(const struct config *cfg, bool loaded,
			   const struct rehearsal *live)
{
	autofree char *generation = loaded ? kernel_status("generation") : NULL;
	autofree char *mode = loaded ? kernel_status("mode") : NULL;

	return json_pack(
		"{sb si ss so so so}", "loaded", loaded,
		"rules", cfg->policy->nr_rules,
		"default", portacl_actions[cfg->policy->default_action],
		"generation", generation ?
			json_integer(strtoll(generation, NULL, 10)) :
			json_null(),
		"mode", json_text(mode),
		"live", json_rehearsal(live));
}

static void print_result(const struct config *cfg)
{
	autofree char *generation = kernel_status("generation");
	autofree char *mode = kernel_status("mode");

	print("loaded: %u rule%s, generation %s, mode %s\n",
	       cfg->policy->nr_rules, cfg->policy->nr_rules == 1 ? "" : "s",
	       generation ? generation : "?", mode ? mode : "?");
}

/* Exit if the options contradict each other. */
void load_options_check(struct load_options *options)
{
	const char *generation = options->generation;
	const char *seconds = options->seconds;

	if (seconds && (!parse_number(seconds, 86400, &options->timeout) ||
			!options->timeout))
		die_usage("--confirm takes a number of seconds, a day at most");
	if (generation && strspn(generation, "0123456789") !=
			  max(strlen(generation), (size_t)1))
		die_usage("--generation takes a number");
	if (options->backend && strcmp(options->backend, "bpf"))
		die_usage("--backend takes bpf");
	if (seconds && options->json)
		die_usage("--confirm asks a question, so --json is not possible");
	if (seconds && options->dry_run)
		die_usage("--dry-run loads nothing, so there is nothing to confirm");
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
		die_usage("--confirm with the policy from standard input needs a terminal for the answer");
	return fd;
}

/* Why the rehearsal forbids to load the policy, or NULL. */
static const char *refusal(const struct load_options *options,
			   const struct rehearsal *live)
{
	if (options->strict && live->texts.len)
		return "--strict: every service that listens must be able to do so again";
	if (options->force || !live->logins || options->unattended ||
	    !(isatty(STDIN_FILENO) || isatty(STDERR_FILENO)))
		return NULL;
	return "sshd, or the service through which you are logged in, could not listen again after a restart; --force loads the policy nevertheless";
}

/*
 * A program may be on a file system that does not answer.  So its file is
 * opened only when nothing else waits for the warning.
 */
static void warn_of_programs(const struct config *cfg,
			     const struct load_options *options)
{
	warn_programs(cfg);
	/* A change of one rule is about its program alone. */
	if (!options->from || options->exe)
		note_secure(cfg->policy, true, options->exe);
}

/* Load with a guard, which needs a generation to return to. */
static int load_guarded(const struct config *cfg,
			const struct load_options *options,
			const char *generation, int answer)
{
	u64 before = strtoull(generation, NULL, 10);
	autofree char *rollback = rollback_text(before), *loaded = NULL;
	struct guard guard = {
		.rollback = rollback, .from = options->from, .to = options->to,
		.old = options->old, .before = before,
		/* Without a question only the end of this process counts. */
		.seconds = options->seconds ? options->timeout : 86400,
	};

	guard_start(&guard);
	load(cfg, generation, &guard);
	guard.generation = loaded = kernel_status("generation");
	if (!options->json)
		print_result(cfg);
	if (!options->seconds)
		return guard_keep(&guard);
	/* The answer may depend on the warnings. */
	warn_of_programs(cfg, options);
	return guard_confirm(&guard, answer);
}

/**
 * load_generation - the generation in force, 0: none
 *
 * A policy that was made of files is loaded only if this was read before the files,
 * and is so still: another portaclctl may have changed them.
 *
 * Return: it, for free().
 */
char *load_generation(void)
{
	return kernel_has_policy() ? kernel_status("generation") : xstrdup("0");
}

static void check_generation(const struct load_options *options)
{
	autofree char *now = options->seen ? load_generation() : NULL;

	if (now && strcmp(now, options->seen))
		die("not loaded: another policy was loaded meanwhile; the files may have changed: try again");
}

/* Load what the rehearsal allows; the exit status. */
static int load_rehearsed(const struct config *cfg,
			  const struct load_options *options, char **paths)
{
	const char *generation = options->generation;
	autofree char *wanted = NULL;
	int ret = EXIT_OK, answer = -1;

	if (options->seconds)
		answer = open_answer(paths);
	if (!generation && cfg->parser.has_generation)
		generation = wanted = xasprintf("%llu", cfg->parser.generation);
	check_generation(options);
	if (options->seconds || options->from) {
		ret = load_guarded(cfg, options,
				   generation ? generation : options->seen,
				   answer);
	} else {
		load(cfg, generation, NULL);
		if (!options->json)
			print_result(cfg);
	}
	if (ret == EXIT_OK)
		last_good_store(cfg, !*paths);
	if (ret == EXIT_OK && !options->seconds)
		warn_of_programs(cfg, options);
	return ret;
}

/* Where portacl is in the kernel, files that name the backend need none. */
static bool needs_backend(const struct config *cfg,
			  const struct load_options *options)
{
	return cfg->backend && (options->backend || kernel_is_bpf() ||
				!kernel_present());
}

/**
 * load_config - rehearse a policy and load it
 * @cfg: the policy, which was read
 * @options: how
 * @paths: the files that it was read from; none: the usual ones
 * @json: where the result is stored, if JSON is wanted
 *
 * Return: the exit status.
 */
int load_config(const struct config *cfg, const struct load_options *options,
		char **paths, json_t **json)
{
	struct rehearsal live;
	const char *why;
	int ret = EXIT_OK;

	if (needs_backend(cfg, options))
		kernel_choose(cfg->backend);
	warn_lockout(&live, cfg);
	why = refusal(options, &live);
	if (why)
		warn("not loaded: %s", why);
	if (why)
		ret = EXIT_REFUSED;
	else if (!options->dry_run)
		ret = load_rehearsed(cfg, options, paths);
	else if (!options->json)
		print("not loaded: --dry-run\n");
	if (why || options->dry_run)
		warn_of_programs(cfg, options);
	if (options->json)
		*json = json_result(cfg, ret == EXIT_OK && !options->dry_run,
				    &live);
	rehearsal_free(&live);
	return ret;
}

static int load_files(struct load_options *options, char **paths)
{
	struct config cfg = {
		.list_links = !options->json, .backend = options->backend,
	};
	autofree char *generation = NULL;
	struct list warnings = { 0 };
	json_t *json;
	int ret;

	if (options->backend)
		kernel_choose(options->backend);
	if (!options->dry_run)
		options->seen = generation = load_generation();
	if (options->json)
		collect_messages(&warnings);
	config_load(&cfg, paths);
	ret = load_config(&cfg, options, paths, &json);
	if (options->json) {
		json_object_set_new(json, "warnings", json_texts(&warnings));
		print_json(json);
	}
	collect_messages(NULL);
	list_free(&warnings);
	config_free(&cfg);
	return ret;
}

int cmd_load(char **args)
{
	bool boot = option("boot"), stale = option("stale");
	struct load_options options = {
		.seconds = option("confirm"),
		.generation = option("generation"),
		.backend = option("backend"),
		.strict = option("strict"),
		.force = option("force"),
		.dry_run = option("dry-run"),
		.json = option("json"),
		.unattended = boot || stale,
	};
	int status;

	load_options_check(&options);
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

int cmd_unload(char **args)
{
	(void)args;
	kernel_unload();
	return EXIT_OK;
}
