// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own list of sockets, sock_diag(7).
 */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "system/diag.h"

/* States of include/net/tcp_states.h, which sockets of all kinds have. */
#define STATE_LISTEN 10
#define STATE_NEW_SYN_RECV 12
#define STATE_BOUND_INACTIVE 13

/* A request that a listening socket has not accepted yet holds no port. */
#define STATES (~(1U << STATE_NEW_SYN_RECV))

/**
 * struct transport - a list of sockets that the kernel is asked for
 * @ipproto: its number
 * @proto: enum portacl_proto
 * @name: its name in /proc/net/protocols
 */
static const struct transport {
	u32 ipproto;
	u8 proto;
	const char *name;
} transports[] = {
	{ IPPROTO_TCP, PORTACL_TCP, "TCP" },
	{ IPPROTO_UDP, PORTACL_UDP, "UDP" },
	{ IPPROTO_SCTP, PORTACL_SCTP, "SCTP" },
	{ IPPROTO_UDPLITE, PORTACL_UDPLITE, "UDP-Lite" },
	{ IPPROTO_DCCP, PORTACL_DCCP, "DCCP" },
	{ IPPROTO_MPTCP, PORTACL_TCP, "MPTCP" },
};

static void map_addr(u8 *addr, int family, const void *from)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (family == AF_INET6) {
		memcpy(addr, from, 16);
	} else {
		memcpy(addr, mapped, sizeof(mapped));
		memcpy(addr + sizeof(mapped), from, 4);
	}
}

/* Note, once, what the kernel does not tell; @text is freed. */
void sockets_unseen(struct sockets *sockets, char *text)
{
	size_t i;

	for (i = 0; i < sockets->unseen.len; i++)
		if (!strcmp(sockets->unseen.items[i], text))
			break;
	if (i == sockets->unseen.len)
		list_add(&sockets->unseen, text);
	else
		free(text);
}

static void add(struct sockets *sockets, const struct bound *bound)
{
	make_room(sockets->items, sockets->nr);
	sockets->items[sockets->nr++] = *bound;
}

/* An SCTP socket may be bound to several addresses. */
static void add_locals(struct sockets *sockets, struct bound *bound,
		       const struct rtattr *attr)
{
	const char *at = RTA_DATA(attr);
	size_t left = RTA_PAYLOAD(attr);
	struct sockaddr_storage local;

	for (; left >= sizeof(local);
	     at += sizeof(local), left -= sizeof(local)) {
		memcpy(&local, at, sizeof(local));
		if (local.ss_family == AF_INET6)
			map_addr(bound->addr, AF_INET6,
				 &((struct sockaddr_in6 *)&local)->sin6_addr);
		else if (local.ss_family == AF_INET)
			map_addr(bound->addr, AF_INET,
				 &((struct sockaddr_in *)&local)->sin_addr);
		else
			continue;
		add(sockets, bound);
	}
}

static u8 state_of(const struct inet_diag_msg *msg)
{
	if (msg->id.idiag_dport)
		return msg->idiag_inode ? BOUND_CONNECTED : BOUND_CLOSED;
	return msg->idiag_state == STATE_LISTEN ? BOUND_LISTENING : BOUND_IDLE;
}

static void take_socket(struct sockets *sockets, struct bound *bound,
			const struct inet_diag_msg *msg, size_t len)
{
	const struct rtattr *attr = (const void *)(msg + 1), *locals = NULL;
	int left = len - sizeof(*msg);

	bound->state = state_of(msg);
	bound->port = ntohs(msg->id.idiag_sport);
	bound->uid = msg->idiag_uid;
	bound->inode = msg->idiag_inode;
	map_addr(bound->addr, msg->idiag_family, msg->id.idiag_src);
	if (msg->idiag_state == STATE_BOUND_INACTIVE)
		sockets->lists_idle = true;
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
		if (attr->rta_type == INET_DIAG_SKV6ONLY &&
		    RTA_PAYLOAD(attr) >= sizeof(u8))
			bound->v6only = *(const u8 *)RTA_DATA(attr);
		else if (attr->rta_type == INET_DIAG_CGROUP_ID &&
			 RTA_PAYLOAD(attr) >= sizeof(u64))
			memcpy(&bound->cgroup, RTA_DATA(attr), sizeof(u64));
		else if (attr->rta_type == INET_DIAG_LOCALS)
			locals = attr;
	}
	if (!bound->port)
		return;
	if (locals && bound->proto == PORTACL_SCTP)
		add_locals(sockets, bound, locals);
	else
		add(sockets, bound);
}

/**
 * diag_take - read a part of the kernel's answer
 * @sockets: where the sockets are added
 * @proto: enum portacl_proto
 * @mptcp: they are MPTCP sockets
 * @data: what was received, aligned as malloc() does
 * @len: its length in bytes
 * @error: where the error number is stored if there are no more parts
 *
 * Return: whether more parts follow.
 */
