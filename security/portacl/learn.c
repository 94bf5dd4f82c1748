// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the binds that mode learn observed.
 */
#include "portacl.h"

#include <linux/build_bug.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "learn.h"
#include "lex.h"
#include "match.h"
#include "print.h"
#include "show.h"

/* Upper bound on distinct observations. */
#define MAX_OBSERVED 4096
/*
 * Upper bounds for one program and one user, so that others also find room.
 * One program cannot use up the share of its user.  A user has two shares, see
 * user_of().
 */
#define MAX_OF_PROGRAM (MAX_OBSERVED / 8)
#define MAX_OF_USER (MAX_OBSERVED / 4)
/* The part of a path that is kept, in bytes. */
#define MAX_PATH 511

/**
 * struct what - the properties that identify an observation
 * @exe: hash of the executable's path
 * @taint: bits of enum portacl_taint, without those a launcher vouches for
 * @uid: effective user
 * @port: port
 * @proto: enum portacl_proto
 * @action: enum portacl_action, the policy's answer
 * @verified: the path is that of the identity; 32 bits, so there is no padding
 */
struct what {
	u64 exe;
	u32 taint;
	u32 uid;
	u16 port;
	u8 proto;
	u8 action;
	u32 verified;
};

/* No padding, because the whole struct is compared and hashed. */
static_assert(sizeof(struct what) == 24);

/**
 * struct observation - an observed bind
 * @node: in the table
 * @what: the bind
 * @count: how often
 * @path: path of the executable
 */
struct observation {
	struct hlist_node node;
	struct what what;
	u64 count;
	char path[];
};

enum sharer {
	PROGRAM,
	USER,
};

/**
 * struct share - the observations of a program or of a user
 * @node: in the table
 * @key: hash of the program's path, or the uid
 * @sharer: whose observations
 * @nr: number of observations
 */
struct share {
	struct hlist_node node;
	u64 key;
	enum sharer sharer;
	u32 nr;
};

/* The lock guards all variables below. */
static DEFINE_SPINLOCK(learn_lock);
static DEFINE_HASHTABLE(observed, 10);
static DEFINE_HASHTABLE(shares, 7);
static u32 nr_observed;
static u64 overflow;

static struct observation *find(const struct what *what, u32 key)
{
	struct observation *seen;

	hash_for_each_possible(observed, seen, node, key)
		if (!memcmp(&seen->what, what, sizeof(*what)))
			return seen;
	return NULL;
}

static struct share *find_share(enum sharer sharer, u64 key)
{
	struct share *share;

	hash_for_each_possible(shares, share, node, key)
		if (share->sharer == sharer && share->key == key)
			return share;
	return NULL;
}

static struct share *new_share(enum sharer sharer, u64 key)
{
	struct share *share = kzalloc(sizeof(*share),
				      GFP_ATOMIC | __GFP_NOWARN);

	if (!share)
		return NULL;
	share->sharer = sharer;
	share->key = key;
	hash_add(shares, &share->node, key);
	return share;
}

/* In a user namespace, a user may have many uids.  All count as one user. */
static u32 user_of(const struct what *what)
{
	return what->taint & BIT(PORTACL_TAINT_NAMESPACE) ? U32_MAX : what->uid;
}

static bool is_full(const struct share *share)
{
	return share && share->nr >= (share->sharer == USER ? MAX_OF_USER :
							       MAX_OF_PROGRAM);
}

static struct observation *add(const struct what *what, u32 key,
			       const char *path)
{
	u32 uid = user_of(what);
	struct share *program = find_share(PROGRAM, what->exe);
	struct share *user = find_share(USER, uid);
	size_t len = strnlen(path, MAX_PATH);
	struct observation *seen;

	lockdep_assert_held(&learn_lock);
	if (nr_observed >= MAX_OBSERVED || is_full(program) || is_full(user))
		return NULL;
	program = program ?: new_share(PROGRAM, what->exe);
	user = user ?: new_share(USER, uid);
	if (!program || !user)
		return NULL;
	seen = kzalloc(sizeof(*seen) + len + 1, GFP_ATOMIC | __GFP_NOWARN);
	if (!seen)
		return NULL;
	seen->what = *what;
	memcpy(seen->path, path, len);
	hash_add(observed, &seen->node, key);
	nr_observed++;
	program->nr++;
	user->nr++;
	return seen;
}

/**
 * portacl_learn - note a bind
 * @policy: the policy in force
 * @req: the bind
 * @action: what the policy says, enum portacl_action
 * @path: path of the executable, or "" if it is unknown
 * @verified: @path is that of the identity
 *
 * A path that is too long to be kept as a whole is not verified.
 *
 * Context: any but interrupts, under rcu_read_lock().
 */
void portacl_learn(const struct portacl_policy *policy,
		   const struct portacl_request *req, u8 action,
		   const char *path, bool verified)
{
	struct what what = {
		.exe = req->exe,
		.taint = portacl_match_taint(policy, req),
		.uid = req->uid,
		.port = req->port,
		.proto = req->proto,
		.action = action,
		.verified = verified && strlen(path) <= MAX_PATH,
	};
	u32 key = jhash(&what, sizeof(what), 0);
	struct observation *seen;

	spin_lock(&learn_lock);
	seen = find(&what, key) ?: add(&what, key, path);
	if (seen)
		seen->count++;
	else
		overflow++;
	spin_unlock(&learn_lock);
}

/**
 * portacl_learn_clear - forget all observations
 *
 * Context: may sleep.
 */
void portacl_learn_clear(void)
{
	struct observation *seen;
	struct hlist_node *next;
	struct share *share;
	int bucket;

	spin_lock(&learn_lock);
	hash_for_each_safe(observed, bucket, next, seen, node) {
		hash_del(&seen->node);
		kfree(seen);
	}
	hash_for_each_safe(shares, bucket, next, share, node) {
		hash_del(&share->node);
		kfree(share);
	}
	nr_observed = 0;
	overflow = 0;
	spin_unlock(&learn_lock);
}

static void show(struct seq_file *m, const struct observation *seen)
{
	const struct what *what = &seen->what;
	struct seq_buf s;

	if (!portacl_show_begin(m, &s))
		return;
	seq_buf_puts(&s, *seen->path ? "exe=" : "exe=?");
	portacl_print_path(&s, seen->path);
	seq_buf_printf(&s, " verified=%d uid=%u proto=%s port=%u",
		       what->verified, what->uid, portacl_protos[what->proto],
		       what->port);
	seq_buf_printf(&s, " outcome=%s count=%llu taint=",
		       portacl_outcomes[what->action], seen->count);
	if (what->taint)
		portacl_print_names(&s, portacl_taints, what->taint);
	else
		seq_buf_puts(&s, "none");
	seq_buf_putc(&s, '\n');
	portacl_show_end(m, &s);
}

/**
 * portacl_learn_show - print all observations
 * @m: where to
 *
 * Context: may sleep.
 */
void portacl_learn_show(struct seq_file *m)
{
	struct observation *seen;
	u64 lost;
	u32 bucket;

	/* Binds wait for the lock, so release it after each bucket. */
	for (bucket = 0; bucket < HASH_SIZE(observed); bucket++) {
		spin_lock(&learn_lock);
		hlist_for_each_entry(seen, &observed[bucket], node)
			show(m, seen);
		spin_unlock(&learn_lock);
	}
	spin_lock(&learn_lock);
	lost = overflow;
	spin_unlock(&learn_lock);
	seq_printf(m, "overflow=%llu\n", lost);
}
