// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways to a port that do not show it to the socket_bind hook as bind(2) of a
 * TCP or UDP socket does.  Each must be a way without a policy, or the test
 * proves nothing; each must be closed by a denial and opened by a grant.
 */
#include "common.h"

#include <linux/rxrpc.h>

#include "svc_uring.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif
#define IPPROTO_SMC 256
#define SMCPROTO_SMC 0
#define SMCPROTO_SMC6 1
#define SOL_SCTP 132
#define SCTP_SOCKOPT_BINDX_ADD 100
/* The shortest IPv6 address that the kernel takes: without sin6_scope_id */
#define SIN6_LEN_RFC2133 24

static int bind_new(int domain, int type, int protocol, const char *addr,
		    int port)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, protocol), err;

	if (fd < 0)
		return errno;
	err = -bind_fd(fd, addr, port);
	close(fd);
	return err;
}

static int mptcp_v4(int port)
{
	return bind_new(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "0.0.0.0", port);
}

static int mptcp_v6(int port)
{
	return bind_new(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, "::1", port);
}

static int af_smc(int port)
{
	return bind_new(AF_SMC, SOCK_STREAM, SMCPROTO_SMC, "127.0.0.1", port);
}

static int af_smc6(int port)
{
	return bind_new(AF_SMC, SOCK_STREAM, SMCPROTO_SMC6, "::1", port);
}

static int ipproto_smc(int port)
{
	return bind_new(AF_INET, SOCK_STREAM, IPPROTO_SMC, "0.0.0.0", port);
}

static int ipproto_smc6(int port)
{
	return bind_new(AF_INET6, SOCK_STREAM, IPPROTO_SMC, "::1", port);
}

static int mapped_tcp(int port)
{
	return bind_new(AF_INET6, SOCK_STREAM, 0, "::ffff:127.0.0.1", port);
}

static int mapped_udp(int port)
{
	return bind_new(AF_INET6, SOCK_DGRAM, 0, "::ffff:0.0.0.0", port);
}

static int sctp_v4_on_v6(int port)
{
	return bind_new(AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP, "127.0.0.1",
			port);
}

/* The stack takes family 0 with the wildcard address for AF_INET. */
static int bind_unspec(int domain, int type, int port)
{
	struct sockaddr_in sin = { .sin_port = htons(port) };
	int fd = socket(domain, type, 0), err = 0;

	if (fd < 0)
		return errno;
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		err = errno;
	close(fd);
	return err;
}

static int unspec_tcp(int port)
{
	return bind_unspec(AF_INET, SOCK_STREAM, port);
}

static int unspec_udp(int port)
{
	return bind_unspec(AF_INET, SOCK_DGRAM, port);
}

static int unspec_smc(int port)
{
	return bind_unspec(AF_SMC, SOCK_STREAM, port);
}

static int short_v6(int port)
{
	struct sockaddr_storage ss;
	int fd = socket(AF_INET6, SOCK_STREAM, 0), err = 0;

	make_addr(&ss, "::1", port);
	if (bind(fd, (struct sockaddr *)&ss, SIN6_LEN_RFC2133))
		err = errno;
	close(fd);
	return err;
}

static int long_v4(int port)
{
	struct sockaddr_storage ss;
	int fd = socket(AF_INET, SOCK_STREAM, 0), err = 0;

	make_addr(&ss, "127.0.0.1", port);
	if (bind(fd, (struct sockaddr *)&ss, sizeof(ss)))
		err = errno;
	close(fd);
	return err;
}

/* An endpoint outlives its socket for a moment. */
static int bind_rxrpc(int service, const char *addr, int port)
{
	struct sockaddr_rxrpc srx = {
		.srx_family = AF_RXRPC,
		.srx_service = service,
		.transport_type = SOCK_DGRAM,
	};
	int domain = strchr(addr, ':') ? PF_INET6 : PF_INET, tries, err;
	struct sockaddr_storage ss;

	srx.transport_len = make_addr(&ss, addr, port);
	memcpy(&srx.transport, &ss, srx.transport_len);
	for (tries = 0; tries < 100; tries++) {
		int fd = socket(AF_RXRPC, SOCK_DGRAM, domain);

		if (fd < 0)
			return errno;
		err = bind(fd, (struct sockaddr *)&srx, sizeof(srx)) ? errno :
								       0;
		close(fd);
		if (err != EADDRINUSE)
			break;
		usleep(20000);
	}
	return err;
}

static int rxrpc_server(int port)
{
	return bind_rxrpc(1, "127.0.0.1", port);
}

static int rxrpc_server6(int port)
{
	return bind_rxrpc(1, "::1", port);
}

/* Not shared with the endpoint that the test before it has left. */
static int rxrpc_client(int port)
{
	return bind_rxrpc(0, "127.0.0.2", port);
}