bool diag_take(struct sockets *sockets, u8 proto, bool mptcp, const void *data,
	       size_t len, int *error)
{
	const struct nlmsghdr *head;
	size_t at;

	*error = 0;
	for (at = 0; at + sizeof(*head) <= len;
	     at += NLMSG_ALIGN(head->nlmsg_len)) {
		struct bound bound = {
			.proto = proto, .mptcp = mptcp,
			.net = max(sockets->nr_nets, 1U) - 1, .count = 1,
		};
		size_t size;

		head = (const void *)((const char *)data + at);
		if (head->nlmsg_len < sizeof(*head) ||
		    head->nlmsg_len > len - at)
			break;
		size = NLMSG_PAYLOAD(head, 0);
		if (head->nlmsg_type == NLMSG_DONE ||
		    head->nlmsg_type == NLMSG_ERROR) {
			/* NLMSG_DONE may come without it. */
			if (size >= sizeof(*error))
				memcpy(error, NLMSG_DATA(head),
				       sizeof(*error));
			/* A negative errno, if it is the kernel's. */
			if (*error < -4095 || *error > 0)
				*error = -EIO;
			*error = -*error;
			return false;
		}
		if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		    size >= sizeof(struct inet_diag_msg))
			take_socket(sockets, &bound, NLMSG_DATA(head), size);
	}
	return true;
}

/* Ask for the sockets of one address family. */
static bool send_request(int fd, const struct transport *transport, u8 family,
			 u16 port)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
		struct rtattr attr;
		u32 ipproto;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.body = {
			.sdiag_family = family,
			/* MPTCP's number fits into the attribute alone. */
			.sdiag_protocol = min(transport->ipproto,
					      (u32)IPPROTO_RAW),
			.idiag_states = STATES,
			.id.idiag_sport = htons(port),
		},
		.attr = {
			.rta_len = RTA_LENGTH(sizeof(u32)),
			.rta_type = INET_DIAG_REQ_PROTOCOL,
		},
		.ipproto = transport->ipproto,
	};

	return send(fd, &request, sizeof(request), 0) == sizeof(request);
}

/* The kernel's answer; an error number, 0: all of it was read. */
static int receive(struct sockets *sockets, int fd,
		   const struct transport *transport)
{
	static char data[1 << 18] __attribute__((aligned(8)));
	int error = 0;
	ssize_t len;

	do {
		len = recv(fd, data, sizeof(data), MSG_TRUNC);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno;
		if (!len || (size_t)len > sizeof(data))
			return EMSGSIZE;
	} while (len < 0 ||
		 diag_take(sockets, transport->proto,
			   transport->ipproto == IPPROTO_MPTCP, data, len,
			   &error));
	return error;
}

/* Does the kernel have such sockets at all? */
static bool has_protocol(const char *name)
{
	autofree char *text = read_file("/proc/net/protocols", NULL);
	size_t len = strlen(name);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == ' ')
			return true;
	}
	return !text;
}

static void read_transport(struct sockets *sockets, int fd,
			   const struct transport *transport, u16 port)
{
	static const u8 families[] = { AF_INET, AF_INET6 };
	int error = 0;
	u32 i;

	for (i = 0; !error && i < ARRAY_SIZE(families); i++)
		error = send_request(fd, transport, families[i], port) ?
			receive(sockets, fd, transport) : errno;
	/* A kernel without the protocol, or without IPv6, has none of them. */
	if (!error || (error == ENOENT && !has_protocol(transport->name)))
		return;
	sockets_unseen(sockets, xasprintf("%s sockets: %s", transport->name,
					  error == ENOENT ?
					  "this kernel does not list them" :
					  strerror(error)));
}

/* Since Linux 6.8; a socket of that kind that was listed is the better proof. */
static bool lists_idle(const struct sockets *sockets)
{
	struct utsname name;
	u32 major, minor;

	if (sockets->lists_idle || uname(&name))
		return sockets->lists_idle;
	return sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 8));
}

/* A port is free only if what the kernel does not list is ruled out. */
static void note_idle(struct sockets *sockets, u8 proto)
{
	if (proto == PORTACL_TCP && !lists_idle(sockets))
		sockets_unseen(sockets, xstrdup(
			"TCP sockets that are bound, but neither listen nor are connected: kernels before 6.8 do not list them"));
	if (proto == PORTACL_SCTP && has_protocol("SCTP"))
		sockets_unseen(sockets, xstrdup(
			"SCTP sockets that are bound, but neither listen nor are connected: no kernel lists them"));
}

/**
 * diag_read - ask for the sockets of the network namespace that this is in
 * @sockets: where they are added
 * @proto: enum portacl_proto, or ANY_PROTO
 * @port: the port, 0: any
 */
void diag_read(struct sockets *sockets, u8 proto, u16 port)
{
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				  NETLINK_SOCK_DIAG);
	u32 i;

	if (fd < 0) {
		sockets_unseen(sockets, xasprintf("sockets: %s",
						  strerror(errno)));
		return;
	}
	for (i = 0; i < ARRAY_SIZE(transports); i++)
		if (proto == ANY_PROTO || proto == transports[i].proto)
			read_transport(sockets, fd, &transports[i], port);
	if (port)
		note_idle(sockets, proto);
}
