// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: which executable is asking.
 *
 * Decided at exec and kept in the cred, for neither mm->exe_file nor a path
 * looked up at bind time can be trusted: an unprivileged process forges both.
 * See Documentation/security/portacl.rst for the attacks.
 */
#include "portacl.h"

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/init_task.h>
#include <linux/mm.h>
#include <linux/mnt_namespace.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/nsproxy.h>
#include <linux/personality.h>
#include <linux/proc_ns.h>
#include <linux/ptrace.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "identity.h"
#include "policy.h"
#include "state.h"

/* A rule can take these; with any other there is no identity at all. */
#define ACCEPTABLE (BIT(PORTACL_NR_ACCEPT) - 1)

static siphash_key_t path_key __ro_after_init;

struct lsm_blob_sizes portacl_blob_sizes __ro_after_init = {
	.lbs_cred = sizeof(struct portacl_cred),
};

/**
 * portacl_identity_init - choose the key of all path hashes
 *
 * Context: boot, before the first hash is made.
 */
void __init portacl_identity_init(void)
{
	get_random_bytes(&path_key, sizeof(path_key));
}

/**
 * portacl_hash_path - hash a path as that of a program is hashed at exec
 * @path: the path
 * @len: its length in bytes
 *
 * Context: any.
 * Return: the hash, never 0.
 */
u64 portacl_hash_path(const char *path, size_t len)
{
	return siphash(path, len, &path_key) ?: 1;
}

static bool is_writable(const struct path *path)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	/* The group bits are the mask of an access control list, if any. */
	return !inode || !uid_eq(inode->i_uid, GLOBAL_ROOT_UID) ||
	       (inode->i_mode & 0022);
}

/**
 * portacl_identity_writable - can others than root put a file at a path?
 * @path: the file
 *
 * A directory that is not root's or that others can write lets them rename
 * another file into the place, in any component, across mounts.
 *
 * Context: may sleep.
 * Return: whether the file or a directory above it is not root's alone.
 */
bool portacl_identity_writable(const struct path *path)
{
	struct path at = *path;
	bool writable;

	path_get(&at);
	do {
		struct dentry *parent;

		writable = is_writable(&at) || is_idmapped_mnt(at.mnt);
		while (at.dentry == at.mnt->mnt_root)
			if (!follow_up(&at))
				break;
		if (at.dentry == at.mnt->mnt_root)
			break;
		parent = dget_parent(at.dentry);
		dput(at.dentry);
		at.dentry = parent;
	} while (!writable);
	path_put(&at);
	return writable;
}

static bool in_own_mounts(void)
{
	struct ns_common *ns = from_mnt_ns(current->nsproxy->mnt_ns);

	return ns->ops->owner(ns) == &init_user_ns;
}

/* The root dentry, not the mount: sandboxed services have their own mounts. */
static bool in_host_root(void)
{
	struct path mine, host;
	bool same;

	get_fs_root(current->fs, &mine);
	get_fs_root(&init_fs, &host);
	same = mine.dentry == host.dentry;
	path_put(&host);
	path_put(&mine);
	return same;
}

/* The kernel's own threads share theirs with the first process, no others. */
static bool is_shared(const struct linux_binprm *bprm)
{
	return (bprm->unsafe & LSM_UNSAFE_SHARE) && !is_global_init(current);
}

static u32 find_taint(const struct linux_binprm *bprm, const struct file *file,
		      bool root)
{
	u32 taint = 0;

	/* A foreign or nosuid mount vouches for nothing, as for setuid. */
	if (bprm->cred->user_ns != &init_user_ns || !in_own_mounts() ||
	    !mnt_may_suid(file->f_path.mnt))
		taint |= BIT(PORTACL_TAINT_NAMESPACE);
	if (file->f_path.mnt->mnt_flags & MNT_NOSUID)
		taint |= BIT(PORTACL_TAINT_NOSUID);
	if (!in_host_root())
		taint |= BIT(PORTACL_TAINT_CHROOT);
	if (d_unlinked(file->f_path.dentry))
		taint |= BIT(PORTACL_TAINT_DELETED);
	if (is_idmapped_mnt(file->f_path.mnt))
		taint |= BIT(PORTACL_TAINT_IDMAPPED);
	if (!ptracer_capable(current, &init_user_ns))
		taint |= BIT(PORTACL_TAINT_TRACED);
	if (is_shared(bprm))
		taint |= BIT(PORTACL_TAINT_SHARED);
	if ((bprm->unsafe & LSM_UNSAFE_NO_NEW_PRIVS) && !root)
		taint |= BIT(PORTACL_TAINT_NNP);
	if (portacl_identity_writable(&file->f_path))
		taint |= BIT(PORTACL_TAINT_WRITABLE);
	return taint;
}

/* The hash stays 0 if the file has no absolute path. */
static int hash_file(const struct file *file, u64 *hash)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	char *path;

	if (!buf)
		return -ENOMEM;
	path = d_absolute_path(&file->f_path, buf, PATH_MAX);
	if (!IS_ERR(path))
		*hash = portacl_hash_path(path, strlen(path));
	kfree(buf);
	return 0;
}

static bool is_listed_strictly(u64 exe)
{
	bool strict;

	rcu_read_lock();
	strict = portacl_policy_strict(rcu_dereference(portacl_active), exe);
	rcu_read_unlock();
	return strict;
}

static bool is_launcher(u64 exe)
{
	bool launcher;

	rcu_read_lock();
	launcher = portacl_policy_launcher(rcu_dereference(portacl_active),
					   exe);
	rcu_read_unlock();
	return launcher;
}

/* Is it what root executed, in a way that nobody else had a hand in? */
static bool is_roots_own(const struct portacl_cred *id)
{
	return (id->flags & PORTACL_CRED_ROOT_EXEC) && !id->taint;
}

