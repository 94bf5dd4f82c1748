// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the bodies of the hooks.
 */
#include "portacl.h"

#include <linux/bpf-cgroup.h>
#include <linux/cgroup.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/lsm_hooks.h>
#include <linux/net.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/user_namespace.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/rxrpc.h>

#include "audit.h"
#include "hooks.h"
#include "identity.h"
#include "match.h"
#include "state.h"
#include "stats.h"
#include "trace.h"

/* Not all supported kernels define it. */
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif

/* Return the transport below a socket's protocol, -1 if it binds no port. */
static int transport(const struct sock *sk)
{
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SMC:
		return PORTACL_TCP;
	case IPPROTO_UDP:
		return PORTACL_UDP;
	case IPPROTO_SCTP:
		return PORTACL_SCTP;
	case IPPROTO_UDPLITE:
		return PORTACL_UDPLITE;
	case IPPROTO_DCCP:
		return PORTACL_DCCP;
	default:
		return -1;
	}
}

static void fill_address(struct portacl_request *req, const struct sock *sk,
			 const struct sockaddr *addr)
{
	u8 mapped[16] = { [10] = 0xff, [11] = 0xff };

	if (!addr || req->nr_bound)
		return;
	if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)addr;

		portacl_request_addr(req, in6->sin6_addr.s6_addr,
				     ipv6_only_sock(sk));
	} else {
		const struct sockaddr_in *in = (const void *)addr;

		memcpy(mapped + 12, &in->sin_addr, sizeof(in->sin_addr));
		/* For SCTP this is ::, too: sctp_inet6_cmp_addr(). */
		if (sk->sk_family == AF_INET6 && !in->sin_addr.s_addr)
			memset(mapped, 0, sizeof(mapped));
		portacl_request_addr(req, mapped, false);
	}
}

/**
 * struct own_cgroup - the path of current's cgroup
 * @known: @path was looked up
 * @path: the path, NULL if there is no memory for it
 */
struct own_cgroup {
	bool known;
	char *path;
};

/* Look the path up once, when the first rule needs it. */
static const char *get_cgroup(void *context)
{
	struct own_cgroup *cgroup = context;

#ifdef CONFIG_CGROUPS
	if (!cgroup->known) {
		char *path = kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN);
		int len = path ? cgroup_path(task_dfl_cgroup(current), path,
					     PATH_MAX) : 0;

		if (len > 0 && len < PATH_MAX)
			cgroup->path = path;
		else
			kfree(path);
		cgroup->known = true;
	}
#endif
	return cgroup->path;
}

/* Return true if the kernel's own rule refuses the port. */
static bool legacy_refuses(const struct net *net, u16 port)
{
	return IS_ENABLED(CONFIG_INET_PRIVILEGED_PORTS) &&
	       inet_port_requires_bind_service((struct net *)net, port) &&
	       !ns_capable_noaudit(net->user_ns, CAP_NET_BIND_SERVICE);
}

/**
 * struct attempt - a bind at one of the two gates
 * @sk: the socket
 * @addr: the address, or NULL if it is not known
 * @port: the port in host byte order
 * @proto: enum portacl_proto
 * @at_site: the bind is at the check site, which grants and counts binds
 */
struct attempt {
	const struct sock *sk;
	const struct sockaddr *addr;
	u16 port;
	u8 proto;
	bool at_site;
};

/* Most grants and binds left to the legacy rule are not logged or traced. */
static bool is_silent(const struct portacl_verdict *v, enum portacl_mode mode,
		      bool refused)
{
	return v->action != PORTACL_DENY && !refused &&
	       !(v->flags & PORTACL_RULE_LOG) && mode != PORTACL_LEARN &&
	       !trace_portacl_bind_enabled();
}

/* The early gate acts on denials only: the check site counts each bind once. */
static int apply_verdict(const struct portacl_policy *policy,
			 const struct attempt *try, struct portacl_request *req,
			 struct portacl_verdict *v)
{
	enum portacl_mode mode = READ_ONCE(portacl_mode);
	bool refused = v->action == PORTACL_DENY && mode == PORTACL_ENFORCE;

	if (!try->at_site && !refused)
		return 0;
	if (v->action == PORTACL_LEGACY)
		refused = legacy_refuses(sock_net(try->sk), try->port);
	if (current->flags & PF_KTHREAD) {
		portacl_stats_kernel(refused);
	} else {
		if (refused || v->action == PORTACL_DENY)
			v->reason = portacl_match_reason(policy, req, v);
		portacl_stats_count(policy->stats, v, refused);
	}
	if (!is_silent(v, mode, refused)) {
		fill_address(req, try->sk, try->addr);
		portacl_audit_bind(policy, req, v, mode, refused);
	}
	if (v->action == PORTACL_ALLOW)
		return 1;
	return v->action == PORTACL_DENY && refused ? -EACCES : 0;
}

