// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port 0: the kernel picks a port, and IP_LOCAL_PORT_RANGE can narrow its
 * choice down to one.  It must not be one that a rule reserves.
 */
#include "common.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
/* Both in the usual ip_local_port_range; only the first will be reserved. */
#define RESERVED 40000
#define FREE 40001
#define SERVER 8080
#define PORT_RANGE "/proc/sys/net/ipv4/ip_local_port_range"

/* MPTCP has not always had the option: then for all sockets. */
static void narrow(int fd, int low, int high)
{
	__u32 range = (__u32)high << 16 | low;
	char text[32];

	if (!setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range,
			sizeof(range)))
		return;
	snprintf(text, sizeof(text), "%d %d\n", low, high);
	write_file(PORT_RANGE, text);
}

/* Each way to have a port picked: 0 or -errno. */
static int by_bind(int fd, const char *addr)
{
	return bind_fd(fd, addr, 0);
}

static int by_connect(int fd, const char *addr)
{
	return connect_fd(fd, addr, SERVER);
}

/* Only the address is bound, the port is picked by connect(2). */
static int by_late_bind(int fd, const char *addr)
{
	int on = 1;

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind_fd(fd, addr, 0) ?: connect_fd(fd, addr, SERVER);
}

static int by_listen(int fd, const char *addr)
{
	(void)addr;
	return listen(fd, 1) ? -errno : 0;
}

static int by_send(int fd, const char *addr)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, addr, SERVER);

	return sendto(fd, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&ss, len) ==
	       1 ? 0 : -errno;
}

/* TCP Fast Open: connect and send in one. */
static int by_fast_open(int fd, const char *addr)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, addr, SERVER);

	return sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
		      (struct sockaddr *)&ss, len) == 1 ? 0 : -errno;
}

FIXTURE(picked)
{
	int server;
};

FIXTURE_VARIANT(picked)
{
	const struct proto *proto;
	const char *addr;
	int (*pick)(int fd, const char *addr);
};

/* clang-format off */
FIXTURE_VARIANT_ADD(picked, tcp_bind) { &tcp, "127.0.0.1", by_bind };
FIXTURE_VARIANT_ADD(picked, tcp6_bind) { &tcp, "::1", by_bind };
FIXTURE_VARIANT_ADD(picked, tcp_connect) { &tcp, "127.0.0.1", by_connect };
FIXTURE_VARIANT_ADD(picked, tcp6_connect) { &tcp, "::1", by_connect };
FIXTURE_VARIANT_ADD(picked, tcp_late_bind) { &tcp, "127.0.0.1", by_late_bind };
FIXTURE_VARIANT_ADD(picked, tcp_listen) { &tcp, "127.0.0.1", by_listen };
FIXTURE_VARIANT_ADD(picked, tcp6_listen) { &tcp, "::1", by_listen };
FIXTURE_VARIANT_ADD(picked, tcp_fast_open) { &tcp, "127.0.0.1", by_fast_open };
FIXTURE_VARIANT_ADD(picked, udp_bind) { &udp, "127.0.0.1", by_bind };
FIXTURE_VARIANT_ADD(picked, udp6_bind) { &udp, "::1", by_bind };
FIXTURE_VARIANT_ADD(picked, udp_connect) { &udp, "127.0.0.1", by_connect };
FIXTURE_VARIANT_ADD(picked, udp_send) { &udp, "127.0.0.1", by_send };
FIXTURE_VARIANT_ADD(picked, udp6_send) { &udp, "::1", by_send };
FIXTURE_VARIANT_ADD(picked, udplite_bind) { &udplite, "127.0.0.1", by_bind };
FIXTURE_VARIANT_ADD(picked, dccp_bind) { &dccp, "127.0.0.1", by_bind };
FIXTURE_VARIANT_ADD(picked, sctp_bind) { &sctp, "127.0.0.1", by_bind };
FIXTURE_VARIANT_ADD(picked, sctp_connect) { &sctp, "127.0.0.1", by_connect };
FIXTURE_VARIANT_ADD(picked, sctp_listen) { &sctp, "127.0.0.1", by_listen };
FIXTURE_VARIANT_ADD(picked, mptcp_bind) { &mptcp, "127.0.0.1", by_bind };
FIXTURE_VARIANT_ADD(picked, mptcp_connect) { &mptcp, "127.0.0.1", by_connect };
/* clang-format on */

