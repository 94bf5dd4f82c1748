// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that rules name.
 */
#include "lint/linter.h"
#include "lib/cleanup.h"
#include "policy/exe.h"
#include "system/launch.h"
#include "system/libraries.h"

/* Programs named in a note. */
#define MAX_SECURE 5

/* For further rules of a program, report only faults that break them. */
static void lint_program(struct linter *linter, u32 index, u32 faults,
			 bool first)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const char *path = policy->strings + rule->exe_text;
	struct program program;
	u32 i;

	if (!(first ? faults : program_is_dead(rule, faults)))
		return;
	program_look(&program, path, true);
	for (i = 0; i < PROGRAM_NR_FAULTS; i++) {
		u32 fault = program.faults & faults & BIT(i);
		bool dead = program_is_dead(rule, fault);
		autofree char *text = fault && (dead || first) ?
			program_fault_text(&program, path, i) : NULL;

		if (text)
			report(linter, index, program_fault_id(i), "%s%s", text,
			       dead ? ": the rule matches nobody" : "");
	}
}

/*
 * A program with such a rule is executed with AT_SECURE by every user but root,
 * unless a declared launcher executes it.
 */
static bool makes_secure(const struct portacl_rule *rule, u32 faults)
{
	return rule->exe && (rule->flags & PORTACL_RULE_ALLOW) &&
	       !(rule->accept & BIT(PORTACL_TAINT_ENV)) &&
	       !program_is_dead(rule, faults);
}

/**
 * library_text - find out why a program does not start with AT_SECURE
 * @policy: the policy, whose launchers count
 * @path: the program
 *
 * Return: the reason, for free(), or NULL.
 */
char *library_text(const struct portacl_policy *policy, const char *path)
{
	autofree char *library = missing_library(path);

	if (!library || launch_is_declared(policy, path))
		return NULL;
	return xasprintf("%s needs %s, which is in no default directory; a rule with exe= makes the loader ignore LD_LIBRARY_PATH and $ORIGIN for every user but root: the rule has to accept=env, or a `launcher' line has to name what starts the program",
			 path, library);
}

static void lint_library(struct linter *linter, u32 index, u32 faults)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	/* The kernel sets AT_SECURE also if others can write the program. */
	autofree char *text = makes_secure(rule, faults & ~BIT(PROGRAM_WRITABLE)) ?
		library_text(policy, policy->strings + rule->exe_text) : NULL;

	if (text)
		report(linter, index, "exe-library", "%s", text);
}

static int compare_exes(const void *a, const void *b, void *priv)
{
	const struct portacl_rule *rules = priv;
	u64 x = rules[*(const u32 *)a].exe, y = rules[*(const u32 *)b].exe;

	return x < y ? -1 : x > y;
}

/* For each program, or for @exe, that is executed with AT_SECURE, a rule. */
static u32 *find_secure(const struct portacl_policy *policy, u64 exe, u32 *nr)
{
	autofree u32 *faults = programs_look(policy, false);
	u32 *found = xrealloc(NULL, policy->nr_rules + 1, sizeof(*found));
	const struct portacl_rule *rules = policy->rules;
	u32 i, n = 0;

	for (i = 0; i < policy->nr_rules; i++)
		if ((!exe || exe == rules[i].exe) &&
		    makes_secure(&rules[i], faults[i]))
			found[n++] = i;
	qsort_r(found, n, sizeof(*found), compare_exes, (void *)rules);
	for (i = *nr = 0; i < n; i++)
		if (!i || rules[found[i]].exe != rules[found[i - 1]].exe)
			found[(*nr)++] = found[i];
	return found;
}

/**
 * note_secure - say which programs run otherwise because a rule names them
 * @policy: the policy
 * @libraries: warn also of those that will not find a library
 * @exe: hash of the program to say it of, 0: of all
 */
void note_secure(const struct portacl_policy *policy, bool libraries, u64 exe)
{
	u32 i, nr;
	autofree u32 *found = find_secure(policy, exe, &nr);
	struct buf names = { 0 };

	for (i = 0; i < nr; i++) {
		const char *path = policy->strings +
				   policy->rules[found[i]].exe_text;
		autofree char *text = libraries ? library_text(policy, path) :
						  NULL;

		if (text)
			print_err("warning: %s\n", text);
		if (i < MAX_SECURE)
			buf_printf(&names, "%s%s", i ? ", " : "", path);
	}
	if (nr > MAX_SECURE)
		buf_printf(&names, " and %u more", nr - MAX_SECURE);
	if (nr)
		print_err("note: if a user other than root executes %s%s, the loader ignores LD_LIBRARY_PATH and LD_PRELOAD, and there is no core dump (AT_SECURE, portacl(7)); accept=env on all rules for the program avoids that, and so does a `launcher' line for what starts it\n",
			  nr > 1 ? "one of " : "", names.text);
	free(names.text);
}

void lint_programs(struct linter *linter)
{
	const struct portacl_policy *policy = linter->policy;
	autofree u32 *found = programs_look(policy, true);
	u32 i;

	for (i = 0; i < policy->nr_rules; i++) {
		u32 faults = found[i] & ~(PROGRAM_FIRST | linter->ignored);
		bool first = found[i] & PROGRAM_FIRST;

		lint_program(linter, i, faults, first);
		if (first)
			lint_library(linter, i, faults);
	}
}
