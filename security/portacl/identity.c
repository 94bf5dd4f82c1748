// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the identity of a program.
 *
 * The identity is decided at exec and kept in the cred.  Neither mm->exe_file
 * nor a path that is looked up at bind time can be trusted: an unprivileged
 * process can forge both.  Documentation/security/portacl.rst has the attacks.
 */
#include "portacl.h"

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/init_task.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mnt_namespace.h>
#include <linux/mount.h>
#include <linux/nsproxy.h>
#include <linux/personality.h>
#include <linux/proc_ns.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "identity.h"
#include "path.h"
#include "policy.h"
#include "state.h"

/* The taints that accept= can name.  No rule matches with any other taint. */
#define ACCEPTABLE (BIT(PORTACL_NR_ACCEPT) - 1)

struct lsm_blob_sizes portacl_blob_sizes __ro_after_init = {
	.lbs_cred = sizeof(struct portacl_cred),
};

/* Does the initial user namespace own current's mount namespace? */
static bool in_host_mounts(void)
{
	struct ns_common *ns = from_mnt_ns(current->nsproxy->mnt_ns);

	return ns->ops->owner(ns) == &init_user_ns;
}

/*
 * A sandboxed service has its own mounts, so its root directory is the host's
 * in another mount.  That may also be true of a jail, but the path of a jail's
 * root directory is not "/".
 */
static bool in_host_root(void)
{
	struct path mine, host;
	char top[sizeof("/")];
	bool same;

	get_fs_root(current->fs, &mine);
	get_fs_root(&init_fs, &host);
	same = mine.dentry == host.dentry &&
	       (mine.mnt == host.mnt ||
		!IS_ERR(d_absolute_path(&mine, top, sizeof(top))));
	path_put(&host);
	path_put(&mine);
	return same;
}

/* The init process shares its fs_struct with kernel threads, not with users. */
static bool is_shared(const struct linux_binprm *bprm)
{
	return (bprm->unsafe & LSM_UNSAFE_SHARE) && !is_global_init(current);
}

/*
 * Does a process without CAP_SYS_PTRACE trace a thread of current?  At an
 * exec the other threads still run in the same memory.
 */
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

static u32 find_taint(const struct linux_binprm *bprm, const struct file *file,
		      bool root)
{
	u32 taint = portacl_path_taint(&file->f_path);

	/* systemd keeps its executor open, also while /usr is mounted over. */
	if (root)
		taint &= ~BIT(PORTACL_TAINT_DELETED);
	/* As for setuid programs, a foreign or nosuid mount is not trusted. */
	if (bprm->cred->user_ns != &init_user_ns || !in_host_mounts() ||
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
	if (is_traced())
		taint |= BIT(PORTACL_TAINT_TRACED);
	if (is_shared(bprm))
		taint |= BIT(PORTACL_TAINT_SHARED);
	if ((bprm->unsafe & LSM_UNSAFE_NO_NEW_PRIVS) && !root)
		taint |= BIT(PORTACL_TAINT_NNP);
	return taint;
}

/*
 * The hash stays 0 if the file has no absolute path.  Few paths are long, and a
 * kernel may zero all that it allocates, at each exec.
 */
static int hash_file(const struct file *file, u64 *hash)
{
	char few[256], *many = NULL;
	char *path = d_absolute_path(&file->f_path, few, sizeof(few));

	if (path == ERR_PTR(-ENAMETOOLONG)) {
		many = kmalloc(PATH_MAX, GFP_KERNEL);
		if (!many)
			return -ENOMEM;
		path = d_absolute_path(&file->f_path, many, PATH_MAX);
	}
	if (!IS_ERR(path))
		*hash = portacl_hash_path(path, strlen(path));
	kfree(many);
	return 0;
}

static bool is_listed_strictly(u64 exe)
{
	bool strict;

	rcu_read_lock();
	strict = portacl_policy_protects(rcu_dereference(portacl_active), exe);
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

/* Executed by real uid 0, and untainted? */
static bool is_roots_own(const struct portacl_cred *id)
{
	return (id->flags & PORTACL_CRED_ROOT_EXEC) && !id->taint;
}

/*
 * Return the hash of the program that ran before this exec, if it may count as
 * a launcher.  The policy is not asked, because it may be loaded later.
 *
 * A user who traces the launcher, shares its fs_struct, or owns the root or the
 * mounts that it is in can make it launch another program.
 */
static u64 find_launcher(const struct portacl_cred *old, u32 taint)
{
	const u32 doubt = BIT(PORTACL_TAINT_TRACED) |
			  BIT(PORTACL_TAINT_SHARED) |
			  BIT(PORTACL_TAINT_CHROOT) | BIT(PORTACL_TAINT_NOPATH);

	return is_roots_own(old) && !(taint & doubt) && in_host_mounts() ?
		       old->exe : 0;
}

/* Do what the kernel does for a file with capabilities; see fs/exec.c. */
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
 * portacl_identity_exec - decide the identity of a program
 * @bprm: the exec; its new cred is written
 * @file: the file that the credentials come from.  It differs from bprm->file
 *	if binfmt_misc runs an interpreter with the credentials of the program.
 *
 * Every program gets an identity, so that a policy loaded later can match it.
 *
 * Context: exec, before the point of no return; may sleep.
 * Return: 0, or -ENOMEM: a deny rule would not match a program without a path.
 */
int portacl_identity_exec(struct linux_binprm *bprm, const struct file *file)
{
	const struct portacl_cred *old = portacl_cred(current_cred());
	struct portacl_cred *id = portacl_cred(bprm->cred);
	bool root = uid_eq(bprm->cred->uid, GLOBAL_ROOT_UID);
	int err;

	might_sleep();
	*id = (struct portacl_cred) { };
	err = hash_file(file, &id->exe);
	if (err)
		return err;
	id->taint = id->exe ? find_taint(bprm, file, root) :
			      BIT(PORTACL_TAINT_NOPATH);
	id->launcher = find_launcher(old, id->taint);
	if (!(id->taint & ~ACCEPTABLE) && is_listed_strictly(id->exe))
		protect(bprm, id, root);
	/* Others set secureexec, too, for programs that can be traced. */
	if (!root &&
	    !(bprm->secureexec && (id->flags & PORTACL_CRED_PROTECTED)))
		id->taint |= BIT(PORTACL_TAINT_ENV);
	if (root)
		id->flags |= PORTACL_CRED_ROOT_EXEC;
	return 0;
}

/**
 * portacl_identity_protected - check whether ptrace access must be refused
 * @id: the identity of the program that would be accessed
 *
 * Protected are a program that a rule named when it was executed, a program
 * executed before that if a rule can match it now, and a launcher: between its
 * change of uid and its exec it is a process of that user.
 *
 * Context: any; the creds that hold @id must stay.
 * Return: true if only CAP_SYS_PTRACE may access it.
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

/**
 * portacl_identity_request - fill in the caller's identity
 * @req: the request; it refers to current's credentials afterwards
 *
 * kuids and kgids become numbers here and in portacl_uid(), see there.
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
	req->uid = portacl_uid(cred->euid);
	req->gid = __kgid_val(cred->egid);
	req->groups = (const u32 *)cred->group_info->gid;
	req->nr_groups = cred->group_info->ngroups;
}

/**
 * portacl_identity_path - look up the path of current's executable, to show it
 * @buf: where it may be stored
 * @size: size of @buf in bytes
 * @exe: hash of the path that current was executed by
 * @verified: set to whether the path has that hash; mm->exe_file can be forged
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
