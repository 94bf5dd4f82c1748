// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the quick path to a verdict.
 *
 * It builds no request, which costs most of the general path.  It decides only
 * if it can prove the verdict: the caller's identity is not in doubt, the bind
 * need not be traced or learnt, and each rule that may match depends on
 * program, users, ports and protocol alone.  Otherwise the general path
 * decides.
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
static __always_inline bool is_untainted(const struct portacl_policy *policy,
					 const struct portacl_cred *id)
{
	return !id->taint ||
	       (!(id->taint & ~PORTACL_LAUNCH_TAINTS) &&
		portacl_policy_launcher(policy, id->launcher));
}

/* No rule matches: the default decides, unless a rule reserves the port. */
static __always_inline int check_default(const struct portacl_policy *policy,
					 u16 port)
{
	if (policy->default_action != PORTACL_LEGACY ||
	    (policy->only[0] && test_bit(port, policy->only[0])) ||
	    (IS_ENABLED(CONFIG_INET_PRIVILEGED_PORTS) &&
	     inet_port_requires_bind_service(&init_net, port)))
		return -EAGAIN;
	portacl_stats_legacy();
	return 0;
}

static __always_inline int check_rule(const struct portacl_policy *policy,
				      const struct portacl_cred *id, u32 index)
{
	const struct portacl_rule *rule = &policy->rules[index];
	struct portacl_cell *chunk;

	if (!(rule->flags & PORTACL_RULE_ALLOW) ||
	    (!is_untainted(policy, id) && rule->exe))
		return -EAGAIN;
	chunk = portacl_stats_chunk(policy->stats, index);
	if (unlikely(!chunk))
		return -EAGAIN;
	portacl_stats_grant(chunk, index);
	return 1;
}

/* Return 1, 0 or -EAGAIN if the general path must decide. */
static __always_inline int check(const struct portacl_policy *policy, u16 port,
				 u8 protos, bool whole)
{
	const struct cred *cred = current_cred();
	const struct portacl_cred *id = portacl_cred(cred);
	const struct portacl_who who = {
		.exe = id->exe,
		.uid = portacl_uid(cred->euid),
		.port = port,
		.protos = protos,
	};
	u32 index = whole ? portacl_quick_kind(policy, PORTACL_KIND_WHOLE, &who,
					       PORTACL_NO_RULE) :
			    portacl_quick_search(policy, &who);

	if (index == PORTACL_NO_RULE)
		return check_default(policy, port);
	return index == PORTACL_UNSURE ? -EAGAIN :
					 check_rule(policy, id, index);
}

static noinline int check_all_kinds(const struct sock *sk,
				    const struct sockaddr *addr, u16 port,
				    u8 protos)
{
	int ret;

	rcu_read_lock_sched();
	ret = check(rcu_dereference_sched(portacl_active), port, protos, false);
	rcu_read_unlock_sched();
	return ret == -EAGAIN ? portacl_check_site(sk, addr, port) : ret;
}

/* The protocol as a bit of portacl_rule.protos, 0 if it is not a common one. */
static __always_inline u8 common_proto(const struct sock *sk)
{
	if (sk->sk_protocol == IPPROTO_TCP)
		return BIT(PORTACL_TCP);
	return sk->sk_protocol == IPPROTO_UDP ? BIT(PORTACL_UDP) : 0;
}

/*
 * Disabling preemption is a read-side critical section of RCU, and takes fewer
 * instructions than rcu_read_lock().  Calls are at the end of a path, so that
 * the compiler has few registers to save.
 */
static noinline int check_bind(const struct sock *sk,
			       const struct sockaddr *addr, u16 port)
{
	u8 protos = common_proto(sk);
	const struct portacl_policy *policy;
	int ret;

	if (!protos || !net_eq(sock_net(sk), &init_net) ||
	    current_user_ns() != &init_user_ns ||
	    (current->flags & PF_KTHREAD) ||
	    portacl_identity_may_be_traced() ||
	    READ_ONCE(portacl_mode) == PORTACL_LEARN ||
	    trace_portacl_bind_enabled())
		return portacl_check_site(sk, addr, port);
	rcu_read_lock_sched();
	policy = rcu_dereference_sched(portacl_active);
	if (policy->kinds[port] != BIT(PORTACL_KIND_WHOLE)) {
		rcu_read_unlock_sched();
		return check_all_kinds(sk, addr, port, protos);
	}
	ret = check(policy, port, protos, true);
	rcu_read_unlock_sched();
	return ret == -EAGAIN ? portacl_check_site(sk, addr, port) : ret;
}

/**
 * portacl_quick_bind - the hook of the check site
 * @sk: the socket
 * @addr: the address, or NULL if it is not known
 * @port: the port in host byte order
 *
 * Most ports are in no rule.
 *
 * Context: any.
 * Return: 1: granted, 0: no opinion, or the error that refuses the bind.
 */
int portacl_quick_bind(struct sock *sk, const struct sockaddr *addr, u16 port)
{
	return likely(!test_bit(port, portacl_ports)) ?
		       0 : check_bind(sk, addr, port);
}
