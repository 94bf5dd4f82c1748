/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the gates.
 *
 * Each bind is judged once.  cgroup/bind4 and bind6 run at the root cgroup, so
 * after those of every other cgroup: the address is the one that the stack binds.
 * They see all of tcp, udp, udplite and dccp, also the inner sockets of MPTCP,
 * SMC and RxRPC.  The LSM hooks of early.h judge the rest.  cgroup/post_bind6 runs
 * once a port is bound, and is attached only if a policy has addr=.
 */
#ifndef _PORTACL_BPF_BIND_H
#define _PORTACL_BPF_BIND_H

#include "learn.h"

/* For a protocol that binds no port. */
#define NO_TRANSPORT 255

/* Returns the transport below a socket's protocol. */
static __always_inline int transport(__u32 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SMC:
		return TCP;
	case IPPROTO_UDP:
		return UDP;
	case IPPROTO_SCTP:
		return SCTP;
	case IPPROTO_UDPLITE:
		return UDPLITE;
	case IPPROTO_DCCP:
		return DCCP;
	default:
		return NO_TRANSPORT;
	}
}

static __always_inline void fill_identity(struct pa_request *req,
					  struct task_struct *task)
{
	const struct cred *cred = task->cred;
	struct identity *id = find_identity(task);

	req->uid = cred->euid.val;
	req->taint = BIT(TAINT_NOPATH);
	if (id) {
		req->exe = id->exe;
		req->launcher = id->launcher;
		req->taint = id->taint;
		req->launch_root = id->flags & ROOT_EXEC;
		_Static_assert(ROOT_EXEC == 1, "launch_root is 0 or 1");
	}
	if (cred->user_ns->ns.inum != INIT_USER_NS)
		req->taint |= BIT(TAINT_NAMESPACE);
	if (is_process_traced(task))
		req->taint |= BIT(TAINT_TRACED);
}

static __always_inline __u32 active_mode(void)
{
	__u32 zero = 0;
	struct pa_config *c = bpf_map_lookup_elem(&config, &zero);

	return c ? c->mode : PA_ENFORCE;
}

static __always_inline void record(struct pa_search *s,
				   struct task_struct *task, int refused)
{
	struct pa_cell *cell = pa_cell(s->policy, 1);
	struct pa_record *r;

	if (s->best.action == PA_ALLOW ? !(s->best.flags & PA_RULE_LOG) :
					 !!(s->best.flags & PA_RULE_NOLOG))
		return;
	r = cell ? bpf_ringbuf_reserve(&records, sizeof(*r), 0) : NULL;
	if (!r)
		return;
	r->request = s->req;
	r->generation = cell->origin.generation;
	r->bound = s->bound;
	r->verdict = s->best;
	r->pid = BPF_CORE_READ(task, tgid);
	r->refused = refused;
	BPF_CORE_READ_STR_INTO(&r->comm, task, comm);
	bpf_ringbuf_submit(r, 0);
}

static __always_inline void count(struct pa_search *s, struct pa_head *head)
{
	struct pa_cell *cell = pa_cell(s->policy, head->counters + s->best.nr);
	int grant = s->best.action == PA_ALLOW;

	__sync_fetch_and_add(grant ? &total_grants : &total_denies, 1);
	if (!cell)
		return;
	__sync_fetch_and_add(grant ? &cell->counter.grants :
				     &cell->counter.denies, 1);
	cell->counter.last = bpf_ktime_get_boot_ns();
}

/* The decision on a bind. */
enum outcome { NO_OPINION, GRANTED, REFUSED, REFUSED_KERNEL };

/*
 * Only reservations apply to kernel threads, which try the next port: without end
 * if all are reserved.  A reservation for some addresses counts as one for all.
 */
static __always_inline enum outcome judge_kernel(struct pa_port *p, __u8 proto)
{
	if ((!(p->only >> proto & 1) && !(p->kinds & PA_PORT_PART)) ||
	    active_mode() != PA_ENFORCE)
		return NO_OPINION;
	__sync_fetch_and_add(&kernel_denies, 1);
	return p->only >> PA_CLOSED >> proto & 1 ? REFUSED : REFUSED_KERNEL;
}

/* Which gate asks.  If the early one does not refuse a bind, the final one follows. */
enum gate { EARLY, FINAL };

/**
 * struct attempt - a bind that is judged
 * @transport: enum portacl_proto, or NO_TRANSPORT
 * @port: the port in host byte order, not 0
 * @gate: the gate
 * @other_net: 1: not in the initial network namespace; else 0
 * @bound: the address
 * @ctx: the context if it is an address of IPv6 at the final gate, else NULL
 */
struct attempt {
	int transport;
	__u16 port;
	enum gate gate;
	__u8 other_net;
	const struct pa_bound *bound;
	struct bpf_sock_addr *ctx;
};

/* The context itself has no member for this. */
static __always_inline struct sock *socket_of(struct bpf_sock_addr *ctx)
{
	return BPF_CORE_READ((struct bpf_sock_addr_kern *)ctx, sk);
}

static __always_inline int is_v6only(struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(&sk->__sk_common, skc_ipv6only);
}

