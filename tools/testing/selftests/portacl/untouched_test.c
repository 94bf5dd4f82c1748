// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has no port, or is no address, is none of portacl's business, however
 * strict the policy: bind(2) does and says what it always did.
 */
#include "common.h"

#include <linux/if_packet.h>
#include <linux/l2tp.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <sys/un.h>

#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP 115
#endif

FIXTURE(untouched)
{
};

FIXTURE_VARIANT(untouched)
{
	const char *rules;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(untouched, host) { "default deny\ndeny any any" };
FIXTURE_VARIANT_ADD(untouched, net_any) { "default deny\ndeny any any net=any" };
/* clang-format on */

FIXTURE_SETUP(untouched)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, load_rules("%s", variant->rules));
	/* The control: what has a port is refused. */
	ASSERT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 80));
	ASSERT_EQ(EACCES, try_bind(&root, &udp, "::1", 8080));
}

FIXTURE_TEARDOWN(untouched)
{
	EXPECT_EQ(0, reset_policy());
}

static int raw(int protocol, const char *addr)
{
	struct proto proto = { "raw", SOCK_RAW, protocol };

	return try_bind(&root, &proto, addr, 80);
}

TEST_F(untouched, raw)
{
	EXPECT_EQ(0, raw(IPPROTO_TCP, "127.0.0.1"));
	EXPECT_EQ(0, raw(IPPROTO_UDP, "127.0.0.1"));
	EXPECT_EQ(0, raw(IPPROTO_SCTP, "0.0.0.0"));
	EXPECT_EQ(0, raw(IPPROTO_RAW, "127.0.0.1"));
	EXPECT_EQ(0, raw(IPPROTO_UDP, "::1"));
	EXPECT_EQ(0, raw(IPPROTO_TCP, "::"));
}

/* The "port" of a ping socket is the number in its messages. */
TEST_F(untouched, ping)
{
	static const char range[] = "/proc/sys/net/ipv4/ping_group_range";
	static const struct proto ping = { "ping", SOCK_DGRAM, IPPROTO_ICMP };
	static const struct proto ping6 = { "ping", SOCK_DGRAM,
					    IPPROTO_ICMPV6 };
	char was[32];

	ASSERT_LT(0, read_file(range, was, sizeof(was)));
	ASSERT_EQ(0, write_file(range, "0 100\n"));
	EXPECT_EQ(0, try_bind(&user, &ping, "127.0.0.1", 80));
	EXPECT_EQ(0, try_bind(&user, &ping, "127.0.0.1", 8080));
	EXPECT_EQ(0, try_bind(&user, &ping6, "::1", 80));
	EXPECT_EQ(0, write_file(range, was));
}

TEST_F(untouched, l2tp_ip)
{
	struct sockaddr_l2tpip addr = {
		.l2tp_family = AF_INET,
		.l2tp_unused = htons(80),
		.l2tp_conn_id = 80,
	};
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_L2TP);

	if (fd < 0)
		SKIP(return, "no L2TP over IP: %s", strerror(errno));
	EXPECT_EQ(0, bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	close(fd);
}

TEST_F(untouched, other_families)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "\0pacl" };
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK,
				  .svm_cid = VMADDR_CID_ANY, .svm_port = 80 };
	int fd;

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT_EQ(0, bind(fd, (struct sockaddr *)&un, sizeof(un)));
	close(fd);
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	EXPECT_EQ(0, bind(fd, (struct sockaddr *)&nl, sizeof(nl)));
	close(fd);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd >= 0)
		EXPECT_EQ(0, bind(fd, (struct sockaddr *)&ll, sizeof(ll)));
	close(fd);
	fd = socket(AF_VSOCK, SOCK_STREAM, 0);
	if (fd >= 0)
		EXPECT_EQ(0, bind(fd, (struct sockaddr *)&vm, sizeof(vm)));
	close(fd);
}

/* errno of a bind with an address of this length */
static int bind_len(const struct proto *proto, const char *addr, int len)
{
	struct sockaddr_storage ss;
	int fd = socket_for(proto, addr), err = 0;

	make_addr(&ss, addr, 80);
	if (bind(fd, (struct sockaddr *)&ss, len))
		err = errno;
	close(fd);
	return err;
}

static long long denials(void)
{
	static char text[8192];
	char *at;

	portacl_read("stats", text, sizeof(text));
	at = strstr(text, "total grants=");
	at = at ? strstr(at, "denies=") : NULL;
	return at ? atoll(at + 7) : -1;
}

/*
 * Shorter than an address of its family: what the kernel copied is not even
 * all there, so nothing of it is read, and no denial is counted.
 */
TEST_F(untouched, short_addresses)
{
	static const struct proto *const protos[] = { &tcp, &udp, &mptcp };
	long long before = denials();
	size_t i;
	int len;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		for (len = 0; len < (int)sizeof(struct sockaddr_in); len++)
			EXPECT_EQ(EINVAL, bind_len(protos[i], "127.0.0.1",
						   len));
		for (len = 0; len < 24; len++)
			EXPECT_EQ(EINVAL, bind_len(protos[i], "::1", len));
	}
	EXPECT_EQ(before, denials());
	/* The control: with what is needed it is refused, and counted. */
	EXPECT_EQ(EACCES, bind_len(&tcp, "127.0.0.1", 16));
	EXPECT_EQ(EACCES, bind_len(&tcp, "::1", 24));
	EXPECT_EQ(before + 2, denials());
	EXPECT_EQ(EINVAL, bind_len(&tcp, "127.0.0.1", 129));
}

/* Families that the stack does not take for the socket */
TEST_F(untouched, wrong_family)
{
	struct sockaddr_storage ss;
	int fd = socket_for(&tcp, "127.0.0.1");

	make_addr(&ss, "127.0.0.1", 80);
	ss.ss_family = AF_UNIX;
	EXPECT_EQ(-1, bind(fd, (struct sockaddr *)&ss, 16));
	EXPECT_EQ(EAFNOSUPPORT, errno);
	ss.ss_family = AF_UNSPEC;
	EXPECT_EQ(-1, bind(fd, (struct sockaddr *)&ss, 16));
	EXPECT_EQ(EAFNOSUPPORT, errno);
	close(fd);
}

/* A socket that is bound stays so, and may be handed on. */
TEST(bound_before)
{
	int fd, client;

	ASSERT_EQ(0, reset_policy());
	fd = open_bound(&tcp, "127.0.0.1", 80);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, load_rules("deny any any"));
	EXPECT_EQ(0, listen(fd, 1));
	client = socket_for(&tcp, "127.0.0.1");
	EXPECT_EQ(0, connect_fd(client, "127.0.0.1", 80));
	EXPECT_LE(0, accept(fd, NULL, NULL));
	EXPECT_EQ(80, local_port(fd));
	close(client);
	close(fd);
	EXPECT_EQ(0, reset_policy());
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