static int check_bind(const struct attempt *try)
{
	const struct net *net = sock_net(try->sk);
	const struct portacl_policy *policy;
	struct own_cgroup cgroup = { };
	struct portacl_request req = {
		.port = try->port,
		.proto = try->proto,
		.other_net = !net_eq(net, &init_net),
		.get_cgroup = get_cgroup,
		.context = &cgroup,
	};
	bool kernel = current->flags & PF_KTHREAD;
	struct portacl_verdict verdict;
	int ret = 0;

	/* Network namespaces of other user namespaces are out of scope. */
	if (req.other_net && net->user_ns != &init_user_ns)
		return 0;
	if (kernel && !try->at_site)
		return 0;
	portacl_identity_request(&req);
	rcu_read_lock();
	policy = rcu_dereference(portacl_active);
	if (policy->has_addrs)
		fill_address(&req, try->sk, try->addr);
	verdict = kernel ? portacl_match_reserved(policy, &req) :
			   portacl_match(policy, &req);
	if (!kernel || verdict.action == PORTACL_DENY)
		ret = apply_verdict(policy, try, &req, &verdict);
	rcu_read_unlock();
	if (unlikely(cgroup.path))
		kfree(cgroup.path);
	return ret;
}

/**
 * portacl_check_site - decide on a bind at the check site
 * @sk: the socket
 * @addr: the address, or NULL if it is not known
 * @port: the port in host byte order
 *
 * Context: any.
 * Return: as portacl_quick_bind().
 */
int portacl_check_site(const struct sock *sk, const struct sockaddr *addr,
		       u16 port)
{
	int proto = transport(sk);
	const struct attempt try = {
		.sk = sk,
		.addr = addr,
		.port = port,
		.proto = proto,
		.at_site = true,
	};

	return proto < 0 ? 0 : check_bind(&try);
}

/*
 * Return true if the stack takes such an address.  The stack reads AF_UNSPEC as
 * AF_INET if the address is the wildcard, even while a socket turns from IPv6
 * to IPv4 (IPV6_ADDRFORM).  SCTP takes IPv4 addresses on IPv6 sockets.
 */
static bool is_inet_addr(const struct sockaddr *addr, int len)
{
	const struct sockaddr_in *in = (const void *)addr;

	switch (addr->sa_family) {
	case AF_INET6:
		return len >= SIN6_LEN_RFC2133;
	case AF_INET:
		return len >= (int)sizeof(*in);
	case AF_UNSPEC:
		return len >= (int)sizeof(*in) &&
		       in->sin_addr.s_addr == htonl(INADDR_ANY);
	default:
		return false;
	}
}

static __always_inline bool may_be_rewritten(void)
{
	return cgroup_bpf_enabled(CGROUP_INET4_BIND) ||
	       cgroup_bpf_enabled(CGROUP_INET6_BIND);
}

/*
 * Return true if the check site will see the same address and port, so the bind
 * need not be checked twice.  Only the stack's own tests come in between.  Raw
 * sockets do not reach the check site and bind no port.  AF_SMC and AF_RXRPC
 * have other protocol numbers.
 */
static bool reaches_site(const struct sock *sk)
{
	return (sk->sk_protocol == IPPROTO_TCP ||
		sk->sk_protocol == IPPROTO_UDP) && !may_be_rewritten();
}

static bool is_smc(const struct sock *sk)
{
	return sk->sk_family == AF_SMC || sk->sk_protocol == IPPROTO_SMC;
}

/* Read transport, port and address.  Return false if no rule applies. */
static bool read_attempt(struct attempt *try, const struct sock *sk,
			 const struct sockaddr *addr, int len)
{
	const struct sockaddr_rxrpc *rx = (const void *)addr;
	int proto;

	switch (sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		proto = sk->sk_type == SOCK_RAW ? -1 : transport(sk);
		break;
	case AF_SMC:
		proto = PORTACL_TCP;
		break;
	case AF_RXRPC:
		if (len < (int)sizeof(*rx) || addr->sa_family != AF_RXRPC)
			return false;
		proto = PORTACL_UDP;
		addr = (const void *)&rx->transport;
		len = min_t(int, rx->transport_len, sizeof(rx->transport));
		break;
	default:
		return false;
	}
	if (proto < 0 || len < (int)offsetofend(struct sockaddr, sa_family) ||
	    !is_inet_addr(addr, len))
		return false;
	*try = (struct attempt) {
		.sk = sk,
		.addr = addr,
		.port = ntohs(((const struct sockaddr_in *)addr)->sin_port),
		.proto = proto,
	};
	return try->port && test_bit(try->port, portacl_ports);
}

