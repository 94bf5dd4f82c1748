/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the ways to a port that run no cgroup program.  The LSM hooks deny
 * there and cannot grant.
 *
 * SCTP has a gate for each address that is bound and for each association, as in
 * the kernel module.
 *
 * RxRPC binds an inner udp socket, unless a process already has the endpoint.
 * Later ones share it.
 */
#ifndef _PORTACL_BPF_EARLY_H
#define _PORTACL_BPF_EARLY_H

#include "bind.h"

/* The SCTP sockets for which a caller chose a port; the kernel picks the others. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} chosen SEC(".maps");

static __always_inline int is_sctp(struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_SCTP && sk->sk_type != SOCK_RAW;
}

/* The port stands at the same place in addresses of both families. */
static __always_inline __u16 read_port(const void *addr)
{
	__u16 port = 0;

	bpf_probe_read_kernel(&port, sizeof(port), addr + 2);
	return bpf_ntohs(port);
}

static __always_inline void read_address(struct pa_bound *bound,
					 const void *addr)
{
	__u16 family = 0;

	bpf_probe_read_kernel(&family, sizeof(family), addr);
	if (family == AF_INET6) {
		bpf_probe_read_kernel(bound->addr, sizeof(bound->addr),
				      addr + 8);
		return;
	}
	bound->addr[2] = bpf_htonl(0xffff);
	bpf_probe_read_kernel(&bound->addr[3], sizeof(bound->addr[3]),
			      addr + 4);
}

/*
 * Not static, so the verifier checks it once and not again for each call.  Returns
 * whether a bind must be refused.
 */
__noinline int judge_hook(struct pa_bound *bound, __u32 transport, __u32 port,
			  __u32 gate, __u32 other_net)
{
	struct attempt try = {
		.transport = transport,
		.port = port,
		.gate = gate,
		.other_net = other_net,
		.bound = bound,
	};

	return bound && port && judge(&try) == REFUSED;
}

static __always_inline int judge_socket(struct sock *sk, struct pa_bound *bound,
					int transport, __u16 port,
					enum gate gate)
{
	int other = sk->__sk_common.skc_net.net->net_cookie != init_net;

	if (!port || (other && !is_host_net(sk)))
		return 0;
	return judge_hook(bound, transport, port, gate, other) ? -EACCES : 0;
}

/* Returns the port of the socket, 0 if it has none or the kernel picked it. */
static __always_inline __u16 chosen_port(struct sock *sk)
{
	return bpf_sk_storage_get(&chosen, sk, NULL, 0) ?
	       sk->__sk_common.skc_num : 0;
}

/* Without the mark, later addresses and associations would not be judged. */
static __always_inline int mark_chosen(struct sock *sk)
{
	return bpf_sk_storage_get(&chosen, sk, NULL,
				  BPF_SK_STORAGE_GET_F_CREATE) ? 0 : -ENOMEM;
}

/* No rule for SCTP has addr=. */
static __always_inline int judge_sctp(struct sock *sk, __u16 port)
{
	struct pa_bound bound = { };

	return judge_socket(sk, &bound, SCTP, port, FINAL);
}

/* Port 0 stands for the one that the socket already has; it cannot get another. */
static __always_inline int bind_sctp(struct sock *sk, struct sockaddr *addr,
				     int len)
{
	__u16 port = len < 4 ? 0 : read_port(addr);

	if (!port)
		return judge_sctp(sk, chosen_port(sk));
	if (mark_chosen(sk))
		return -ENOMEM;
	return judge_sctp(sk, port);
}

/* Short addresses are errors. */
static __always_inline int bind_rxrpc(struct sock *sk, const void *addr,
				      int len)
{
	struct pa_bound bound = { };

	if (len < SOCKADDR_RXRPC)
		return 0;
	addr += SOCKADDR_RXRPC_TRANSPORT;
	read_address(&bound, addr);
	return judge_socket(sk, &bound, UDP, read_port(addr), EARLY);
}

SEC("lsm/socket_bind")
int BPF_PROG(socket_bind, struct socket *sock, struct sockaddr *addr, int len)
{
	struct sock *sk = sock->sk;
	int err = 0;

	if (!sk)
		return 0;
	if (is_sctp(sk))
		err = bind_sctp(sk, addr, len);
	else if (sk->__sk_common.skc_family == AF_RXRPC)
		err = bind_rxrpc(sk, addr, len);
	return refuse_unless(!err, err);
}

/* From connect(2). */
SEC("lsm/socket_connect")
int BPF_PROG(socket_connect, struct socket *sock)
{
	struct sock *sk = sock->sk;
	int err = 0;

	if (sk && is_sctp(sk))
		err = judge_sctp(sk, chosen_port(sk));
	return refuse_unless(!err, err);
}

/* All addresses of one bindx have the same port, or it fails. */
SEC("lsm/sctp_bind_connect")
int BPF_PROG(sctp_bind_connect, struct sock *sk, int option,
	     struct sockaddr *addr, int len)
{
	int err = 0;

	if (option == SCTP_SOCKOPT_BINDX_ADD)
		err = bind_sctp(sk, addr, len);
	else if (option == SCTP_SOCKOPT_CONNECTX ||
		 option == SCTP_SENDMSG_CONNECT)
		err = judge_sctp(sk, chosen_port(sk));
	return refuse_unless(!err, err);
}

/* A socket that is accepted or peeled off has the port of the other. */
SEC("lsm/sctp_sk_clone")
int BPF_PROG(sctp_sk_clone, void *asoc, struct sock *sk, struct sock *newsk)
{
	if (bpf_sk_storage_get(&chosen, sk, NULL, 0))
		mark_chosen(newsk);
	return 0;
}

#endif /* _PORTACL_BPF_EARLY_H */