/* The first bind, as the kernel sees it, is that of a socket option. */
static int sctp_bindx(int port)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, "127.0.0.1", port);
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), err = 0;

	if (fd < 0)
		return errno;
	if (setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, &ss, len))
		err = errno;
	close(fd);
	return err;
}

static int addrform_udp(int port)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (turn_to_v4(fd, "::ffff:127.0.0.1", 9))
		return CHILD_BROKEN;
	return -bind_fd(fd, "127.0.0.1", port);
}

static int addrform_tcp(int port)
{
	int server = open_bound(&tcp, "127.0.0.1", 0);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (listen(server, 1) ||
	    turn_to_v4(fd, "::ffff:127.0.0.1", local_port(server)))
		return CHILD_BROKEN;
	return -bind_fd(fd, "127.0.0.1", port);
}

static int reuseport(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		return CHILD_BROKEN;
	return -bind_fd(fd, "127.0.0.1", port);
}

static bool uring_can_bind(void)
{
	struct {
		struct io_uring_probe probe;
		struct io_uring_probe_op ops[256];
	} all = {};
	struct uring ring;
	bool can = false;

	if (!uring_open(&ring, 0)) {
		syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PROBE,
			&all, 256);
		can = all.probe.ops[URING_OP_BIND].flags &
		      IO_URING_OP_SUPPORTED;
	}
	close(ring.fd);
	return can;
}

static int uring_inline(int port)
{
	return uring_can_bind() ? uring_bind(port, 0) : EOPNOTSUPP;
}

static int uring_sqpoll(int port)
{
	return uring_can_bind() ? uring_bind(port, IORING_SETUP_SQPOLL) :
				  EOPNOTSUPP;
}

/* From a worker thread of the kernel's, with the caller's credentials */
static int uring_worker(int port)
{
	struct sockaddr_storage ss;
	int fd = socket_for(&tcp, "127.0.0.1");
	int err = uring_can_bind() ? 0 : EOPNOTSUPP;
	struct uring ring;

	if (err)
		return err;
	if (uring_open(&ring, 0))
		return CHILD_BROKEN;
	memset(ring.sqes, 0, sizeof(*ring.sqes));
	ring.sqes->opcode = URING_OP_BIND;
	ring.sqes->flags = IOSQE_ASYNC;
	ring.sqes->fd = fd;
	ring.sqes->addr = (unsigned long)&ss;
	ring.sqes->off = make_addr(&ss, "127.0.0.1", port);
	return -uring_run(&ring);
}

FIXTURE(door)
{
};

FIXTURE_VARIANT(door)
{
	const char *proto;
	int (*bind)(int port);
};

/* clang-format off */
FIXTURE_VARIANT_ADD(door, mptcp_v4) { "tcp", mptcp_v4 };
FIXTURE_VARIANT_ADD(door, mptcp_v6) { "tcp", mptcp_v6 };
FIXTURE_VARIANT_ADD(door, af_smc) { "tcp", af_smc };
FIXTURE_VARIANT_ADD(door, af_smc6) { "tcp", af_smc6 };
FIXTURE_VARIANT_ADD(door, ipproto_smc) { "tcp", ipproto_smc };
FIXTURE_VARIANT_ADD(door, ipproto_smc6) { "tcp", ipproto_smc6 };
FIXTURE_VARIANT_ADD(door, rxrpc_server) { "udp", rxrpc_server };
FIXTURE_VARIANT_ADD(door, rxrpc_server6) { "udp", rxrpc_server6 };
FIXTURE_VARIANT_ADD(door, rxrpc_client) { "udp", rxrpc_client };
FIXTURE_VARIANT_ADD(door, unspec_tcp) { "tcp", unspec_tcp };
FIXTURE_VARIANT_ADD(door, unspec_udp) { "udp", unspec_udp };
FIXTURE_VARIANT_ADD(door, unspec_smc) { "tcp", unspec_smc };
FIXTURE_VARIANT_ADD(door, mapped_tcp) { "tcp", mapped_tcp };
FIXTURE_VARIANT_ADD(door, mapped_udp) { "udp", mapped_udp };
FIXTURE_VARIANT_ADD(door, short_v6) { "tcp", short_v6 };
FIXTURE_VARIANT_ADD(door, long_v4) { "tcp", long_v4 };
FIXTURE_VARIANT_ADD(door, sctp_bindx) { "sctp", sctp_bindx };
FIXTURE_VARIANT_ADD(door, sctp_v4_on_v6) { "sctp", sctp_v4_on_v6 };
FIXTURE_VARIANT_ADD(door, addrform_udp) { "udp", addrform_udp };
FIXTURE_VARIANT_ADD(door, addrform_tcp) { "tcp", addrform_tcp };
FIXTURE_VARIANT_ADD(door, reuseport) { "tcp", reuseport };
FIXTURE_VARIANT_ADD(door, uring_inline) { "tcp", uring_inline };
FIXTURE_VARIANT_ADD(door, uring_worker) { "tcp", uring_worker };
FIXTURE_VARIANT_ADD(door, uring_sqpoll) { "tcp", uring_sqpoll };
/* clang-format on */