static noinline int check_address(const struct sock *sk,
				  const struct sockaddr *addr, int len)
{
	struct attempt try;

	/* The inner socket, which has IPV6_V6ONLY, reaches the check site. */
	if (is_smc(sk) && !may_be_rewritten())
		return 0;
	return read_attempt(&try, sk, addr, len) ? check_bind(&try) : 0;
}

/* The early gate. */
static int hook_socket_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	return likely(reaches_site(sock->sk)) ? 0 :
	       check_address(sock->sk, addr, len);
}

/* In mode enforce, the kernel never picks a reserved port for port 0. */
static int hook_inet_port_reserved(const struct net *net, u16 port)
{
	const struct portacl_policy *policy;
	const unsigned long *only;
	bool other_net = !net_eq(net, &init_net);
	int ret;

	if ((other_net && net->user_ns != &init_user_ns) ||
	    READ_ONCE(portacl_mode) != PORTACL_ENFORCE)
		return 0;
	rcu_read_lock();
	policy = rcu_dereference(portacl_active);
	only = policy->only[other_net];
	ret = only && test_bit(port, only);
	rcu_read_unlock();
	return ret;
}

static int hook_bprm_creds_from_file(struct linux_binprm *bprm,
				     COMPAT_BPRM_FILE *file)
{
	return portacl_identity_exec(bprm, file);
}

static int hook_cred_prepare(struct cred *new, const struct cred *old,
			     gfp_t gfp)
{
	*portacl_cred(new) = *portacl_cred(old);
	return 0;
}

static void hook_cred_transfer(struct cred *new, const struct cred *old)
{
	*portacl_cred(new) = *portacl_cred(old);
}

/*
 * A protected program is closed for PTRACE_MODE_READ as well as for ATTACH: its
 * open files in /proc/PID/fd, say, can be written through.  A process of the
 * same program gets no exemption: its user may have run it with arguments of
 * their choice, outside the cgroup that a rule requires.
 *
 * CAP_SYS_PTRACE counts in the initial user namespace only, because the owner
 * of a user namespace that the program created has it there.
 *
 * Must not sleep.  The kernel lets the threads of one process pass without
 * asking.
 */
static int hook_ptrace_access_check(struct task_struct *child,
				    unsigned int mode)
{
	bool protected, capable;

	lockdep_assert_held(&child->alloc_lock);
	rcu_read_lock();
	protected =
		portacl_identity_protected(portacl_cred(__task_cred(child)));
	rcu_read_unlock();
	if (likely(!protected))
		return 0;
	capable = mode & PTRACE_MODE_NOAUDIT ?
			  ns_capable_noaudit(&init_user_ns, CAP_SYS_PTRACE) :
			  ns_capable(&init_user_ns, CAP_SYS_PTRACE);
	return capable ? 0 : -EPERM;
}

static int hook_ptrace_traceme(struct task_struct *parent)
{
	if (!portacl_identity_protected(portacl_cred(current_cred())))
		return 0;
	return has_ns_capability(parent, &init_user_ns, CAP_SYS_PTRACE) ?
		       0 : -EPERM;
}

static struct security_hook_list hooks[] __lsm_ro_after_init = {
	LSM_HOOK_INIT(inet_bind_port, portacl_quick_bind),
	LSM_HOOK_INIT(inet_port_reserved, hook_inet_port_reserved),
	LSM_HOOK_INIT(socket_bind, hook_socket_bind),
	LSM_HOOK_INIT(bprm_creds_from_file, hook_bprm_creds_from_file),
	LSM_HOOK_INIT(cred_prepare, hook_cred_prepare),
	LSM_HOOK_INIT(cred_transfer, hook_cred_transfer),
	LSM_HOOK_INIT(ptrace_access_check, hook_ptrace_access_check),
	LSM_HOOK_INIT(ptrace_traceme, hook_ptrace_traceme),
};

/* A private number: include/uapi/linux/lsm.h assigns those of mainline. */
const struct lsm_id portacl_lsm_id = {
	.name = PORTACL_NAME,
	.id = 0x706f7274,
};

/**
 * portacl_hooks_add - register the hooks
 *
 * Context: boot.
 */
void __init portacl_hooks_add(void)
{
	portacl_dispatch_test_add(true);
	security_add_hooks(hooks, ARRAY_SIZE(hooks), &portacl_lsm_id);
	portacl_dispatch_test_add(false);
}
