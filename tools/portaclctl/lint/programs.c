// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that rules name.
 */
#include <search.h>

#include "lint/lint.h"
#include "lib/cleanup.h"
#include "policy/exe.h"
#include "system/libraries.h"

/* Programs named in a note. */
#define MAX_SECURE 5

/* What is wrong with a program; many rules name the same one. */
struct looked {
	u64 exe;
	u32 faults;
	char *texts[PROGRAM_NR_FAULTS];
};

static int compare_looked(const void *a, const void *b)
{
	const struct looked *x = a, *y = b;

	return x->exe < y->exe ? -1 : x->exe > y->exe;
}

static void free_looked(void *pointer)
{
	struct looked *looked = pointer;
	u32 i;

	for (i = 0; i < PROGRAM_NR_FAULTS; i++)
		free(looked->texts[i]);
	free(looked);
}

static struct looked *look(const struct linter *linter, u32 index)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const char *path = policy->strings + rule->exe_text;
	struct looked *looked = xzalloc(sizeof(*looked));
	struct program program;
	u32 i;

	program_look(&program, path, true);
	looked->exe = rule->exe;
	looked->faults = program.faults & ~linter->ignored;
	for (i = 0; i < PROGRAM_NR_FAULTS; i++)
		if (looked->faults & BIT(i))
			looked->texts[i] = program_fault_text(&program, path,
							      i);
	return looked;
}

/* Of the further rules of a program, report only what breaks them. */
static void lint_program(struct linter *linter, u32 index,
			 const struct looked *looked, bool first)
{
	const struct portacl_rule *rule = &linter->policy->rules[index];
	u32 i;

	for (i = 0; i < PROGRAM_NR_FAULTS; i++) {
		bool dead = program_is_dead(rule, looked->faults & BIT(i));

		if ((looked->faults & BIT(i)) && (dead || first))
			report(linter, index, program_fault_id(i), "%s%s",
			       looked->texts[i],
			       dead ? ": the rule matches nobody" : "");
	}
}

/*
 * A program that rules name is executed with AT_SECURE by every user but root,
 * unless all of them accept its environment or a launcher started it.
 */
static bool makes_secure(const struct portacl_policy *policy,
			 const struct portacl_rule *rule)
{
	return rule->exe && (rule->flags & PORTACL_RULE_ALLOW) &&
	       !(rule->accept & BIT(PORTACL_TAINT_ENV)) &&
	       !policy->nr_launchers;
}

/* Why the program does not start with AT_SECURE, for free(); or NULL. */
char *library_text(const char *path)
{
	autofree char *library = missing_library(path);

	return library ? xasprintf(
		"%s needs %s, which is in no default directory; a rule with exe= makes the loader ignore LD_LIBRARY_PATH and $ORIGIN for every user but root: the rule has to accept=env, or a `launcher' line has to name what starts the program",
		path, library) : NULL;
}

static void lint_library(struct linter *linter, u32 index)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	autofree char *text = makes_secure(policy, rule) ?
		library_text(policy->strings + rule->exe_text) : NULL;

	if (text)
		report(linter, index, "exe-library", "%s", text);
}

/**
 * warn_secure - say which programs run otherwise because a rule names them
 * @cfg: the policy
 */
void warn_secure(const struct config *cfg)
{
	const struct portacl_policy *policy = cfg->policy;
	u32 i, nr = 0, *faults = programs_look(policy, false);
	struct buf names = { 0 };

	for (i = 0; i < policy->nr_rules; i++) {
		const char *path = policy->strings + policy->rules[i].exe_text;
		autofree char *text = NULL;

		if (!(faults[i] & PROGRAM_FIRST) ||
		    (faults[i] & BIT(PROGRAM_MISSING)) ||
		    !makes_secure(policy, &policy->rules[i]))
			continue;
		text = library_text(path);
		if (text)
			print_err("warning: %s\n", text);
		if (nr++ < MAX_SECURE)
			buf_printf(&names, "%s%s", nr > 1 ? ", " : "", path);
	}
	if (nr > MAX_SECURE)
		buf_printf(&names, " and %u more", nr - MAX_SECURE);
	if (nr)
		print_err("note: for every user but root, who runs %s, the loader ignores LD_LIBRARY_PATH and LD_PRELOAD, and there is no core dump (AT_SECURE, portacl(7)); accept=env on all rules for the program, or a `launcher' line, avoids that\n",
			  names.text);
	free(names.text);
	free(faults);
}

void lint_programs(struct linter *linter)
{
	const struct portacl_policy *policy = linter->policy;
	void *cache = NULL;
	u32 i;

	for (i = 0; i < policy->nr_rules; i++) {
		struct looked key = { .exe = policy->rules[i].exe };
		struct looked **found = tfind(&key, &cache, compare_looked);
		bool first = key.exe && !found;

		if (first)
			found = tsearch(look(linter, i), &cache,
					compare_looked);
		if (key.exe && !found)
			die_errno("memory");
		if (key.exe)
			lint_program(linter, i, *found, first);
		if (first)
			lint_library(linter, i);
	}
	tdestroy(cache, free_looked);
}
