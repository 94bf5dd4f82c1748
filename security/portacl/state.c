// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the active policy and the mode.
 *
 * Readers take the policy under RCU; writers exchange it under one mutex.
 */
#include "portacl.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include <crypto/sha2.h>

#include "lex.h"
#include "path.h"
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

/* Guards all that follows, and the writers of what stands above. */
static DEFINE_MUTEX(state_lock);
static struct portacl_error last_error;
static bool locked;
static int event;

static void announce(void)
{
	lockdep_assert_held(&state_lock);
	WRITE_ONCE(event, event + 1);
	wake_up_interruptible_all(&portacl_changed);
}

static struct portacl_policy *active(void)
{
	return rcu_dereference_protected(portacl_active,
					 lockdep_is_held(&state_lock));
}

/*
 * Before a policy is published its ports are added, afterwards those of the
 * one before are taken away: nobody misses a port of either.
 */
static void set_ports(const struct portacl_policy *policy, bool add)
{
	size_t i;

	lockdep_assert_held(&state_lock);
	for (i = 0; i < ARRAY_SIZE(portacl_ports); i++) {
		unsigned long word = policy->ports[i];

		if (add)
			word |= portacl_ports[i];
		if (portacl_mode == PORTACL_LEARN)
			word = ~0UL;
		WRITE_ONCE(portacl_ports[i], word);
	}
}

static void release_policy(struct kref *users)
{
	struct portacl_policy *policy =
		container_of(users, struct portacl_policy, users);

	portacl_stats_free(policy->stats);
	portacl_policy_free(policy);
}

/**
 * portacl_policy_get - take a reference to the active policy
 *
 * Context: may sleep.
 * Return: the policy, for portacl_policy_put().
 */
struct portacl_policy *portacl_policy_get(void)
{
	struct portacl_policy *policy;

	mutex_lock(&state_lock);
	policy = active();
	kref_get(&policy->users);
	mutex_unlock(&state_lock);
	return policy;
}

/**
 * portacl_policy_put - give a reference back
 * @policy: the policy or NULL
 *
 * Context: may sleep.
 */
void portacl_policy_put(struct portacl_policy *policy)
{
	if (policy)
		kref_put(&policy->users, release_policy);
}

/*
 * The digest is that of the text that `policy` shows, which must load again:
 * so no line of it may be longer than the parser takes.
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
	policy->loader_uid = __kuid_val(current_euid());
	policy->loader_pid = task_tgid_nr(current);
	policy->loaded = ktime_get_real_seconds();
	policy->stats = portacl_stats_alloc(policy->nr_rules);
	err = policy->stats ? digest(policy) : -ENOMEM;
	if (err) {
		portacl_policy_put(policy);
		return ERR_PTR(err);
	}
	portacl_path_check(policy);
	return policy;
}

static int fail(struct portacl_parser *p, int err)
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
	strscpy(error->reason, why, sizeof(error->reason));
	portacl_state_fail(error);
	return err;
}

/* May the text replace the active policy? */
static int admit(const struct portacl_parser *p)
{
	const struct portacl_policy *old;

	lockdep_assert_held(&state_lock);
	old = active();
	if (locked)
		return -EPERM;
	if (p->has_generation && old && p->generation != old->generation)
		return -ESTALE;
	return 0;
}

static void publish(struct portacl_policy *policy)
{
	const struct portacl_policy *old;

	lockdep_assert_held(&state_lock);
	old = active();
	if (old) {
		policy->generation = old->generation + 1;
		pr_info_ratelimited("policy %llu: %u rules, loaded by uid=%u pid=%d\n",
				    policy->generation, policy->nr_rules,
				    policy->loader_uid, policy->loader_pid);
	}
	set_ports(policy, true);
	rcu_assign_pointer(portacl_active, policy);
	memset(&last_error, 0, sizeof(last_error));
	announce();
}

/* Nobody reads it any more once a grace period is over. */
static void retire(struct portacl_policy *policy)
{
	synchronize_rcu_expedited();
	mutex_lock(&state_lock);
	set_ports(active(), false);
	mutex_unlock(&state_lock);
	portacl_policy_put(policy);
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
	struct portacl_policy *policy, *old;
	int err;

	/* Asked twice, so that what is in vain is not built either. */
	mutex_lock(&state_lock);
	err = admit(p);
	mutex_unlock(&state_lock);
	policy = err ? ERR_PTR(err) : make_policy(p);
	if (IS_ERR(policy))
		return fail(p, PTR_ERR(policy));
	mutex_lock(&state_lock);
	old = active();
	err = admit(p);
	if (!err)
		publish(policy);
	mutex_unlock(&state_lock);
	if (err) {
		portacl_policy_put(policy);
		return fail(p, err);
	}
	if (old)
		retire(old);
	return 0;
}

/**
 * portacl_state_fail - note why a text was refused
 * @error: the reason
 *
 * Context: may sleep.
 */
void portacl_state_fail(const struct portacl_error *error)
{
	mutex_lock(&state_lock);
	last_error = *error;
	announce();
	mutex_unlock(&state_lock);
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

	mutex_lock(&state_lock);
	if (locked) {
		err = -EPERM;
	} else if (mode != portacl_mode) {
		WRITE_ONCE(portacl_mode, mode);
		set_ports(active(), false);
		pr_info("mode %s\n", portacl_modes[mode]);
		announce();
	}
	mutex_unlock(&state_lock);
	return err;
}

/**
 * portacl_state_lock - allow no change of policy or mode until reboot
 *
 * Context: may sleep.
 */
void portacl_state_lock(void)
{
	mutex_lock(&state_lock);
	if (!locked) {
		locked = true;
		pr_info("locked\n");
		announce();
	}
	mutex_unlock(&state_lock);
}

/**
 * portacl_state_locked - are policy and mode fixed until reboot?
 *
 * Context: may sleep.
 * Return: whether they are.
 */
bool portacl_state_locked(void)
{
	bool ret;

	mutex_lock(&state_lock);
	ret = locked;
	mutex_unlock(&state_lock);
	return ret;
}

/**
 * portacl_state_event - number of changes so far
 *
 * Context: any.
 * Return: a number that each change changes.
 */
int portacl_state_event(void)
{
	return READ_ONCE(event);
}

static void show_error(struct seq_file *m)
{
	if (!last_error.reason[0])
		seq_puts(m, "error none\n");
	else
		seq_printf(m, "error line %u, column %u: %s\n", last_error.line,
			   last_error.column, last_error.reason);
}

/* Nobody but the kernel that starts has the process number 0. */
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
 *
 * Context: may sleep.
 */
void portacl_state_show(struct seq_file *m)
{
	const struct portacl_policy *policy;

	mutex_lock(&state_lock);
	policy = active();
	m->poll_event = event;
	seq_printf(m, "abi %u\nmode %s\ngeneration %llu\nrules %u\n",
		   PORTACL_ABI, portacl_modes[portacl_mode],
		   policy->generation, policy->nr_rules);
	seq_printf(m, "default %s\nlocked %d\ndigest %*phN\n",
		   portacl_actions[policy->fallback], locked,
		   (int)sizeof(policy->digest), policy->digest);
	show_error(m);
	show_loader(m, policy);
	seq_printf(m, "bytes %zu\n", policy->size);
	mutex_unlock(&state_lock);
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
	struct portacl_parser p = { };

	portacl_mode = mode;
	return portacl_state_load(&p);
}
