// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that rules name.
 */
#include <search.h>

#include "lint/lint.h"
#include "lib/cleanup.h"
#include "policy/exe.h"
#include "system/launch.h"
#include "system/libraries.h"

/* Programs named in a note. */
#define MAX_SECURE 5

/* The faults of a program; many rules name the same one. */
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

static void lint_library(struct linter *linter, u32 index,
			 const struct looked *looked)
{
	const struct portacl_policy *policy = linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	/* The kernel sets AT_SECURE also if others can write the program. */
	u32 faults = looked->faults & ~BIT(PROGRAM_WRITABLE);
	autofree char *text = makes_secure(rule, faults) ?
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

/* For each program that is executed with AT_SECURE, one of its rules. */
static u32 *find_secure(const struct portacl_policy *policy, u32 *nr)
{
	autofree u32 *faults = programs_look(policy, false);
	u32 *found = xrealloc(NULL, policy->nr_rules + 1, sizeof(*found));
	const struct portacl_rule *rules = policy->rules;
	u32 i, n = 0;

	for (i = 0; i < policy->nr_rules; i++)
		if (makes_secure(&rules[i], faults[i]))
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
 */
void note_secure(const struct portacl_policy *policy, bool libraries)
{
	u32 i, nr;
	autofree u32 *found = find_secure(policy, &nr);
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
		print_err("note: if a user other than root executes %s, the loader ignores LD_LIBRARY_PATH and LD_PRELOAD, and there is no core dump (AT_SECURE, portacl(7)); accept=env on all rules for the program avoids that, and so does a `launcher' line for what starts it\n",
			  names.text);
	free(names.text);
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
			lint_library(linter, i, *found);
	}
	tdestroy(cache, free_looked);
}
