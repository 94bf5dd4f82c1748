// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the active policy and the mode.
 *
 * Writers take one mutex.  Readers take no lock: the policy is protected by
 * RCU, and the rest of what `status` shows by a seqlock.
 */
#include "portacl.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>

#include <crypto/sha2.h>

#include "draft.h"
#include "lex.h"
#include "parse.h"
#include "path.h"
#include "policy.h"
#include "print.h"
#include "state.h"
#include "stats.h"

const char *const portacl_modes[PORTACL_NR_MODES] = {
	[PORTACL_ENFORCE] = "enforce",
	[PORTACL_PERMISSIVE] = "permissive",
	[PORTACL_LEARN] = "learn",
};

struct portacl_policy __rcu *portacl_active;
enum portacl_mode portacl_mode __read_mostly;
unsigned long portacl_ports[BITS_TO_LONGS(PORTACL_NR_PORTS)];
DECLARE_WAIT_QUEUE_HEAD(portacl_changed);

/* Serializes the writers of all variables above and below. */
DEFINE_MUTEX(portacl_writers);

/*
 * The variables below are written under both locks.  A writer may read them
 * under the mutex alone.  Single fields may be read without a lock.
 */
static DEFINE_SEQLOCK(status_lock);
static struct portacl_error last_error;
static bool locked;
static int event;

static void begin_change(void)
	__acquires(&status_lock)
{
	lockdep_assert_held(&portacl_writers);
	write_seqlock(&status_lock);
}

static void end_change(void)
	__releases(&status_lock)
{
	WRITE_ONCE(event, event + 1);
	write_sequnlock(&status_lock);
	wake_up_interruptible_all(&portacl_changed);
}

static struct portacl_policy *active(void)
{
	return rcu_dereference_protected(portacl_active,
					 lockdep_is_held(&portacl_writers));
}

/* With @add, the ports that are already set remain. */
static void set_ports(const struct portacl_policy *policy, bool add)
{
	size_t i;

	lockdep_assert_held(&portacl_writers);
	for (i = 0; i < ARRAY_SIZE(portacl_ports); i++) {
		unsigned long word = policy->ports[i];

		if (add)
			word |= portacl_ports[i];
		if (portacl_mode == PORTACL_LEARN)
			word = ~0UL;
		WRITE_ONCE(portacl_ports[i], word);
	}
}

static void release_policy(struct kref *refs)
{
	struct portacl_policy *policy =
		container_of(refs, struct portacl_policy, refs);

	portacl_stats_free(policy->stats);
	portacl_policy_free(policy);
}

/**
 * portacl_policy_get - take a reference to the active policy
 *
 * Context: any.
 * Return: the policy, for portacl_policy_put().
 */
struct portacl_policy *portacl_policy_get(void)
{
	struct portacl_policy *policy;

	/* The active policy's own reference outlives its readers: retire(). */
	rcu_read_lock();
	policy = rcu_dereference(portacl_active);
	kref_get(&policy->refs);
	rcu_read_unlock();
	return policy;
}

/**
 * portacl_policy_put - drop a reference
 * @policy: the policy or NULL
 *
 * Context: may sleep.
 */
void portacl_policy_put(struct portacl_policy *policy)
{
	might_sleep();
	if (policy)
		kref_put(&policy->refs, release_policy);
}

/*
 * The digest is that of the text that `policy` shows.  That text must load
 * again, so no line may be longer than the parser accepts.
 */
static int digest(struct portacl_policy *policy)
{
	char *line = kvmalloc(PORTACL_MAX_LINE, GFP_KERNEL);
	struct sha256_ctx ctx;
	struct seq_buf s;
	u64 total = 0;
	int err = 0;
	u32 i;

	if (!line)
		return -ENOMEM;
	sha256_init(&ctx);
	seq_buf_init(&s, line, PORTACL_MAX_LINE);
	for (i = 0; i < portacl_print_steps(policy); i++) {
		seq_buf_clear(&s);
		portacl_print_step(&s, policy, i);
		if (seq_buf_has_overflowed(&s))
			break;
		sha256_update(&ctx, line, s.len);
		total += s.len;
		cond_resched();
	}
	sha256_final(&ctx, policy->digest);
	if (seq_buf_has_overflowed(&s))
		err = -E2BIG;
	else if (total > PORTACL_MAX_TEXT)
		err = -EFBIG;
	kvfree(line);
	return err;
}

