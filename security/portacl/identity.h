/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the identity of a program.
 */
#ifndef _SECURITY_PORTACL_IDENTITY_H
#define _SECURITY_PORTACL_IDENTITY_H

#include <linux/binfmts.h>
#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/lsm_hooks.h>
#include <linux/sched/signal.h>

#include "types.h"

/* Flags of struct portacl_cred. */
#define PORTACL_CRED_ROOT_EXEC BIT(0)	/* executed by real uid 0 */
#define PORTACL_CRED_PROTECTED BIT(1)	/* listed when it was executed */

/**
 * struct portacl_cred - the identity of a program, in each of its creds
 * @exe: keyed hash of the executable's path, 0: none
 * @launcher: the @exe of the program that ran before the exec, if real uid 0
 *	had executed that program and it had no taint, else 0
 * @taint: bits of enum portacl_taint, fixed at exec
 * @flags: PORTACL_CRED_*
 *
 * Plain data: creds outlive processes, so nothing may be pinned here.
 */
struct portacl_cred {
	u64 exe;
	u64 launcher;
	u32 taint;
	u32 flags;
};

static_assert(sizeof(struct portacl_cred) == 24);
static_assert(PORTACL_NR_TAINTS <=
	      BITS_PER_BYTE * sizeof_field(struct portacl_cred, taint));

extern struct lsm_blob_sizes portacl_blob_sizes;

static inline struct portacl_cred *portacl_cred(const struct cred *cred)
{
	return cred->security + portacl_blob_sizes.lbs_cred;
}

/*
 * The policy has the ids of the initial user namespace, which maps each id to
 * itself.  from_kuid(&init_user_ns, uid) would return the same number after a
 * search of the map, which takes 40 instructions on each bind.
 */
static inline u32 portacl_uid(kuid_t uid)
{
	return __kuid_val(uid);
}

/**
 * portacl_identity_may_be_traced - check whether tracers must be looked for
 *
 * A tracer of one thread can write to the memory of all.
 *
 * Return: false if current is the only thread and is not traced.
 */
static inline bool portacl_identity_may_be_traced(void)
{
	return READ_ONCE(current->ptrace) || !thread_group_empty(current);
}

int portacl_identity_exec(struct linux_binprm *bprm, const struct file *file);
bool portacl_identity_protected(const struct portacl_cred *id);
void portacl_identity_request(struct portacl_request *req);
const char *portacl_identity_path(char *buf, size_t size, u64 exe,
				  bool *verified);

#endif /* _SECURITY_PORTACL_IDENTITY_H */
