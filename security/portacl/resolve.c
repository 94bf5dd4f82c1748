// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: do the programs that a policy names exist as named?
 *
 * A rule for a path that no program can have at exec, or for one that others
 * can replace, would silently do nothing: the loader is told.
 */
#include "portacl.h"

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kernel.h>
#include <linux/namei.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "identity.h"
#include "resolve.h"

/* The most warnings for one policy. */
#define MAX_WARNINGS 50

static void add_alias(struct portacl_policy *policy, u64 exe, const char *path)
{
	if (policy->nr_aliases == PORTACL_MAX_ALIASES)
		return;
	policy->aliases[policy->nr_aliases++] = (struct portacl_alias) {
		.exe = exe,
		.target = portacl_hash_path(path, strlen(path)),
	};
}

/**
 * portacl_resolve_path - the path that a program would have at exec
 * @name: its name as current sees it
 * @buf: PATH_MAX bytes
 *
 * Context: may sleep.
 * Return: the path, or NULL if there is no such file.
 */
const char *portacl_resolve_path(const char *name, char *buf)
{
	struct path path;
	char *real;

	if (kern_path(name, LOOKUP_FOLLOW, &path))
		return NULL;
	real = d_absolute_path(&path, buf, PATH_MAX);
	path_put(&path);
	return IS_ERR(real) ? NULL : real;
}

/*
 * What is wrong with a program's path, or NULL.  If it is the name of another
 * one, that is @target, in @buf.
 */
static const char *find_fault(const char *exe, bool unwritable, char *buf,
			      const char **target)
{
	const char *fault = NULL;
	struct path path;
	char *real;

	*target = "";
	if (kern_path(exe, LOOKUP_FOLLOW, &path))
		return "does not exist";
	real = d_absolute_path(&path, buf, PATH_MAX);
	if (!IS_ERR(real) && strcmp(real, exe)) {
		fault = "is not canonical: it resolves to ";
		*target = real;
	} else if (!uid_eq(d_backing_inode(path.dentry)->i_uid,
			   GLOBAL_ROOT_UID)) {
		fault = "is not owned by root";
	} else if (unwritable && portacl_identity_writable(&path)) {
		fault = "can be written or replaced by others than root";
	}
	path_put(&path);
	return fault;
}

/* Warns about one program; returns whether there was reason to. */
static bool check(struct portacl_policy *policy, u32 entry, char *buf)
{
	u32 index = entry & PORTACL_EXE_RULE;
	const struct portacl_rule *rule = &policy->rules[index];
	const char *exe = policy->strings + rule->exe_text, *target;
	const char *fault = find_fault(exe, entry & PORTACL_UNWRITABLE, buf,
				       &target);

	if (*target)
		add_alias(policy, rule->exe, target);
	if (fault)
		pr_warn("rule %u: exe=%*pE %s%*pE\n", index + 1,
			(int)strlen(exe), exe, fault, (int)strlen(target),
			target);
	return fault;
}

static void check_launchers(const struct portacl_policy *policy, char *buf)
{
	const char *exe, *fault, *target;
	u32 i;

	for (i = 0; i < policy->nr_launchers; i++) {
		exe = policy->strings + policy->launchers[i].text;
		fault = find_fault(exe, true, buf, &target);
		if (fault)
			pr_warn("launcher %*pE %s%*pE\n", (int)strlen(exe),
				exe, fault, (int)strlen(target), target);
	}
}

/**
 * portacl_resolve - look at the programs that a policy names
 * @policy: the policy, not yet in force; its aliases are written
 *
 * Enough is said after so many warnings: the rest is not looked at.
 *
 * Context: may sleep; looks paths up as current sees them.
 */
void portacl_resolve(struct portacl_policy *policy)
{
	char *buf;
	u32 i, faults = 0;

	/* Before init there is nowhere to look. */
	if (system_state < SYSTEM_RUNNING ||
	    (!policy->nr_exes && !policy->nr_launchers))
		return;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (buf)
		check_launchers(policy, buf);
	for (i = 0; buf && i < policy->nr_exes; i++) {
		if (faults == MAX_WARNINGS || fatal_signal_pending(current))
			break;
		faults += check(policy, policy->exes[i], buf);
		cond_resched();
	}
	if (faults == MAX_WARNINGS)
		pr_warn("no more warnings about the programs of this policy\n");
	kfree(buf);
}
