// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: parse a request, print the verdict on it and the reason.
 */
#include "portacl.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "lex.h"
#include "match.h"
#include "parse.h"
#include "print.h"
#include "query.h"
#include "statement.h"

/* Maximum length of the resolved path in an answer, in bytes. */
#define MAX_TARGET 128

static int parse_exe(struct statement *st, char *text)
{
	int err = portacl_line_path(st, text, false);

	st->query->exe = text;
	st->query->request.exe = st->p->ops->hash(text, strlen(text));
	return err;
}

static int parse_uid(struct statement *st, char *text)
{
	return portacl_line_number(st, text, PORTACL_USER,
				   &st->query->request.uid);
}

static int compare_groups(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static int parse_gid(struct statement *st, char *text)
{
	struct portacl_query *q = st->query;
	u32 n = 0;
	char *item;

	while ((item = strsep(&text, ","))) {
		if (n == ARRAY_SIZE(q->groups))
			return portacl_fail(st, item, "more than %u groups", n);
		if (portacl_line_number(st, item, PORTACL_GROUP,
					&q->groups[n++]))
			return -EINVAL;
	}
	q->request.gid = q->groups[0];
	sort(q->groups, n, sizeof(*q->groups), compare_groups, NULL);
	q->request.groups = q->groups;
	q->request.nr_groups = n;
	return 0;
}

static int parse_addr(struct statement *st, char *text)
{
	struct portacl_cidr cidr;
	const char *why;
	int err = portacl_parse_cidr(text, &cidr, &why);

	if (err < 0)
		return portacl_fail(st, text - err - 1, "%s", why);
	if (cidr.len != 128)
		return portacl_fail(st, text,
				    "an address without prefix expected");
	portacl_request_addr(&st->query->request, cidr.addr, false);
	return 0;
}

static int parse_net(struct statement *st, char *text)
{
	st->query->request.other_net = !strcmp(text, "other");
	if (!st->query->request.other_net && strcmp(text, "init"))
		return portacl_fail(st, text, "net= is init or other");
	return 0;
}

static int parse_cgroup(struct statement *st, char *text)
{
	st->query->cgroup = text;
	st->query->request.cgroup = text;
	return portacl_line_path(st, text, true);
}

static int parse_launch(struct statement *st, char *text)
{
	if (strcmp(text, "root"))
		return portacl_fail(st, text, "launch= can only be root");
	st->query->request.launch_root = true;
	return 0;
}

static int parse_launcher(struct statement *st, char *text)
{
	int err = portacl_line_path(st, text, false);

	st->query->request.launcher = st->p->ops->hash(text, strlen(text));
	return err;
}

static int parse_taint(struct statement *st, char *text)
{
	int ret = portacl_parse_names(text, portacl_taints, PORTACL_NR_TAINTS);

	if (ret < 0)
		return portacl_fail_word(st, text - ret - 1,
					 "unknown or repeated name");
	st->query->request.taint = ret;
	return 0;
}

#define PORTACL_QUERY_KEY(NAME, name) { #name, parse_##name },
static const struct statement_key keys[] = {
#include "key_defs.h"
};

static int parse_key(struct statement *st, char *word)
{
	char *equals = strchr(word, '=');

	if (!equals)
		return portacl_fail(st, word, "key=value expected");
	*equals = '\0';
	return portacl_line_key(st, word, equals + 1, keys, ARRAY_SIZE(keys));
}

static int parse_place(struct statement *st, char *proto, char *port)
{
	struct portacl_request *req = &st->query->request;
	u32 value;
	int ret = match_string(portacl_protos, PORTACL_NR_PROTOS, proto);

	if (ret < 0)
		return portacl_fail(st, proto, "protocol expected");
	req->proto = ret;
	/* A service is looked up for this protocol. */
	st->rule.protos = BIT(ret);
	if (portacl_line_number(st, port, PORTACL_SERVICE, &value))
		return -EINVAL;
	if (!value)
		return portacl_fail(st, port, "port 0 is never matched");
	req->port = value;
	return 0;
}

static int parse_request(struct statement *st)
{
	char *end = st->line + strlen(st->line);
	char *proto = portacl_next_word(&st->rest);
	char *port = proto ? portacl_next_word(&st->rest) : NULL;
	char *word;
	int err;

	if (!port)
		return portacl_fail(st, end, "PROTO PORT uid=N expected");
	err = parse_place(st, proto, port);
	while (!err && (word = portacl_next_word(&st->rest)))
		err = parse_key(st, word);
	if (!err && st->query->request.uid == U32_MAX)
		return portacl_fail(st, end, "uid= expected");
	return err;
}

/**
 * portacl_parse_query - read a request
 * @q: set to the request; refers to @text afterwards
 * @ops: where hashes and names are looked up
 * @text: `PROTO PORT uid=N {key=value}`, NUL-terminated; modified
 * @error: set to the error, if there is one
 *
 * A missing key is unknown.  The identity of the executable is taken to be
 * untainted.
 *
 * Context: may sleep if names are accepted; any otherwise.
 * Return: 0 or -EINVAL.
 */
int portacl_parse_query(struct portacl_query *q,
			const struct portacl_parse_ops *ops, char *text,
			struct portacl_error *error)
{
	struct portacl_parser p = { .ops = ops, .line = 1 };
	struct statement st = {
		.p = &p,
		.line = text,
		.rest = text,
		.query = q,
	};
	int err;

	memset(q, 0, sizeof(*q));
	q->request.uid = U32_MAX;
	q->request.gid = U32_MAX;
	err = parse_request(&st);
	*error = p.error;
	return err;
}

static void print_reason(struct seq_buf *s, const struct portacl_verdict *v,
			 const struct portacl_miss *miss, const char *exe)
{
	enum portacl_reason reason = v->reason;

	/* The verdict's own reason says more if the program does not match. */
	if (miss->rule != PORTACL_NO_RULE &&
	    (miss->reason > PORTACL_REASON_EXE || !reason))
		reason = miss->reason;
	if (reason == PORTACL_REASON_NONE)
		reason = PORTACL_REASON_PORT;
	seq_buf_puts(s, portacl_reason_text(reason));
	if (reason == PORTACL_REASON_ALIAS && exe) {
		seq_buf_puts(s, " (resolves to ");
		portacl_print_part(s, exe, MAX_TARGET);
		seq_buf_putc(s, ')');
	}
}

/**
 * portacl_print_addr - print the address of a bind, `?` if it is not known
 * @s: the output
 * @req: the bind
 */
void portacl_print_addr(struct seq_buf *s, const struct portacl_request *req)
{
	struct portacl_cidr addr = req->bound[0];

	if (!req->nr_bound) {
		seq_buf_putc(s, '?');
		return;
	}
	/* Print the bound address, not the prefix that it covers. */
	addr.len = 128;
	portacl_print_cidr(s, &addr);
}

/**
 * portacl_print_source - print what decided: the number of a rule, or a word
 * @s: the output
 * @v: the verdict
 */
void portacl_print_source(struct seq_buf *s, const struct portacl_verdict *v)
{
	if (v->source == PORTACL_BY_RULE)
		seq_buf_printf(s, " rule=%u", v->rule + 1);
	else
		seq_buf_printf(s, " rule=%s",
			       v->source == PORTACL_BY_ONLY ? "only" :
							      "default");
}

/**
 * portacl_print_reason - print why a bind was refused, after a space
 * @s: the output
 * @policy: the policy
 * @req: the bind
 * @v: the verdict
 * @limit: number of rules to compare at most, to find the nearest one
 * @exe: path of the program if it is verified, or NULL
 *
 * Context: as portacl_match_nearest().
 */
void portacl_print_reason(struct seq_buf *s,
			  const struct portacl_policy *policy,
			  const struct portacl_request *req,
			  const struct portacl_verdict *v, u32 limit,
			  const char *exe)
{
	struct portacl_miss miss = portacl_match_nearest(policy, req, v, limit);

	seq_buf_puts(s, " reason=\"");
	print_reason(s, v, &miss, exe);
	seq_buf_putc(s, '"');
	/* A `launcher` line for the launching image makes the rule match. */
	if (miss.reason == PORTACL_REASON_LAUNCH && req->launcher)
		seq_buf_puts(s, " launcher=undeclared");
	if (miss.rule != PORTACL_NO_RULE)
		seq_buf_printf(s, " nearest=%u", miss.rule + 1);
}

/**
 * portacl_print_answer - print the verdict on a request, without a newline
 * @s: the output
 * @policy: the policy
 * @req: the request
 * @exe: path of the program, or NULL
 *
 * Context: any; the caller holds a reference to the policy.
 */
void portacl_print_answer(struct seq_buf *s,
			  const struct portacl_policy *policy,
			  const struct portacl_request *req, const char *exe)
{
	struct portacl_verdict v = portacl_match(policy, req);

	v.reason = portacl_match_reason(policy, req, &v);
	seq_buf_puts(s, portacl_actions[v.action]);
	if (v.source == PORTACL_BY_RULE)
		seq_buf_printf(s, " rule=%u", v.rule + 1);
	else if (v.action != PORTACL_LEGACY)
		seq_buf_puts(s, v.source == PORTACL_BY_ONLY ? " only" :
							      " default");
	if (v.action != PORTACL_ALLOW)
		portacl_print_reason(s, policy, req, &v, PORTACL_MAX_RULES,
				     exe);
}
