// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports that the kernel binds itself: on behalf of somebody, who needs the
 * grant, or by a thread of its own, which must go on to work.
 */
#include "common.h"

#define NFS_SERVER "addr=127.0.0.1,mountaddr=127.0.0.1,mountproto=tcp"
#define NFS_OPTIONS "vers=3,proto=tcp,nolock,resvport,soft," NFS_SERVER
#define P9_OPTIONS "trans=tcp,privport"
#define SCTP_UDP_PORT "/proc/sys/net/sctp/udp_port"

FIXTURE(kernel)
{
};

FIXTURE_SETUP(kernel)
{
	ASSERT_EQ(0, reset_policy());
}

FIXTURE_TEARDOWN(kernel)
{
	EXPECT_EQ(0, reset_policy());
}

/*
 * SCTP's UDP encapsulation: the process that writes the port here binds it, as
 * the process that brings an interface of WireGuard up binds its port.
 */
TEST_F(kernel, r14_sctp_over_udp)
{
	if (access(SCTP_UDP_PORT, W_OK))
		SKIP(return, "%s: %s", SCTP_UDP_PORT, strerror(errno));
	EXPECT_EQ(0, write_file(SCTP_UDP_PORT, "9899\n"));
	EXPECT_EQ(EADDRINUSE, try_bind(&root, &udp, "0.0.0.0", 9899));
	EXPECT_EQ(0, write_file(SCTP_UDP_PORT, "0\n"));

	ASSERT_EQ(0, load_rules("deny udp 9899"));
	EXPECT_GT(0, write_file(SCTP_UDP_PORT, "9899\n"));
	ASSERT_EQ(0, load_rules("allow udp 9899 uid=33 only"));
	EXPECT_GT(0, write_file(SCTP_UDP_PORT, "9899\n"));
	ASSERT_EQ(0, load_rules("deny tcp,sctp 9899"));
	EXPECT_EQ(0, try_bind(&root, &udp, "0.0.0.0", 9899));
	EXPECT_EQ(0, write_file(SCTP_UDP_PORT, "9899\n"));
	EXPECT_EQ(0, write_file(SCTP_UDP_PORT, "0\n"));
}

static int add_endpoint(void)
{
	return system("ip mptcp endpoint add 127.0.0.1 port 8080 signal");
}

/* MPTCP binds the port of an endpoint for the process that adds the endpoint. */
TEST_F(kernel, mptcp_endpoint)
{
	if (system("ip mptcp endpoint flush >/dev/null 2>&1"))
		SKIP(return, "ip(8) or the kernel knows no MPTCP endpoint");
	EXPECT_EQ(0, add_endpoint());
	EXPECT_EQ(EADDRINUSE, try_bind(&root, &tcp, "127.0.0.1", 8080));
	EXPECT_EQ(0, system("ip mptcp endpoint flush"));

	ASSERT_EQ(0, load_rules("deny tcp 8080"));
	EXPECT_NE(0, add_endpoint());
	ASSERT_EQ(0, reset_policy());
	EXPECT_EQ(0, try_bind(&root, &tcp, "127.0.0.1", 8080));
	EXPECT_EQ(0, system("ip mptcp endpoint flush"));
}

static int mount_from(const char *type, int port)
{
	bool nfs = !strcmp(type, "nfs");
	char options[256];

	if (nfs)
		snprintf(options, sizeof(options),
			 NFS_OPTIONS ",mountport=%d,port=%d", port, port);
	else
		snprintf(options, sizeof(options), P9_OPTIONS ",port=%d", port);
	return mount(nfs ? "127.0.0.1:/none" : "127.0.0.1", "/mnt", type, 0,
		     options) ? errno : 0;
}

/*
 * Start a mount from a server that only listens, and tell from which port the
 * kernel called it: for NFS by a thread of its own, for 9p in the process.
 */
static int caller_of_mount(const char *type)
{
	struct timeval timeout = { .tv_sec = 20 };
	int server = open_bound(&tcp, "127.0.0.1", 0), fd, port;
	struct sockaddr_in peer = {};
	socklen_t len = sizeof(peer);
	pid_t pid;

	port = local_port(server);
	setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (listen(server, 1))
		return -errno;
	pid = fork();
	if (!pid)
		_exit(mount_from(type, port));
	fd = accept(server, (struct sockaddr *)&peer, &len);
	port = fd < 0 ? -errno : ntohs(peer.sin_port);
	close(fd);
	close(server);
	end_child(pid);
	return port;
}

static bool has_filesystem(const char *line)
{
	char text[4096];

	return read_file("/proc/filesystems", text, sizeof(text)) > 0 &&
	       strstr(text, line);
}

TEST_F_TIMEOUT(kernel, nfs_client, 120)
{
	int port;

	if (!has_filesystem("\tnfs\n"))
		SKIP(return, "no NFS client in this kernel");
	port = caller_of_mount("nfs");
	EXPECT_TRUE(port > 0 && port < 1024)
	{
		TH_LOG("port %d", port);
	}
	/* No other process may have any of these ports. */
	ASSERT_EQ(0, load_rules("deny any 1-1023"));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", port));
	port = caller_of_mount("nfs");
	EXPECT_TRUE(port > 0 && port < 1024)
	{
		TH_LOG("port %d", port);
	}
}