static struct portacl_policy *make_policy(struct portacl_parser *p)
{
	struct portacl_policy *policy = portacl_policy_build(&p->draft);
	int err;

	if (IS_ERR(policy))
		return policy;
	policy->loader_uid = from_kuid(&init_user_ns, current_euid());
	policy->loader_pid = task_tgid_nr(current);
	policy->loaded = ktime_get_real_seconds();
	policy->stats = portacl_stats_alloc(policy->nr_rules);
	err = policy->stats ? digest(policy) : -ENOMEM;
	if (err) {
		portacl_policy_put(policy);
		return ERR_PTR(err);
	}
	return policy;
}

static int refuse(struct portacl_parser *p, int err)
{
	struct portacl_error *error = &p->error;
	const char *why = "out of memory";

	if (err == -ESTALE)
		why = "another generation is active";
	else if (err == -EPERM)
		why = "locked";
	else if (err == -E2BIG)
		why = "a line is too long in canonical form";
	else if (err == -EFBIG)
		why = "the policy is too large in canonical form";
	error->line = p->line;
	error->column = 1;
	error->len = 0;
	strscpy(error->reason, why, sizeof(error->reason));
	portacl_state_fail(error);
	return err;
}

/* May the text replace the active policy? */
static int check_load(const struct portacl_parser *p)
{
	const struct portacl_policy *old;

	lockdep_assert_held(&portacl_writers);
	old = active();
	if (locked)
		return -EPERM;
	if (p->has_generation && old && p->generation != old->generation)
		return -ESTALE;
	return 0;
}

static void retire_work(struct work_struct *work)
{
	portacl_policy_put(container_of(to_rcu_work(work),
					struct portacl_policy, retire));
}

/* Drop the active policy's own reference once no reader can see it any more. */
static void retire(struct portacl_policy *policy)
{
	INIT_RCU_WORK(&policy->retire, retire_work);
	queue_rcu_work(system_dfl_wq, &policy->retire);
}

/*
 * A bind tests the bit of its port, then reads the pointer.  The ports of both
 * policies are set while the pointer changes, so no bind misses a rule of the
 * policy that it would read.  If the bit of an old port is cleared already, the
 * bind is left to the kernel's own rule, as the new policy leaves it.
 */
static void publish(struct portacl_policy *policy)
{
	struct portacl_policy *old;

	lockdep_assert_held(&portacl_writers);
	old = active();
	if (old) {
		policy->generation = old->generation + 1;
		pr_info_ratelimited("policy %llu: %u rules, loaded by uid=%u pid=%d\n",
				    policy->generation, policy->nr_rules,
				    policy->loader_uid, policy->loader_pid);
	}
	set_ports(policy, true);
	begin_change();
	rcu_assign_pointer(portacl_active, policy);
	memset(&last_error, 0, sizeof(last_error));
	end_change();
	set_ports(policy, false);
	if (old)
		retire(old);
}

/**
 * portacl_state_load - put a parsed policy in force
 * @p: the policy; empty afterwards if this succeeds
 *
 * Context: may sleep.
 * Return: 0; -EPERM if locked, -ESTALE if @p asks for another generation than
 * the active one, -E2BIG, -EFBIG or -ENOMEM: then nothing changed, and status
 * says why.
 */
int portacl_state_load(struct portacl_parser *p)
{
	struct portacl_policy *policy;
	int err;

	/*
	 * Check early to avoid building a policy that would be rejected;
	 * checked again below under the lock.
	 */
	mutex_lock(&portacl_writers);
	err = check_load(p);
	mutex_unlock(&portacl_writers);
	policy = err ? ERR_PTR(err) : make_policy(p);
	if (IS_ERR(policy))
		return refuse(p, PTR_ERR(policy));
	mutex_lock(&portacl_writers);
	err = check_load(p);
	if (!err) {
		kref_get(&policy->refs);
		publish(policy);
	}
	mutex_unlock(&portacl_writers);
	/* Somebody may hold up a look-up for ever, so it comes last. */
	if (!err)
		portacl_path_check(policy);
	portacl_policy_put(policy);
	return err ? refuse(p, err) : 0;
}

/**
 * portacl_state_fail - store why a text was refused
 * @error: the reason
 *
 * Context: may sleep.
 */
void portacl_state_fail(const struct portacl_error *error)
{
	mutex_lock(&portacl_writers);
	begin_change();
	last_error = *error;
	end_change();
	mutex_unlock(&portacl_writers);
	pr_warn_ratelimited("policy refused: line %u, column %u: %s\n",
			    error->line, error->column, error->reason);
}

