// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the quick path to a verdict.
 *
 * It builds no request, which costs most of the general path.  It decides on
 * positive proof alone: nothing about the caller is in doubt, nothing is to be
 * traced or learnt, and each rule that might match demands nothing but its
 * program, users, ports and protocol.  Otherwise the general path decides.
 */
#include "portacl.h"

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "hooks.h"
#include "identity.h"
#include "quick.h"
#include "state.h"
#include "stats.h"
#include "trace.h"

/* A declared launcher vouches for the environment and for no_new_privs. */
static bool is_untainted(const struct portacl_policy *policy,
			 const struct portacl_cred *id)
{
	return !id->taint ||
	       (!(id->taint & ~PORTACL_LAUNCH_TAINTS) &&
		portacl_policy_launcher(policy, id->launcher));
}

/* No rule matches: the default decides, unless a rule reserves the port. */
static int check_default(const struct portacl_policy *policy, u16 port)
{
	static const struct portacl_verdict legacy = {
		.action = PORTACL_LEGACY, .rule = PORTACL_NO_RULE,
	};

	if (policy->default_action != PORTACL_LEGACY ||
	    (policy->only[0] && test_bit(port, policy->only[0])) ||
	    (IS_ENABLED(CONFIG_INET_PRIVILEGED_PORTS) &&
	     inet_port_requires_bind_service(&init_net, port)))
		return -EAGAIN;
	portacl_stats_count(policy->stats, &legacy, false);
	return 0;
}

static int check(const struct portacl_policy *policy, const struct cred *cred,
		 u16 port, u8 proto)
{
	const struct portacl_cred *id = portacl_cred(cred);
	const struct portacl_who who = {
		.exe = id->exe,
		.uid = __kuid_val(cred->euid),
		.port = port,
		.proto = proto,
	};
	u32 rule = portacl_quick_search(policy, &who);
	u8 flags;

	if (rule == PORTACL_NO_RULE)
		return check_default(policy, port);
	if (rule == PORTACL_UNSURE)
		return -EAGAIN;
	flags = policy->rules[rule].flags;
	if (!(flags & PORTACL_RULE_ALLOW) ||
	    (policy->rules[rule].exe && !is_untainted(policy, id)))
		return -EAGAIN;
	portacl_stats_grant(policy->stats, rule);
	return 1;
}

/**
 * portacl_quick_check - decide on a bind if that needs no second look
 * @sk: the socket, at the check site
 * @port: the port in host byte order
 *
 * Context: any.
 * Return: 1: the policy grants the bind; 0: the policy leaves it to the legacy
 * rule, which does not refuse it; -EAGAIN: the general path must decide.
 */
int portacl_quick_check(const struct sock *sk, u16 port)
{
	const struct cred *cred = current_cred();
	u8 proto;
	int ret;

	if (sk->sk_protocol == IPPROTO_TCP)
		proto = PORTACL_TCP;
	else if (sk->sk_protocol == IPPROTO_UDP)
		proto = PORTACL_UDP;
	else
		return -EAGAIN;
	if (!net_eq(sock_net(sk), &init_net) ||
	    cred->user_ns != &init_user_ns ||
	    (current->flags & PF_KTHREAD) ||
	    portacl_identity_may_be_traced() ||
	    READ_ONCE(portacl_mode) == PORTACL_LEARN ||
	    trace_portacl_bind_enabled())
		return -EAGAIN;
	rcu_read_lock();
	ret = check(rcu_dereference(portacl_active), cred, port, proto);
	rcu_read_unlock();
	return ret;
}