static int start_server(const struct proto *proto, const char *addr)
{
	int fd = open_bound(proto, addr, SERVER);

	/* A datagram socket has nothing to listen for. */
	listen(fd, 100);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

FIXTURE_SETUP(picked)
{
	if (!has_proto(variant->proto, variant->addr))
		SKIP(return, "no socket of protocol %d: %m",
		     variant->proto->protocol);
	ASSERT_EQ(0, reset_policy());
	self->server = start_server(variant->proto, variant->addr);
	ASSERT_LE(0, self->server);
}

FIXTURE_TEARDOWN(picked)
{
	close(self->server);
	EXPECT_EQ(0, write_file(PORT_RANGE, "32768 60999\n"));
	EXPECT_EQ(0, reset_policy());
}

/* The port that is picked in this range, or -errno. */
static int pick(const struct proto *proto, const char *addr,
		int (*how)(int fd, const char *addr), int low, int high)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = socket_for(proto, addr), port;

	narrow(fd, low, high);
	/* Leave no connection in TIME_WAIT on the port. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	port = how(fd, addr);
	if (!port)
		port = local_port(fd);
	close(fd);
	return port;
}

/* SCTP takes no second call from a port while the first is not accepted. */
static int pick_and_accept(int server, const struct proto *proto,
			   const char *addr,
			   int (*how)(int fd, const char *addr), int low,
			   int high)
{
	int port = pick(proto, addr, how, low, high), fd;

	while ((fd = accept(server, NULL, NULL)) >= 0)
		close(fd);
	return port;
}

#define PICK(low, high)                                                    \
	pick_and_accept(self->server, variant->proto, variant->addr,       \
			variant->pick, low, high)

/* The control: the range alone decides. */
TEST_F(picked, no_policy)
{
	EXPECT_EQ(RESERVED, PICK(RESERVED, RESERVED));
	EXPECT_EQ(FREE, PICK(FREE, FREE));
}

TEST_F(picked, reserved)
{
	int i;

	ASSERT_EQ(0, load_rules("allow %s %d uid=33 only",
				variant->proto->name, RESERVED));
	EXPECT_GT(0, PICK(RESERVED, RESERVED));
	EXPECT_EQ(FREE, PICK(FREE, FREE));
	for (i = 0; i < 10; i++)
		EXPECT_EQ(FREE, PICK(RESERVED, FREE));
	/* Port 0 yields it to no user, but a user who may bind it can. */
	EXPECT_EQ(0, try_bind(&user, variant->proto, variant->addr, RESERVED));
}

/* A policy that is only rehearsed changes nothing. */
TEST_F(picked, not_enforced)
{
	ASSERT_EQ(0, load_rules("allow %s %d uid=33 only",
				variant->proto->name, RESERVED));
	ASSERT_EQ(0, portacl_write("mode", "permissive\n"));
	EXPECT_EQ(RESERVED, PICK(RESERVED, RESERVED));
	ASSERT_EQ(0, portacl_write("mode", "enforce\n"));
	EXPECT_GT(0, PICK(RESERVED, RESERVED));
}

TEST_F(picked, learned)
{
	ASSERT_EQ(0, load_rules("allow %s %d uid=33 only",
				variant->proto->name, RESERVED));
	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(RESERVED, PICK(RESERVED, RESERVED));
	ASSERT_EQ(0, portacl_write("mode", "enforce\n"));
	EXPECT_GT(0, PICK(RESERVED, RESERVED));
}

/* A denial is of binding the port, not of being given it. */
TEST_F(picked, denied)
{
	ASSERT_EQ(0, load_rules("deny any %d", RESERVED));
	EXPECT_EQ(RESERVED, PICK(RESERVED, RESERVED));
}

/* So it is in other network namespaces, if the rule is about them. */
TEST_F(picked, net)
{
	ASSERT_EQ(0, own_net());
	close(self->server);
	self->server = start_server(variant->proto, variant->addr);
	ASSERT_LE(0, self->server);
	ASSERT_EQ(0, load_rules("allow any %d uid=33 only", RESERVED));
	EXPECT_EQ(RESERVED, PICK(RESERVED, RESERVED));
	ASSERT_EQ(0, load_rules("allow any %d uid=33 only net=any", RESERVED));
	EXPECT_GT(0, PICK(RESERVED, RESERVED));
	EXPECT_EQ(FREE, PICK(FREE, FREE));
}

static int pick_in_user_net(const void *arg)
{
	(void)arg;
	if (own_user_net())
		return CHILD_BROKEN;
	return pick(&tcp, "127.0.0.1", by_bind, RESERVED, RESERVED) != RESERVED;
}

TEST(user_namespace)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, load_rules("allow any %d uid=33 only net=any", RESERVED));
	EXPECT_EQ(0, run_as(&other, pick_in_user_net, NULL));
	ASSERT_EQ(0, reset_policy());
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