/**
 * portacl_state_set_mode - change the mode
 * @mode: the new one
 *
 * Context: may sleep.
 * Return: 0, or -EPERM if locked.
 */
int portacl_state_set_mode(enum portacl_mode mode)
{
	int err = 0;

	mutex_lock(&portacl_writers);
	if (locked) {
		err = -EPERM;
	} else if (mode != portacl_mode) {
		begin_change();
		WRITE_ONCE(portacl_mode, mode);
		end_change();
		set_ports(active(), false);
		pr_info("mode %s\n", portacl_modes[mode]);
	}
	mutex_unlock(&portacl_writers);
	return err;
}

/**
 * portacl_state_lock - allow no change of policy or mode until reboot
 *
 * Context: may sleep.
 */
void portacl_state_lock(void)
{
	mutex_lock(&portacl_writers);
	if (!locked) {
		begin_change();
		WRITE_ONCE(locked, true);
		end_change();
		pr_info("locked\n");
	}
	mutex_unlock(&portacl_writers);
}

/**
 * portacl_state_locked - check whether policy and mode are fixed until reboot
 *
 * Context: any.
 * Return: true if they are.
 */
bool portacl_state_locked(void)
{
	return READ_ONCE(locked);
}

/**
 * portacl_state_event - get the number of changes so far
 *
 * Context: any.
 * Return: a number that each change changes.
 */
int portacl_state_event(void)
{
	return READ_ONCE(event);
}

/**
 * struct status - a consistent copy of what `status` shows
 * @policy: the active policy, to be used under rcu_read_lock()
 * @error: why the last load failed
 * @mode: the mode
 * @event: number of changes so far
 * @locked: policy and mode are fixed until reboot
 */
struct status {
	const struct portacl_policy *policy;
	struct portacl_error error;
	enum portacl_mode mode;
	int event;
	bool locked;
};

static void read_status(struct status *status)
{
	unsigned int seq;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the policy may be freed");
	do {
		seq = read_seqbegin(&status_lock);
		*status = (struct status) {
			.policy = rcu_dereference(portacl_active),
			.error = last_error,
			.mode = portacl_mode,
			.event = event,
			.locked = locked,
		};
	} while (read_seqretry(&status_lock, seq));
}

static void show_error(struct seq_file *m, const struct portacl_error *error)
{
	if (!error->reason[0])
		seq_puts(m, "error none\n");
	else
		seq_printf(m, "error line %u, column %u: %s\n", error->line,
			   error->column, error->reason);
}

/* loader_pid is 0 only for the policy loaded during boot. */
static void show_loader(struct seq_file *m, const struct portacl_policy *policy)
{
	if (!policy->loader_pid) {
		seq_puts(m, "loaded boot\n");
		return;
	}
	seq_printf(m, "loaded uid=%u pid=%d time=%ptT", policy->loader_uid,
		   policy->loader_pid, &policy->loaded);
	seq_puts(m, "Z\n");
}

/**
 * portacl_state_show - print the lines of status
 * @m: where to
 * @digest: print the digest, which can confirm a guess at the policy
 *
 * Every user may read status, so this takes no lock.  A reader that is
 * preempted here only delays the release of an old policy, see retire().
 *
 * Context: any.
 */
void portacl_state_show(struct seq_file *m, bool digest)
{
	const struct portacl_policy *policy;
	struct status status;

	rcu_read_lock();
	read_status(&status);
	policy = status.policy;
	m->poll_event = status.event;
	seq_printf(m, "abi %u\nmode %s\ngeneration %llu\nrules %u\n",
		   PORTACL_ABI, portacl_modes[status.mode],
		   policy->generation, policy->nr_rules);
	seq_printf(m, "default %s\nlocked %d\n",
		   portacl_actions[policy->default_action], status.locked);
	if (digest)
		seq_printf(m, "digest %*phN\n", (int)sizeof(policy->digest),
			   policy->digest);
	show_error(m, &status.error);
	show_loader(m, policy);
	seq_printf(m, "bytes %zu\n", policy->size);
	rcu_read_unlock();
}

/**
 * portacl_state_init - put an empty policy in force
 * @mode: the first mode
 *
 * Context: boot.
 * Return: 0 or -ENOMEM.
 */
int __init portacl_state_init(enum portacl_mode mode)
{
	struct portacl_parser p = { .ops = &portacl_kernel_ops };

	portacl_mode = mode;
	return portacl_state_load(&p);
}