struct attempt {
	int (*bind)(int port);
	int port;
};

static int bind_attempt(const void *arg)
{
	const struct attempt *a = arg;

	return a->bind(a->port);
}

static int try_door(const struct subject *who, int (*bind)(int), int port)
{
	struct attempt a = { bind, port };

	return run_as(who, bind_attempt, &a);
}

#define TRY(who, port) try_door(who, variant->bind, port)

FIXTURE_SETUP(door)
{
	int err;

	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	ASSERT_EQ(0, reset_policy());
	err = TRY(&root, 0);
	if (err == EAFNOSUPPORT || err == EPROTONOSUPPORT ||
	    err == ESOCKTNOSUPPORT || err == EOPNOTSUPP)
		SKIP(return, "not in this kernel: %s", strerror(err));
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(door)
{
	EXPECT_EQ(0, reset_policy());
}

/* The control: it is a door, and the old rule stands before it. */
TEST_F(door, no_policy)
{
	EXPECT_EQ(0, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&user, 8080));
}

TEST_F(door, grant)
{
	ASSERT_EQ(0, load_rules("allow %s 80 uid=33", variant->proto));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(EACCES, TRY(&other, 80));
	EXPECT_EQ(EACCES, TRY(&user, 81));
}

TEST_F(door, deny)
{
	ASSERT_EQ(0, load_rules("deny %s 80,8080", variant->proto));
	EXPECT_EQ(EACCES, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&capped, 80));
	EXPECT_EQ(EACCES, TRY(&root, 8080));
	EXPECT_EQ(EACCES, TRY(&user, 8080));
	EXPECT_EQ(0, TRY(&user, 8081));
}

TEST_F(door, only)
{
	ASSERT_EQ(0, load_rules("allow %s 80,8080 uid=33 only",
				variant->proto));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&user, 8080));
	EXPECT_EQ(EACCES, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&root, 8080));
}

/* It is this transport that counts, and no other. */
TEST_F(door, other_transport)
{
	const char *list = !strcmp(variant->proto, "tcp") ?
				   "udp,udplite,dccp" :
			   !strcmp(variant->proto, "udp") ?
				   "tcp,udplite,dccp" :
				   "tcp,udp,udplite,dccp";

	ASSERT_EQ(0, load_rules("allow %s 80 uid=33 only\ndeny %s 8080", list,
				list));
	EXPECT_EQ(EACCES, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&root, 80));
	EXPECT_EQ(0, TRY(&user, 8080));
}

static int smc_both(int port)
{
	return bind_new(AF_SMC, SOCK_STREAM, SMCPROTO_SMC6, "::", port);
}

/* The option is that of the inner socket alone. */
static int smc_v6only(int port)
{
	int fd = socket(AF_SMC, SOCK_STREAM, SMCPROTO_SMC6), on = 1;

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return CHILD_BROKEN;
	return -bind_fd(fd, "::", port);
}

TEST(v6only_of_smc)
{
	int fd = socket(AF_SMC, SOCK_STREAM, SMCPROTO_SMC6);

	if (fd < 0)
		SKIP(return, "no AF_SMC in this kernel: %m");
	close(fd);
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, load_rules("deny tcp 8080 addr=0.0.0.0/0\n"
				"allow tcp 80 uid=33 addr=::/0"));
	EXPECT_EQ(EACCES, try_door(&root, smc_both, 8080));
	EXPECT_EQ(0, try_door(&root, smc_v6only, 8080));
	EXPECT_EQ(EACCES, try_door(&user, smc_both, 80));
	EXPECT_EQ(0, try_door(&user, smc_v6only, 80));
	ASSERT_EQ(0, reset_policy());
}

/* With the endpoint of another process on the port, no port is bound. */
static int share_endpoint(const void *arg)
{
	(void)arg;
	return bind_rxrpc(0, "127.0.0.1", 8080);
}

TEST(rxrpc_shared)
{
	struct sockaddr_rxrpc srx = {
		.srx_family = AF_RXRPC,
		.srx_service = 1,
		.transport_type = SOCK_DGRAM,
		.transport_len = sizeof(srx.transport.sin),
		.transport.sin = {
			.sin_family = AF_INET,
			.sin_port = htons(8080),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		},
	};
	int fd = socket(AF_RXRPC, SOCK_DGRAM, PF_INET);

	if (fd < 0)
		SKIP(return, "no AF_RXRPC in this kernel: %m");
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&srx, sizeof(srx)));
	EXPECT_EQ(0, run_as(&other, share_endpoint, NULL));
	ASSERT_EQ(0, load_rules("allow udp 8080 uid=33 only"));
	EXPECT_EQ(0, run_as(&user, share_endpoint, NULL));
	EXPECT_EQ(EACCES, run_as(&other, share_endpoint, NULL));
	close(fd);
	ASSERT_EQ(0, reset_policy());
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
