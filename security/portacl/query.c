// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: a question in text form, may this program bind this port, and its
 * answer with the reason.
 */
#include "portacl.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/sort.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "lex.h"
#include "match.h"
#include "parse.h"
#include "print.h"
#include "query.h"

/* The part of the path that a link leads to that is shown. */
#define MAX_TARGET 128

/**
 * struct question - a question while it is read
 * @ops: where hashes and names are looked up
 * @q: what it asks
 * @text: its start, for the column of an error
 * @error: where an error is explained
 * @seen: bits of the keys read
 */
struct question {
	const struct portacl_parse_ops *ops;
	struct portacl_query *q;
	const char *text;
	struct portacl_error *error;
	u32 seen;
};

static __printf(3, 4) int fail(struct question *ask, const char *at,
			       const char *fmt, ...)
{
	va_list args;

	ask->error->line = 1;
	ask->error->column = at - ask->text + 1;
	ask->error->len = 0;
	va_start(args, fmt);
	vsnprintf(ask->error->reason, sizeof(ask->error->reason), fmt, args);
	va_end(args);
	portacl_clean_text(ask->error->reason);
	return -EINVAL;
}

static int parse_number(struct question *ask, const char *text,
			enum portacl_name kind, u32 *value)
{
	const char *why;

	if (portacl_parse_number(ask->ops, kind, BIT(ask->q->request.proto),
				 text, value, &why))
		return fail(ask, text, "%s", why);
	return 0;
}

static int parse_path(struct question *ask, char *text, bool root)
{
	int ret = portacl_parse_path(text, root);

	if (ret < 0)
		return fail(ask, text - ret - 1,
			    "not an absolute canonical path");
	return 0;
}

static int parse_exe(struct question *ask, char *text)
{
	int err = parse_path(ask, text, false);

	ask->q->exe = text;
	ask->q->request.exe = ask->ops->hash(text, strlen(text));
	return err;
}

static int parse_uid(struct question *ask, char *text)
{
	return parse_number(ask, text, PORTACL_USER, &ask->q->request.uid);
}

static int compare_groups(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static int parse_gid(struct question *ask, char *text)
{
	struct portacl_request *req = &ask->q->request;
	u32 n = 0;
	char *item;
	int err;

	while ((item = strsep(&text, ","))) {
		if (n == ARRAY_SIZE(ask->q->groups))
			return fail(ask, item, "more than %u groups", n);
		err = parse_number(ask, item, PORTACL_GROUP,
				   &ask->q->groups[n++]);
		if (err)
			return err;
	}
	req->gid = ask->q->groups[0];
	sort(ask->q->groups, n, sizeof(*ask->q->groups), compare_groups, NULL);
	req->groups = ask->q->groups;
	req->nr_groups = n;
	return 0;
}

static int parse_addr(struct question *ask, char *text)
{
	struct portacl_cidr cidr;
	const char *why;
	int err = portacl_parse_cidr(text, &cidr, &why);

	if (err < 0)
		return fail(ask, text - err - 1, "'%.40s': %s", text - err - 1,
			    why);
	if (cidr.len != 128)
		return fail(ask, text, "an address without prefix expected");
	portacl_request_addr(&ask->q->request, cidr.addr, false);
	return 0;
}

static int parse_net(struct question *ask, char *text)
{
	ask->q->request.other_net = !strcmp(text, "other");
	if (!ask->q->request.other_net && strcmp(text, "init"))
		return fail(ask, text, "net= is init or other");
	return 0;
}

static int parse_cgroup(struct question *ask, char *text)
{
	ask->q->cgroup = text;
	ask->q->request.cgroup = text;
	return parse_path(ask, text, true);
}

static int parse_launch(struct question *ask, char *text)
{
	if (strcmp(text, "root"))
		return fail(ask, text, "launch= can only be root");
	ask->q->request.launch_root = true;
	return 0;
}

static int parse_launcher(struct question *ask, char *text)
{
	int err = parse_path(ask, text, false);

	ask->q->request.launcher = ask->ops->hash(text, strlen(text));
	return err;
}

static int parse_taint(struct question *ask, char *text)
{
	int ret = portacl_parse_names(text, portacl_taints, PORTACL_NR_TAINTS);

	if (ret < 0)
		return fail(ask, text - ret - 1, "unknown or repeated '%.32s'",
			    text - ret - 1);
	ask->q->request.taint = ret;
	return 0;
}

static const struct {
	const char *name;
	int (*parse)(struct question *ask, char *text);
} keys[] = {
	{ "uid", parse_uid },	    { "exe", parse_exe },
	{ "gid", parse_gid },	    { "addr", parse_addr },
	{ "net", parse_net },	    { "cgroup", parse_cgroup },
	{ "launch", parse_launch }, { "taint", parse_taint },
	{ "launcher", parse_launcher },
};

static int parse_key(struct question *ask, char *word)
{
	char *value = strchrnul(word, '=');
	u32 i;

	if (!*value)
		return fail(ask, word, "key=value expected");
	*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(word, keys[i].name))
			continue;
		if (ask->seen & BIT(i))
			return fail(ask, word, "%s= is repeated", word);
		ask->seen |= BIT(i);
		if (!*value)
			return fail(ask, value, "%s= is empty", word);
		return keys[i].parse(ask, value);
	}
	return fail(ask, word, "unknown key '%.32s='", word);
}

