/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: a request in text form, and the answer to it.
 */
#ifndef _SECURITY_PORTACL_QUERY_H
#define _SECURITY_PORTACL_QUERY_H

#include <linux/seq_buf.h>

#include "types.h"

struct portacl_error;
struct portacl_parse_ops;
struct portacl_policy;

/* The tool allows as many as a process may have. */
#ifndef PORTACL_QUERY_GROUPS
#define PORTACL_QUERY_GROUPS 32
#endif

/**
 * struct portacl_query - a request in text form, with room for what it names
 * @request: what is asked
 * @exe: the executable's path
 * @cgroup: the cgroup's path
 * @groups: the group ids, ascending
 */
struct portacl_query {
	struct portacl_request request;
	const char *exe;
	const char *cgroup;
	u32 groups[PORTACL_QUERY_GROUPS];
};

int portacl_parse_query(struct portacl_query *q,
			const struct portacl_parse_ops *ops, char *text,
			struct portacl_error *error);
void portacl_print_addr(struct seq_buf *s, const struct portacl_request *req);
void portacl_print_source(struct seq_buf *s, const struct portacl_verdict *v);
void portacl_print_reason(struct seq_buf *s,
			  const struct portacl_policy *policy,
			  const struct portacl_request *req,
			  const struct portacl_verdict *v, u32 limit,
			  const char *exe);
void portacl_print_answer(struct seq_buf *s,
			  const struct portacl_policy *policy,
			  const struct portacl_request *req, const char *exe);

#endif /* _SECURITY_PORTACL_QUERY_H */
