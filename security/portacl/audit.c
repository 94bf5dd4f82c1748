// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the reports of a verdict: the record in the audit trail or the
 * kernel log, the trace event, the observation of mode learn.
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
#include "print.h"
#include "query.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Size of the part before the names, and of the part behind them. */
#define PART_SIZE 512
/* Longer paths are truncated, because a line of the log has 1,000 bytes. */
#define SHOWN_PATH 224
/* Upper bound on the rules that are compared to name the nearest miss. */
#define NEAREST_LIMIT 4096

/*
 * One user's records must not displace those of others, so users are hashed
 * into limits.  All user namespaces share one more limit, and so do all kernel
 * threads.
 */
#define LIMIT_BITS 6
enum limit {
	LIMIT_NAMESPACES = 1 << LIMIT_BITS,
	LIMIT_KERNEL,
	NR_LIMITS,
};

static struct ratelimit_state limits[NR_LIMITS];

/* Audit is built in, and audit=0 was not given. */
static bool has_audit __ro_after_init;

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

/**
 * portacl_audit_probe - check whether there is an audit trail
 *
 * Later, audit_log_start() also fails for other reasons.
 *
 * Context: boot, once audit is initialised.
 */
void __init portacl_audit_probe(void)
{
	struct audit_buffer *ab = audit_log_start(NULL, GFP_KERNEL,
						  AUDIT_KERNEL);

	has_audit = ab;
	audit_log_format(ab, "lsm=" PORTACL_NAME " state=initialized res=1");
	audit_log_end(ab);
}

static bool within_limit(const struct portacl_request *req)
{
	u32 i = hash_32(req->uid, LIMIT_BITS);

	if (current->flags & PF_KTHREAD)
		i = LIMIT_KERNEL;
	else if (current_user_ns() != &init_user_ns)
		i = LIMIT_NAMESPACES;
	return __ratelimit(&limits[i]);
}

static void print_verdict(struct seq_buf *s,
			  const struct portacl_policy *policy,
			  const struct portacl_request *req,
			  const struct portacl_verdict *v, const char *path,
			  bool refused)
{
	portacl_print_source(s, v);
	if (v->action == PORTACL_ALLOW)
		return;
	portacl_print_reason(s, policy, req, v, NEAREST_LIMIT, path);
	if (!refused)
		seq_buf_puts(s, " permissive=1");
}

static int length(const struct seq_buf *s)
{
	return min_t(size_t, s->len, s->size - 1);
}

/**
 * struct record - the parts of a record, in order
 * @action: granted or denied
 * @proto: the protocol
 * @head: the bind
 * @comm: name of the thread
 * @path: path of the executable or NULL
 * @tail: the verdict
 */
struct record {
	const char *action;
	const char *proto;
	struct seq_buf head;
	char comm[TASK_COMM_LEN];
	const char *path;
	struct seq_buf tail;
};

/* Audit puts names in quotes, or in hexadecimal if they have special bytes. */
static void emit_audit(struct audit_buffer *ab, const struct record *r)
{
	audit_log_format(ab, "avc:  %s  { name_bind } for  " PORTACL_NAME
			 ": %.*s comm=", r->action, length(&r->head),
			 r->head.buffer);
	audit_log_untrustedstring(ab, r->comm);
	audit_log_format(ab, r->path ? " exe=" : " exe=?");
	if (r->path)
		audit_log_untrustedstring(ab, r->path);
	audit_log_format(ab, "%.*s tclass=%s_socket", length(&r->tail),
			 r->tail.buffer, r->proto);
	audit_log_end(ab);
}

/* The kernel log has names in quotes, with special bytes as \ooo. */
static void emit_log(struct record *r)
{
	struct seq_buf *s = &r->head;

	seq_buf_puts(s, " comm=\"");
	portacl_print_path(s, r->comm);
	seq_buf_puts(s, r->path ? "\" exe=\"" : "\" exe=?");
	if (r->path) {
		portacl_print_part(s, r->path, SHOWN_PATH);
		seq_buf_putc(s, '"');
	}
	pr_notice("%.*s%.*s\n", length(s), s->buffer, length(&r->tail),
		  r->tail.buffer);
}

/*
 * If audit drops a record because a rule excludes it or the backlog is full,
 * the record does not go to the kernel log either.  Only a kernel without
 * audit, or with audit=0, has its records there.
 */
static void emit(struct record *r)
{
	struct audit_buffer *ab;

	ab = audit_log_start(audit_context(), GFP_ATOMIC | __GFP_NOWARN,
			     AUDIT_AVC);
	if (ab)
		emit_audit(ab, r);
	else if (!has_audit)
		emit_log(r);
}

static void record(const struct portacl_policy *policy,
		   const struct portacl_request *req,
		   const struct portacl_verdict *v,
		   const char *path, bool verified, bool refused)
{
	char *buf = kmalloc(2 * PART_SIZE, GFP_ATOMIC | __GFP_NOWARN);
	char shown[SHOWN_PATH];
	struct record r = {
		.action = v->action == PORTACL_ALLOW ? "granted" : "denied",
		.proto = portacl_protos[req->proto],
	};

	if (!buf) {
		pr_notice("%s proto=%s port=%u uid=%u: no memory to say more\n",
			  r.action, r.proto, req->port, req->uid);
		return;
	}
	seq_buf_init(&r.head, buf, PART_SIZE);
	seq_buf_printf(&r.head, "%s proto=%s addr=", r.action, r.proto);
	portacl_print_addr(&r.head, req);
	seq_buf_printf(&r.head, " port=%u uid=%u pid=%d", req->port, req->uid,
		       task_tgid_nr(current));
	get_task_comm(r.comm, current);
	if (path) {
		r.path = shown;
		if (strscpy(shown, path, sizeof(shown)) < 0)
			strscpy(shown + sizeof(shown) - 4, "...", 4);
	}
	seq_buf_init(&r.tail, buf + PART_SIZE, PART_SIZE);
	if (path && !verified)
		seq_buf_puts(&r.tail, " verified=0");
	print_verdict(&r.tail, policy, req, v, verified ? path : NULL, refused);
	emit(&r);
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
 * portacl_audit_bind - report a verdict
 * @policy: the policy that it is from
 * @req: the bind
 * @verdict: the verdict
 * @mode: the mode
 * @refused: the bind fails, by this verdict or by the kernel's own rule
 *
 * Context: any, under rcu_read_lock().
 */
void portacl_audit_bind(const struct portacl_policy *policy,
			const struct portacl_request *req,
			const struct portacl_verdict *verdict,
			enum portacl_mode mode, bool refused)
{
	bool log = is_recorded(verdict, refused) && within_limit(req);
	bool verified = false;
	const char *path = NULL;
	char *buf;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the policy may be freed");
	if (!log && mode != PORTACL_LEARN && !trace_portacl_bind_enabled())
		return;
	buf = kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN);
	if (buf)
		path = portacl_identity_path(buf, PATH_MAX, req->exe,
					     &verified);
	trace_portacl_bind(req, verdict, path ?: "?", verified);
	if (mode == PORTACL_LEARN)
		portacl_learn(policy, req, verdict->action, path ?: "",
			      verified);
	if (log)
		record(policy, req, verdict, path, verified, refused);
	kfree(buf);
}