static int parse_port(struct question *ask, char *word)
{
	u32 port;
	int err = parse_number(ask, word, PORTACL_SERVICE, &port);

	if (!err && !port)
		return fail(ask, word, "port 0 is never matched");
	ask->q->request.port = port;
	return err;
}

/**
 * portacl_parse_query - read a question
 * @q: where it is stored; refers to @text afterwards
 * @ops: where hashes and names are looked up
 * @text: `PROTO PORT uid=N {key=value}`, ended by a NUL; destroyed
 * @error: where an error is explained
 *
 * What is not said is unknown, and the identity is taken to be sound.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int portacl_parse_query(struct portacl_query *q,
			const struct portacl_parse_ops *ops, char *text,
			struct portacl_error *error)
{
	struct question ask = {
		.ops = ops,
		.q = q,
		.text = text,
		.error = error,
	};
	char *end = text + strlen(text);
	char *proto = portacl_next_word(&text);
	char *port = proto ? portacl_next_word(&text) : NULL;
	char *word;
	int ret;

	memset(q, 0, sizeof(*q));
	q->request.gid = U32_MAX;
	if (!port)
		return fail(&ask, end, "PROTO PORT uid=N expected");
	ret = match_string(portacl_protos, PORTACL_NR_PROTOS, proto);
	if (ret < 0)
		return fail(&ask, proto, "protocol expected, not '%.32s'",
			    proto);
	q->request.proto = ret;
	ret = parse_port(&ask, port);
	while (!ret && (word = portacl_next_word(&text)))
		ret = parse_key(&ask, word);
	if (!ret && !(ask.seen & BIT(0)))
		return fail(&ask, end, "uid= expected");
	return ret;
}

/**
 * portacl_query_nearest - find the rule that a refused program hoped for
 * @policy: the policy
 * @req: the bind
 * @v: the verdict
 * @limit: number of rules to look at
 *
 * Rules behind the one that denied were never asked.
 *
 * Context: any.
 * Return: the nearest miss.
 */
struct portacl_miss portacl_query_nearest(const struct portacl_policy *policy,
					  const struct portacl_request *req,
					  const struct portacl_verdict *v,
					  u32 limit)
{
	if (v->source == PORTACL_BY_RULE)
		limit = min(limit, v->rule);
	return portacl_match_nearest(policy, req, limit);
}

static void print_reason(struct seq_buf *s, const struct portacl_verdict *v,
			 const struct portacl_miss *miss, const char *exe)
{
	enum portacl_reason reason = v->reason;

	/* For a stranger to the rule, that the port is taken says more. */
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
 * portacl_print_reason - print why a bind was refused, behind a blank
 * @s: where to
 * @req: the bind
 * @v: the verdict
 * @miss: the nearest miss
 * @exe: path of the program that can be relied on, or NULL
 *
 * Context: any.
 */
void portacl_print_reason(struct seq_buf *s, const struct portacl_request *req,
			  const struct portacl_verdict *v,
			  const struct portacl_miss *miss, const char *exe)
{
	seq_buf_puts(s, " reason=\"");
	print_reason(s, v, miss, exe);
	seq_buf_putc(s, '"');
	/* What launched it was root's own: a line would do. */
	if (miss->reason == PORTACL_REASON_LAUNCH && req->launcher)
		seq_buf_puts(s, " launcher=undeclared");
}

/**
 * portacl_print_answer - print the answer to a question, without a newline
 * @s: where to
 * @policy: the policy that is asked
 * @req: the question
 * @exe: path of the program, or NULL
 *
 * Context: any, with the policy kept from being freed.
 */
void portacl_print_answer(struct seq_buf *s,
			  const struct portacl_policy *policy,
			  const struct portacl_request *req, const char *exe)
{
	struct portacl_verdict v = portacl_match(policy, req);
	struct portacl_miss miss;

	v.reason = portacl_match_reason(policy, req, &v);
	seq_buf_puts(s, portacl_actions[v.action]);
	if (v.source == PORTACL_BY_RULE)
		seq_buf_printf(s, " rule=%u", v.rule + 1);
	else if (v.action != PORTACL_LEGACY)
		seq_buf_puts(s, v.source == PORTACL_BY_ONLY ? " only" :
							      " default");
	if (v.action == PORTACL_ALLOW)
		return;
	miss = portacl_query_nearest(policy, req, &v, PORTACL_MAX_RULES);
	portacl_print_reason(s, req, &v, &miss, exe);
	if (miss.rule != PORTACL_NO_RULE)
		seq_buf_printf(s, " nearest=%u", miss.rule + 1);
}
