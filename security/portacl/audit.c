// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: what others get to know of a verdict: the record in the kernel log
 * or the audit trail, the trace event, the observations of mode learn.
 */
#include "portacl.h"

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "audit.h"
#include "identity.h"
#include "learn.h"
#include "lex.h"
#include "parse.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Longer ones are cut: the log has no longer lines. */
#define RECORD_SIZE 928
/* The part of it that the executable's path may fill. */
#define SHOWN_PATH 512
/* Rules that are looked at to name the nearest miss. */
#define NEAREST_LIMIT 4096

/*
 * What one user does must not drown what others do.  The last limit is for
 * all in user namespaces, who have many users.
 */
#define LIMIT_BITS 6
static struct ratelimit_state limits[(1 << LIMIT_BITS) + 1];

/**
 * portacl_audit_init - set up the limits of the log
 *
 * Context: boot.
 */
void __init portacl_audit_init(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		ratelimit_state_init(&limits[i], 5 * HZ, 100);
}

static bool within_limit(const struct portacl_request *req)
{
	u32 i = current_user_ns() == &init_user_ns ?
			hash_32(req->uid, LIMIT_BITS) : 1 << LIMIT_BITS;

	return __ratelimit(&limits[i]);
}

static void print_addr(struct seq_buf *s, const struct portacl_request *req)
{
	struct portacl_cidr addr = req->bound[0];

	if (!req->nr_bound) {
		seq_buf_putc(s, '?');
		return;
	}
	/* The address that was bound, not the prefix that it covers. */
	addr.len = 128;
	portacl_print_cidr(s, &addr);
}

static void print_subject(struct seq_buf *s, const struct portacl_request *req)
{
	char comm[TASK_COMM_LEN];

	seq_buf_printf(s, " port=%u uid=%u pid=%d comm=\"", req->port, req->uid,
		       task_tgid_nr(current));
	get_task_comm(comm, current);
	portacl_print_path(s, comm);
	seq_buf_putc(s, '"');
}

static void print_exe(struct seq_buf *s, const char *path, bool verified)
{
	if (!path) {
		seq_buf_puts(s, " exe=?");
		return;
	}
	seq_buf_puts(s, " exe=\"");
	portacl_print_part(s, path, SHOWN_PATH);
	seq_buf_putc(s, '"');
	if (!verified)
		seq_buf_puts(s, " verified=0");
}

static void print_source(struct seq_buf *s, const struct portacl_verdict *v)
{
	if (v->source == PORTACL_BY_RULE)
		seq_buf_printf(s, " rule=%u", v->rule);
	else
		seq_buf_printf(s, " rule=%s",
			       v->source == PORTACL_BY_ONLY ? "only" :
							      "default");
}

/* In the audit trail as ausearch and aureport want it. */
static void emit(const struct seq_buf *s, const char *action, const char *proto)
{
	int len = min_t(size_t, s->len, s->size - 1);
	struct audit_buffer *ab;

	ab = audit_log_start(audit_context(), GFP_ATOMIC | __GFP_NOWARN,
			     AUDIT_AVC);
	if (ab) {
		audit_log_format(ab, "avc:  %s  { name_bind } for  "
				 PORTACL_NAME ": %.*s tclass=%s_socket",
				 action, len, s->buffer, proto);
		audit_log_end(ab);
	} else {
		pr_notice("%.*s\n", len, s->buffer);
	}
}

static void record(const struct portacl_policy *policy,
		   struct portacl_request *req, const struct portacl_verdict *v,
		   const char *path, bool verified, bool refused)
{
	const char *action = v->action == PORTACL_ALLOW ? "granted" : "denied";
	const char *proto = portacl_protos[req->proto];
	char *buf = kmalloc(RECORD_SIZE, GFP_ATOMIC | __GFP_NOWARN);
	struct portacl_miss miss;
	struct seq_buf s;

	if (!buf) {
		pr_notice("%s proto=%s port=%u uid=%u: no memory to say more\n",
			  action, proto, req->port, req->uid);
		return;
	}
	seq_buf_init(&s, buf, RECORD_SIZE);
	seq_buf_printf(&s, "%s proto=%s addr=", action, proto);
	print_addr(&s, req);
	print_subject(&s, req);
	print_exe(&s, path, verified);
	print_source(&s, v);
	if (v->action != PORTACL_ALLOW) {
		miss = portacl_query_nearest(policy, req, v, NEAREST_LIMIT);
		portacl_print_reason(&s, req, v, &miss,
				     verified ? path : NULL);
		if (miss.rule)
			seq_buf_printf(&s, " nearest=%u", miss.rule);
		if (!refused)
			seq_buf_puts(&s, " permissive=1");
	}
	emit(&s, action, proto);
	kfree(buf);
}

static bool is_recorded(const struct portacl_verdict *v, bool refused)
{
	switch (v->action) {
	case PORTACL_ALLOW:
		return v->flags & PORTACL_RULE_LOG;
	case PORTACL_DENY:
		return !(v->flags & PORTACL_RULE_NOLOG);
	default:
		return refused;
	}
}

/**
 * portacl_audit_bind - tell whoever listens about a verdict
 * @policy: the policy that it is from
 * @req: the bind
 * @verdict: the verdict
 * @mode: the mode
 * @refused: the bind fails, by this verdict or by the kernel's own rule
 *
 * Context: any, under rcu_read_lock().
 */
void portacl_audit_bind(const struct portacl_policy *policy,
			struct portacl_request *req,
			const struct portacl_verdict *verdict,
			enum portacl_mode mode, bool refused)
{
	bool log = is_recorded(verdict, refused) && within_limit(req);
	bool verified = false;
	const char *path = NULL;
	char *buf;

	if (!log && mode != PORTACL_LEARN && !trace_portacl_bind_enabled())
		return;
	buf = kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN);
	if (buf)
		path = portacl_identity_path(buf, PATH_MAX, req->exe,
					     &verified);
	trace_portacl_bind(req, verdict, path ?: "?", verified);
	if (mode == PORTACL_LEARN)
		portacl_learn(req, verdict->action, path ?: "?", verified);
	if (log)
		record(policy, req, verdict, path, verified, refused);
	kfree(buf);
}
