// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that rules name.
 */
#include <search.h>

#include "lint/lint.h"
#include "policy/exe.h"

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
	}
	tdestroy(cache, free_looked);
}