/* The sockets of which a bind was judged as one of IPv6 alone. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} v6only SEC(".maps");

/* Unless the socket can be marked, a bind counts as one of both families. */
static __always_inline int mark_v6only(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk && is_v6only(socket_of(ctx)) &&
	       bpf_sk_storage_get(&v6only, sk, NULL,
				  BPF_SK_STORAGE_GET_F_CREATE);
}

static __always_inline enum outcome judge(const struct attempt *try)
{
	/* Else the verifier follows each transport and namespace apart. */
	volatile __u8 memory = try->transport, net = try->other_net;
	__u8 proto = memory, other_net = net;
	__u16 port = try->port;
	struct task_struct *task = bpf_get_current_task_btf();
	struct pa_search s = {
		.req = {
			.port = port, .proto = proto, .other_net = other_net,
		},
		.bound = *try->bound,
	};
	struct pa_cell *head, *cell;
	struct pa_port *p;
	int refused;

	s.policy = active_policy();
	if (!s.policy || proto > DCCP)
		return NO_OPINION;
	cell = pa_cell(s.policy, PA_FIRST_PORT + port / 4);
	if (!cell)
		return NO_OPINION;
	p = &cell->ports[port & 3];
	if (!((p->named | p->only) >> proto & 1) && !(p->kinds & PA_PORT_LEARN))
		return NO_OPINION;
	if (other_net && !(p->kinds & (PA_PORT_NET_ANY | PA_PORT_LEARN)))
		return NO_OPINION;
	head = pa_cell(s.policy, 0);
	if (!head || !head->head.abi)
		return NO_OPINION;
	if (task->flags & PF_KTHREAD)
		return other_net ? NO_OPINION : judge_kernel(p, proto);
	fill_identity(&s.req, task);
	if (try->ctx && (p->kinds & PA_PORT_MORE))
		s.bound.v6only = mark_v6only(try->ctx);
	pa_match(&s, &head->head, p);
	if ((p->kinds & PA_PORT_LEARN) && try->gate == FINAL)
		note_bind(&s.req, s.best.action);
	if (s.best.action == PA_LEGACY)
		return NO_OPINION;
	refused = s.best.action == PA_DENY && active_mode() == PA_ENFORCE;
	if (refused || try->gate == FINAL) {
		count(&s, &head->head);
		record(&s, task, refused);
	}
	if (s.best.action == PA_ALLOW)
		return GRANTED;
	return refused ? REFUSED : NO_OPINION;
}

/* The socket and the port of the last refusal of a kernel thread. */
__u64 last_refusal;

/* A port picker that has one port only would ask for it without end. */
static __always_inline void refuse_kernel(struct bpf_sock_addr *ctx, __u16 port)
{
	__u64 refusal = bpf_get_socket_cookie(ctx) << 16 | port;

	bpf_set_retval(refusal == last_refusal ? -EACCES : -EADDRINUSE);
	last_refusal = refusal;
}

/* Network namespaces of other user namespaces are out of scope. */
static __always_inline int is_host_net(struct sock *sk)
{
	return is_init_user_ns(BPF_CORE_READ(sk, __sk_common.skc_net.net,
					     user_ns));
}

/* The answers of a bind program: 0 refuses; 3 grants without a capability. */
static __always_inline int at_bind(struct bpf_sock_addr *ctx,
				   struct attempt *try)
{
	__u16 port = bpf_ntohs(ctx->user_port);

	try->transport = transport(ctx->protocol);
	try->port = port;
	try->gate = FINAL;
	try->other_net = bpf_get_netns_cookie(ctx) != init_net;
	if (!port || (try->other_net && !is_host_net(socket_of(ctx))))
		return 1;
	switch (judge(try)) {
	case GRANTED:
		return 3;
	case REFUSED:
		bpf_set_retval(-EACCES);
		return 0;
	case REFUSED_KERNEL:
		refuse_kernel(ctx, port);
		return 0;
	default:
		return 1;
	}
}

SEC("cgroup/bind4")
int bind4(struct bpf_sock_addr *ctx)
{
	struct pa_bound bound = { };
	struct attempt try = { .bound = &bound };

	bound.addr[2] = bpf_htonl(0xffff);
	bound.addr[3] = ctx->user_ip4;
	return at_bind(ctx, &try);
}

SEC("cgroup/bind6")
int bind6(struct bpf_sock_addr *ctx)
{
	struct pa_bound bound = { };
	struct attempt try = { .bound = &bound, .ctx = ctx };

	bound.addr[0] = ctx->user_ip6[0];
	bound.addr[1] = ctx->user_ip6[1];
	bound.addr[2] = ctx->user_ip6[2];
	bound.addr[3] = ctx->user_ip6[3];
	return at_bind(ctx, &try);
}

/*
 * Between the bind program and the bind, the socket is not locked: another thread
 * can clear IPV6_V6ONLY, and the wildcard then includes IPv4.
 */
SEC("cgroup/post_bind6")
int post_bind6(struct bpf_sock *ctx)
{
	if (!bpf_sk_storage_get(&v6only, ctx, NULL, 0) ||
	    ctx->src_ip6[0] || ctx->src_ip6[1] || ctx->src_ip6[2] ||
	    ctx->src_ip6[3] || is_v6only((struct sock *)ctx))
		return 1;
	bpf_set_retval(-EACCES);
	return 0;
}

#endif /* _PORTACL_BPF_BIND_H */
