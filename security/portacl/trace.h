/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the trace event portacl:portacl_bind.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM portacl

#if !defined(_SECURITY_PORTACL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SECURITY_PORTACL_TRACE_H

#include <linux/tracepoint.h>

#include "types.h"

#ifndef PORTACL_TRACE_PATH
/* Longer paths are truncated, because one would take the whole buffer. */
#define PORTACL_TRACE_PATH 512
/* An odd byte in a path must not forge a line of the trace. */
static inline void portacl_trace_copy(char *to, const char *path)
{
	const char *end = path + PORTACL_TRACE_PATH;

	for (; *path && path < end; path++)
		*to++ = *path > ' ' && *path < 0x7f ? *path : '?';
	strscpy(to, *path ? "..." : "", sizeof("..."));
}
#endif

TRACE_EVENT(portacl_bind,
	TP_PROTO(const struct portacl_request *req,
		 const struct portacl_verdict *verdict, const char *exe,
		 bool verified),

	TP_ARGS(req, verdict, exe, verified),

	TP_STRUCT__entry(
		__field(u8, action)
		__field(u8, proto)
		__field(u16, port)
		__field(u32, rule)
		__field(u32, uid)
		__field(bool, verified)
		__dynamic_array(char, exe, strnlen(exe, PORTACL_TRACE_PATH) +
						   sizeof("..."))
	),

	TP_fast_assign(
		__entry->action = verdict->action;
		__entry->proto = req->proto;
		__entry->port = req->port;
		__entry->rule = verdict->rule + 1; /* 0: none */
		__entry->uid = req->uid;
		__entry->verified = verified;
		portacl_trace_copy(__get_dynamic_array(exe), exe);
	),

	TP_printk("verdict=%s rule=%u proto=%s port=%u uid=%u exe=%s%s",
		  __print_symbolic(__entry->action,
				   { PORTACL_LEGACY, "legacy" },
				   { PORTACL_ALLOW, "allow" },
				   { PORTACL_DENY, "deny" }),
		  __entry->rule,
		  __print_symbolic(__entry->proto,
				   { PORTACL_TCP, "tcp" },
				   { PORTACL_UDP, "udp" },
				   { PORTACL_SCTP, "sctp" },
				   { PORTACL_UDPLITE, "udplite" },
				   { PORTACL_DCCP, "dccp" }),
		  __entry->port, __entry->uid,
		  (char *)__get_dynamic_array(exe),
		  __entry->verified ? "" : " verified=0")
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