/*
 * Whether the policy calls it a launcher is asked when that matters, for it
 * may be loaded later.  Who traces it, shares its directories or made the root
 * or the mounts that it went into, might have launched something else in its
 * name.
 */
static u64 find_launcher(const struct portacl_cred *old, u32 taint)
{
	const u32 doubt = BIT(PORTACL_TAINT_TRACED) |
			  BIT(PORTACL_TAINT_SHARED) |
			  BIT(PORTACL_TAINT_CHROOT) | BIT(PORTACL_TAINT_NOPATH);

	return is_roots_own(old) && !(taint & doubt) && in_own_mounts() ?
		       old->exe : 0;
}

/* What the kernel does for a file with capabilities; see fs/exec.c. */
static void protect(struct linux_binprm *bprm, struct portacl_cred *id,
		    bool root)
{
	id->flags |= PORTACL_CRED_PROTECTED;
	if (root || is_launcher(id->launcher))
		return;
	bprm->secureexec = 1;
	bprm->interp_flags |= BINPRM_FLAGS_ENFORCE_NONDUMP;
	bprm->per_clear |= PER_CLEAR_ON_SETID;
}

/**
 * portacl_identity_exec - decide the identity of a program at exec
 * @bprm: the exec, whose cred is written
 * @file: the file that the credentials come from, which is not bprm->file for
 *	an interpreter with credentials of binfmt_misc
 *
 * Every program gets one, so that a policy loaded later knows it.
 *
 * Context: may sleep; before the point of no return.
 * Return: 0, or -ENOMEM: a program without its name would escape a denial.
 */
int portacl_identity_exec(struct linux_binprm *bprm, const struct file *file)
{
	const struct portacl_cred *old = portacl_cred(current_cred());
	struct portacl_cred *id = portacl_cred(bprm->cred);
	bool root = uid_eq(bprm->cred->uid, GLOBAL_ROOT_UID);
	int err;

	*id = (struct portacl_cred) { };
	err = hash_file(file, &id->exe);
	if (err)
		return err;
	id->taint = id->exe ? find_taint(bprm, file, root) :
			      BIT(PORTACL_TAINT_NOPATH);
	id->launcher = find_launcher(old, id->taint);
	if (!(id->taint & ~ACCEPTABLE) && is_listed_strictly(id->exe))
		protect(bprm, id, root);
	if (!bprm->secureexec && !root)
		id->taint |= BIT(PORTACL_TAINT_ENV);
	if (root)
		id->flags |= PORTACL_CRED_ROOT_EXEC;
	return 0;
}

/**
 * portacl_identity_protected - must a program be kept from being traced?
 * @id: its identity
 *
 * One that was executed before the rule existed is protected from the load on,
 * if the rule can match it.  So is a launcher, which between its change of uid
 * and its exec is a process of that user.
 *
 * Context: any.
 * Return: whether it must.
 */
bool portacl_identity_protected(const struct portacl_cred *id)
{
	u32 taint = id->taint;

	if (id->flags & PORTACL_CRED_PROTECTED)
		return true;
	if (is_roots_own(id) && is_launcher(id->exe))
		return true;
	if (is_launcher(id->launcher))
		taint &= ~PORTACL_LAUNCH_TAINTS;
	return !(taint & (~ACCEPTABLE | BIT(PORTACL_TAINT_ENV))) &&
	       is_listed_strictly(id->exe);
}

/* By somebody who attached before the rule existed. */
static bool is_traced(void)
{
	struct task_struct *task;
	bool traced = false;

	rcu_read_lock();
	for_each_thread(current, task)
		if (READ_ONCE(task->ptrace) &&
		    !ptracer_capable(task, &init_user_ns))
			traced = true;
	rcu_read_unlock();
	return traced;
}

/**
 * portacl_identity_request - note in a request who is asking
 * @req: the request; refers to current's credentials afterwards
 *
 * Context: any.
 */
void portacl_identity_request(struct portacl_request *req)
{
	const struct cred *cred = current_cred();
	const struct portacl_cred *id = portacl_cred(cred);

	static_assert(sizeof(kgid_t) == sizeof(*req->groups));
	req->exe = id->exe;
	req->launcher = id->launcher;
	req->taint = id->taint;
	if (cred->user_ns != &init_user_ns)
		req->taint |= BIT(PORTACL_TAINT_NAMESPACE);
	if (portacl_identity_may_be_traced() && is_traced())
		req->taint |= BIT(PORTACL_TAINT_TRACED);
	req->launch_root = id->flags & PORTACL_CRED_ROOT_EXEC;
	req->uid = __kuid_val(cred->euid);
	req->gid = __kgid_val(cred->egid);
	req->groups = (const u32 *)cred->group_info->gid;
	req->nr_groups = cred->group_info->ngroups;
}

/**
 * portacl_identity_path - the path of current's executable, to show it
 * @buf: where it may be stored
 * @size: size of @buf in bytes
 * @exe: hash of the path that current was executed by
 * @verified: set to whether the path is that one; mm->exe_file can be forged
 *
 * Context: any.
 * Return: the path, or NULL if there is none.
 */
const char *portacl_identity_path(char *buf, size_t size, u64 exe,
				  bool *verified)
{
	struct file *file = current->mm ? get_mm_exe_file(current->mm) : NULL;
	char *path;

	*verified = false;
	if (!file)
		return NULL;
	path = d_absolute_path(&file->f_path, buf, size);
	if (IS_ERR(path))
		path = d_path(&file->f_path, buf, size);
	else
		*verified = portacl_hash_path(path, strlen(path)) == exe;
	fput(file);
	return IS_ERR(path) ? NULL : path;
}
