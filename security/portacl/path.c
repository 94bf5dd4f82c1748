// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the paths of executables: their hash, who can replace what they
 * lead to, and warnings about the paths that a policy names.
 */
#include "portacl.h"

#include <linux/bits.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "parse.h"
#include "path.h"

/* The most warnings for one policy. */
#define MAX_WARNINGS 50

static siphash_key_t hash_key __ro_after_init;

/**
 * portacl_path_init - choose the key of all path hashes
 *
 * Context: boot, before the first hash is made.
 */
void __init portacl_path_init(void)
{
	get_random_bytes(&hash_key, sizeof(hash_key));
}

/**
 * portacl_hash_path - hash the path of an executable
 * @path: the path
 * @len: its length in bytes
 *
 * The key is secret, so nobody can construct a path with the hash of another.
 *
 * Context: any.
 * Return: the hash, never 0.
 */
u64 portacl_hash_path(const char *path, size_t len)
{
	return siphash(path, len, &hash_key) ?: 1;
}

const struct portacl_parse_ops portacl_kernel_ops = {
	.hash = portacl_hash_path,
};

/* Can a user other than root write to it, or rename another file into it? */
static bool is_writable(const struct path *path)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	/* If the file has an ACL, the group bits are its mask. */
	return !inode || !uid_eq(inode->i_uid, GLOBAL_ROOT_UID) ||
	       (inode->i_mode & 0022) || is_idmapped_mnt(path->mnt);
}

/*
 * Has something been mounted over it?  A mount over the root directory of this
 * process hides nothing from it: its path lookups start under that mount.
 */
static bool is_mounted_over(const struct path *path)
{
	struct path root;
	bool over;

	if (likely(!path_is_mountpoint(path)))
		return false;
	get_fs_root(current->fs, &root);
	over = !path_equal(path, &root);
	path_put(&root);
	return over;
}

/* Go to the parent directory, across mounts.  Return false at the top. */
static bool go_up(struct path *at)
{
	struct dentry *parent;

	while (at->dentry == at->mnt->mnt_root)
		if (!follow_up(at))
			return false;
	parent = dget_parent(at->dentry);
	dput(at->dentry);
	at->dentry = parent;
	return true;
}

/**
 * portacl_path_taint - check who controls what a path leads to
 * @path: the file
 *
 * Looks at the file and at each directory above it, across mounts.  In a
 * directory that others can write, they can rename another file into the path.
 * If something has been mounted over the file or over a directory, the path
 * leads to another file now: this one was reached by a descriptor or a working
 * directory from before the mount.
 *
 * Context: may sleep.
 * Return: bits of PORTACL_TAINT_WRITABLE and PORTACL_TAINT_DELETED.
 */
u32 portacl_path_taint(const struct path *path)
{
	struct path at = *path;
	u32 taint = 0;

	might_sleep();
	path_get(&at);
	do {
		if (is_writable(&at))
			taint |= BIT(PORTACL_TAINT_WRITABLE);
		if (is_mounted_over(&at))
			taint |= BIT(PORTACL_TAINT_DELETED);
	} while (go_up(&at));
	path_put(&at);
	return taint;
}

/**
 * portacl_path_resolve - find the path that a program would have at exec
 * @name: its name as current sees it
 * @buf: PATH_MAX bytes
 *
 * Context: may sleep.
 * Return: the path, or NULL if there is no such file.
 */
const char *portacl_path_resolve(const char *name, char *buf)
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
 * Return what is wrong with the path of a program, or NULL.  If it resolves to
 * another path, that is @target, in @buf; else @target is empty.
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
	} else if (unwritable &&
		   (portacl_path_taint(&path) & BIT(PORTACL_TAINT_WRITABLE))) {
		fault = "can be written or replaced by others than root";
	}
	path_put(&path);
	return fault;
}

static void add_alias(struct portacl_policy *policy, u64 exe, const char *path)
{
	u32 nr = policy->nr_aliases;

	if (nr == PORTACL_MAX_ALIASES)
		return;
	policy->aliases[nr] = (struct portacl_alias) {
		.exe = exe,
		.target = portacl_hash_path(path, strlen(path)),
	};
	/* Binds may read them already; pairs with is_alias(). */
	smp_store_release(&policy->nr_aliases, nr + 1);
}

/* Warn about the program of an entry in policy->exes; return whether it did. */
static bool check_exe(struct portacl_policy *policy, u32 entry, char *buf)
{
	u32 index = entry & PORTACL_EXE_RULE;
	const struct portacl_rule *rule = &policy->rules[index];
	const char *exe = policy->strings + rule->exe_text, *target;
	const char *fault = find_fault(exe, entry & PORTACL_EXE_UNWRITABLE, buf,
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
 * portacl_path_check - check the programs that a policy names
 * @policy: the policy, of which the caller holds a reference; its aliases are
 *	written
 *
 * A rule never matches if no program can have its path at exec, or if others
 * can replace the program.  Warn of that in the log, instead of leaving the
 * rule without effect silently.  Stop after MAX_WARNINGS programs.
 *
 * Context: may sleep, for ever if a file system does not answer; looks paths up
 * as current sees them.
 */
void portacl_path_check(struct portacl_policy *policy)
{
	char *buf;
	u32 i, faults = 0;

	might_sleep();
	/* No root file system is mounted before init runs. */
	if (system_state < SYSTEM_RUNNING ||
	    (!policy->nr_exes && !policy->nr_launchers))
		return;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return;
	check_launchers(policy, buf);
	for (i = 0; i < policy->nr_exes; i++) {
		if (faults == MAX_WARNINGS || fatal_signal_pending(current))
			break;
		faults += check_exe(policy, policy->exes[i], buf);
		cond_resched();
	}
	if (faults == MAX_WARNINGS)
		pr_warn("no more warnings about the programs of this policy\n");
	kfree(buf);
}
