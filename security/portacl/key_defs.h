/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the keys of the policy language, and the reasons why a rule does not
 * match.  A file defines the macros of the tables that it needs, then includes
 * this one:
 *
 * PORTACL_RULE_KEY(NAME, name): the keys of a rule, in the order of printing
 * PORTACL_QUERY_KEY(NAME, name): the keys of a request
 * PORTACL_REASON(NAME, text): the reasons; a rule that fails for a later reason
 * came nearer to the request.
 */
#ifndef PORTACL_RULE_KEY
#define PORTACL_RULE_KEY(NAME, name)
#endif
#ifndef PORTACL_QUERY_KEY
#define PORTACL_QUERY_KEY(NAME, name)
#endif
#ifndef PORTACL_REASON
#define PORTACL_REASON(NAME, text)
#endif

PORTACL_RULE_KEY(EXE, exe)
PORTACL_RULE_KEY(UID, uid)
PORTACL_RULE_KEY(GID, gid)
PORTACL_RULE_KEY(ADDR, addr)
PORTACL_RULE_KEY(NET, net)
PORTACL_RULE_KEY(CGROUP, cgroup)
PORTACL_RULE_KEY(LAUNCH, launch)
PORTACL_RULE_KEY(ACCEPT, accept)

PORTACL_QUERY_KEY(EXE, exe)
PORTACL_QUERY_KEY(UID, uid)
PORTACL_QUERY_KEY(GID, gid)
PORTACL_QUERY_KEY(ADDR, addr)
PORTACL_QUERY_KEY(NET, net)
PORTACL_QUERY_KEY(CGROUP, cgroup)
PORTACL_QUERY_KEY(LAUNCH, launch)
PORTACL_QUERY_KEY(LAUNCHER, launcher)
PORTACL_QUERY_KEY(TAINT, taint)

PORTACL_REASON(NONE, "none")
PORTACL_REASON(DEFAULT, "default")
PORTACL_REASON(RULE, "deny rule")
PORTACL_REASON(RESERVED, "reserved")
PORTACL_REASON(PORT, "no rule")
PORTACL_REASON(PROTO, "other protocol")
PORTACL_REASON(NET, "network namespace")
PORTACL_REASON(EXE, "other program")
PORTACL_REASON(ALIAS, "not canonical")
PORTACL_REASON(UID, "wrong uid")
PORTACL_REASON(GID, "wrong gid")
PORTACL_REASON(ADDR, "address outside addr=")
PORTACL_REASON(LAUNCH, "not launched by root")
PORTACL_REASON(CGROUP, "other cgroup")

#undef PORTACL_RULE_KEY
#undef PORTACL_QUERY_KEY
#undef PORTACL_REASON