/* Refusals of the kernel's own threads so far. */
static long long kernel_denies(void)
{
	static char text[65536];
	char *at;

	if (portacl_read("stats", text, sizeof(text)) < 0)
		return -1;
	at = strstr(text, "\nkernel denies=");
	return at ? atoll(at + strlen("\nkernel denies=")) : -1;
}

/* The quick path decides by a rule that has granted on this CPU before. */
static int grant_to_root_on_each_cpu(void)
{
	int cpu, err = 0, number = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t one, all;

	sched_getaffinity(0, sizeof(all), &all);
	for (cpu = 0; cpu < number && !err; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		err = sched_setaffinity(0, sizeof(one), &one) ? errno :
			      try_bind(&root, &tcp, "127.0.0.1", 1023);
	}
	sched_setaffinity(0, sizeof(all), &all);
	return err;
}

/* The kernel gets no reserved port, even if the rule allows uid 0. */
TEST_F_TIMEOUT(kernel, nfs_client_reserved, 120)
{
	int port;

	if (!has_filesystem("\tnfs\n"))
		SKIP(return, "no NFS client in this kernel");
	ASSERT_EQ(0, load_rules("allow tcp 665-699,701-1023 uid=0 only"));
	ASSERT_EQ(0, grant_to_root_on_each_cpu());
	port = caller_of_mount("nfs");
	EXPECT_EQ(700, port);
	EXPECT_LE(0, kernel_denies());
	/* Of another protocol it is not. */
	ASSERT_EQ(0, load_rules("allow udp 1-1023 uid=33 only"));
	port = caller_of_mount("nfs");
	EXPECT_TRUE(port > 0 && port < 1024)
	{
		TH_LOG("port %d", port);
	}
	/* Nor while nothing is enforced. */
	ASSERT_EQ(0, load_rules("allow tcp 1-1023 uid=33 only"));
	ASSERT_EQ(0, portacl_write("mode", "permissive"));
	port = caller_of_mount("nfs");
	EXPECT_TRUE(port > 0 && port < 1024)
	{
		TH_LOG("port %d", port);
	}
}

#define MIN_PORT "/proc/sys/sunrpc/min_resvport"
#define MAX_PORT "/proc/sys/sunrpc/max_resvport"

/*
 * If everything that the port picker may take is reserved, the mount fails at
 * once.  Refusals do not grow without end, and no user is blamed for them.
 */
TEST_F_TIMEOUT(kernel, nfs_client_without_a_port, 120)
{
	static char text[65536];
	char min[16], max[16];
	char totals[128] = "", *now;
	long long denies;

	if (!has_filesystem("\tnfs\n"))
		SKIP(return, "no NFS client in this kernel");
	ASSERT_LT(0, read_file(MIN_PORT, min, sizeof(min)));
	ASSERT_LT(0, read_file(MAX_PORT, max, sizeof(max)));
	ASSERT_EQ(0, load_rules("allow tcp,udp 1-1023 uid=33 only"));
	portacl_read("stats", text, sizeof(text));
	now = strstr(text, "total grants=");
	ASSERT_NE(NULL, now);
	snprintf(totals, sizeof(totals), "%.*s", (int)strcspn(now, "\n"), now);
	denies = kernel_denies();
	ASSERT_LE(0, denies);
	EXPECT_EQ(EACCES, mount_from("nfs", 9));
	EXPECT_LT(denies, kernel_denies());
	/* Twice the picker's range, for the connections of one mount. */
	EXPECT_GT(denies + 10000, kernel_denies());

	/* A range of one port, in which the picker would turn for ever. */
	ASSERT_EQ(0, load_rules("allow tcp,udp 993 uid=33 only"));
	ASSERT_EQ(0, write_file(MIN_PORT, "993\n"));
	ASSERT_EQ(0, write_file(MAX_PORT, "993\n"));
	denies = kernel_denies();
	EXPECT_EQ(EACCES, mount_from("nfs", 9));
	EXPECT_LT(denies, kernel_denies());
	EXPECT_GT(denies + 100, kernel_denies());
	EXPECT_EQ(0, write_file(MIN_PORT, min));
	EXPECT_EQ(0, write_file(MAX_PORT, max));

	portacl_read("stats", text, sizeof(text));
	EXPECT_NE(NULL, strstr(text, totals))
	{
		TH_LOG("%s, then %s", totals, text);
	}
}

/* The client of 9p takes the next port, too. */
TEST_F_TIMEOUT(kernel, p9_client_reserved, 120)
{
	if (!has_filesystem("\t9p\n"))
		SKIP(return, "no 9p in this kernel");
	ASSERT_EQ(0, load_rules("allow tcp 701-1023 uid=33 only"));
	EXPECT_EQ(700, caller_of_mount("9p"));
	ASSERT_EQ(0, load_rules("allow tcp 1-1023 uid=33 only"));
	EXPECT_EQ(EACCES, mount_from("9p", 9));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
