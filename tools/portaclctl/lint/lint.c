// SPDX-License-Identifier: GPL-2.0-only
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/options.h"
#include "lint/lint.h"
#include "lint/linter.h"
#include "lint/live.h"
#include "lint/lockout.h"
#include "policy/exe.h"
#include "policy/lastgood.h"
#include "system/launch.h"

/* A user who can write the policy's files has all that a policy can grant. */
static void lint_files(struct linter *linter)
{
	struct stat st;
	size_t i;

	for (i = 0; i < linter->cfg->files.len; i++) {
		const char *path = linter->cfg->files.items[i];

		if (!stat(path, &st) && (st.st_uid || (st.st_mode & 022)))
			report(linter, NO_RULE, "file-writable",
			       "%s: users other than root can write it", path);
	}
}

/* The first rule that stands in a line, or NO_RULE. */
static u32 find_rule(const struct config *cfg, const struct stale *stale)
{
	u32 i;

	for (i = 0; i < cfg->policy->nr_rules; i++)
		if (cfg->origins[i].line == stale->line &&
		    !strcmp(cfg->files.items[cfg->origins[i].file],
			    stale->file))
			return i;
	return NO_RULE;
}

/* Programs that moved since these files were loaded. */
static void lint_stale(struct linter *linter)
{
	struct last_good last;
	autofree char *why = NULL;
	struct stale *stale;
	u32 i, nr, rule;

	if (!last_good_read(&last, &why))
		return;
	stale = last_good_stale(&last, &nr);
	for (i = 0; i < nr; i++) {
		rule = find_rule(linter->cfg, &stale[i]);
		if (rule != NO_RULE)
			report(linter, rule, "exe-stale",
			       "%s: portaclctl load", stale[i].text);
	}
	stale_free(stale, nr);
	last_good_free(&last);
}

static void lint_lockouts(struct linter *linter)
{
	struct rehearsal rehearsal;
	struct list texts = { 0 };
	size_t i;

	rehearse(&rehearsal, linter->cfg);
	for (i = 0; i < rehearsal.texts.len; i++)
		report(linter, NO_RULE, "lockout", "%s",
		       rehearsal.texts.items[i]);
	find_unused_sockets(&rehearsal, &texts);
	for (i = 0; i < texts.len; i++)
		report(linter, NO_RULE, "socket-unit", "%s", texts.items[i]);
	list_free(&texts);
	rehearsal_free(&rehearsal);
}

/* Report a launcher that does not work as one, or that hands on too much. */
static void lint_launcher(struct linter *linter, const char *name,
			  const char *path)
{
	const u32 open = BIT(PROGRAM_INTERPRETER) | BIT(PROGRAM_LOADER) |
			 BIT(PROGRAM_MULTICALL);
	struct program program;
	u32 fault;

	program_look(&program, path, true);
	for (fault = 0; fault <= PROGRAM_WRITABLE; fault++) {
		autofree char *text = program.faults & BIT(fault) ?
			program_fault_text(&program, name, fault) : NULL;

		if (text)
			report(linter, NO_RULE, "launcher",
			       "launcher %s: nothing that it starts counts as root's",
			       text + strlen("exe="));
	}
	if (program.faults & open)
		report(linter, NO_RULE, "launcher",
		       "launcher %s runs what its arguments say: all that root starts with it may launch for root",
		       name);
}

static void lint_launchers(struct linter *linter)
{
	struct list names = { 0 };
	size_t i;

	policy_launchers(linter->policy, &names);
	for (i = 0; i < names.len; i++) {
		autofree char *path = path_unescape(names.items[i],
						    strlen(names.items[i]));

		linter->launcher |= !strcmp(path, linter->image);
		lint_launcher(linter, names.items[i], path);
	}
	list_free(&names);
}

/**
 * lint_accepts - look at rules that are only proposed
 * @cfg: the rules
 * @ignored: faults of their programs that do not count, as bits
 *
 * Return: whether nothing is wrong with the rules themselves.
 */
bool lint_accepts(const struct config *cfg, u32 ignored)
{
	struct linter linter = {
		.cfg = cfg,
		.policy = cfg->policy,
		.ignored = ignored,
	};
	bool good = true;
	u32 i;

	lint_programs(&linter);
	lint_rules(&linter);
	/* A process may have a uid without a name. */
	for (i = 0; i < linter.findings.nr; i++)
		good &= !strcmp(linter.findings.items[i].id, "uid-unknown");
	findings_free(&linter.findings);
	return good;
}

int cmd_lint(char **args)
{
	struct config cfg = { 0 };
	struct linter linter = { .cfg = &cfg };
	int status;

	config_load(&cfg, args);
	linter.policy = cfg.policy;
	linter.image = launch_image();
	lint_files(&linter);
	lint_programs(&linter);
	lint_launchers(&linter);
	lint_rules(&linter);
	lint_shadows(&linter);
	lint_seen(&linter);
	lint_units(&linter);
	lint_stale(&linter);
	lint_lockouts(&linter);
	findings_print(&linter.findings, &cfg, option("json"));
	/* No fault of the policy, but what it does. */
	note_secure(cfg.policy, false, 0);
	status = linter.findings.nr ? EXIT_REFUSED : EXIT_OK;
	findings_free(&linter.findings);
	free(linter.seen);
	list_free(&linter.paths);
	free(linter.image);
	config_free(&cfg);
	return status;
}
