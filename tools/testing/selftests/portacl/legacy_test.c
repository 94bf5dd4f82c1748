// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without rules a kernel with portacl behaves as one without.  The same test
 * runs where portacl is off or not listed.
 */
#include "common.h"

FIXTURE(legacy)
{
};

/* Without a policy everything is left as it was booted. */
FIXTURE_VARIANT(legacy)
{
	const char *policy;
	const char *mode;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(legacy, as_booted) {};
FIXTURE_VARIANT_ADD(legacy, empty) { "version 1\ncommit\n", "enforce" };
FIXTURE_VARIANT_ADD(legacy, default_legacy) { EMPTY_POLICY, "enforce" };
FIXTURE_VARIANT_ADD(legacy, permissive) { EMPTY_POLICY, "permissive" };
FIXTURE_VARIANT_ADD(legacy, learn) { EMPTY_POLICY, "learn" };
/* Rules for ports that are not asked for here */
FIXTURE_VARIANT_ADD(legacy, idle) {
	"version 1\nallow tcp 999 uid=33 only\ndeny any 998\ncommit\n",
	"enforce"
};
/* clang-format on */

static const struct proto *const protos[] = { &tcp, &udp, &sctp, &mptcp };

FIXTURE_SETUP(legacy)
{
	size_t i;

	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	if (variant->policy && !portacl_active())
		SKIP(return, "portacl is not active");
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		int fd = socket_for(protos[i], "127.0.0.1");

		if (fd < 0)
			TH_LOG("protocol %d left out: %s", protos[i]->protocol,
			       strerror(-fd));
		close(fd);
	}
	if (variant->policy) {
		ASSERT_EQ(0, portacl_write("policy", variant->policy));
		ASSERT_EQ(0, portacl_write("mode", variant->mode));
	} else if (portacl_active()) {
		ASSERT_STREQ("0", status_value("rules"));
	}
}

FIXTURE_TEARDOWN(legacy)
{
	EXPECT_EQ(0, write_file(PORT_START, "1024\n"));
	if (variant->policy)
		EXPECT_EQ(0, reset_policy());
}

static void expect_bind(struct __test_metadata *_metadata, int expected,
			const struct subject *who, const struct proto *proto,
			const char *addr, int port)
{
	int fd = socket_for(proto, addr);

	if (fd < 0)
		return;
	close(fd);
	EXPECT_EQ(expected, try_bind(who, proto, addr, port))
	{
		TH_LOG("protocol %d, %s port %d, uid %u", proto->protocol,
		       addr, port, who->uid);
	}
}

/* As many of the protocols as the kernel has, on both families. */
#define EXPECT_BIND(expected, who, port)                                   \
	do {                                                               \
		size_t i;                                                  \
									   \
		for (i = 0; i < 2 * ARRAY_SIZE(protos); i++)               \
			expect_bind(_metadata, expected, who,              \
				    protos[i / 2], i % 2 ? "::1" :         \
				    "127.0.0.1", port);                    \
	} while (0)

TEST_F(legacy, privileged_ports)
{
	EXPECT_BIND(0, &root, 80);
	EXPECT_BIND(EACCES, &user, 80);
	EXPECT_BIND(0, &capped, 80);
	EXPECT_BIND(EACCES, &user, 1);
	EXPECT_BIND(EACCES, &user, 1023);
	EXPECT_BIND(0, &user, 1024);
	EXPECT_BIND(0, &user, 8080);
	EXPECT_BIND(0, &user, 0);
}

/* Root is no more than its capability here. */
TEST_F(legacy, root_without_capability)
{
	static const struct subject bare = {
		.caps = ALL_CAPS & ~CAP_BIT(CAP_NET_BIND_SERVICE),
	};

	EXPECT_BIND(EACCES, &bare, 80);
	EXPECT_BIND(0, &bare, 8080);
}

TEST_F(legacy, unprivileged_port_start)
{
	ASSERT_EQ(0, write_file(PORT_START, "80\n"));
	EXPECT_BIND(0, &user, 80);
	EXPECT_BIND(EACCES, &user, 79);
	ASSERT_EQ(0, write_file(PORT_START, "0\n"));
	EXPECT_BIND(0, &user, 79);
	EXPECT_BIND(0, &user, 1);
	ASSERT_EQ(0, write_file(PORT_START, "1024\n"));
	EXPECT_BIND(EACCES, &user, 80);
	EXPECT_EQ(-EINVAL, write_file(PORT_START, "65536\n"));
	EXPECT_EQ(-EINVAL, write_file(PORT_START, "-1\n"));
}

static int bind_in_own_net(const void *arg)
{
	return own_net() ? CHILD_BROKEN : run_as(&user, bind_endpoint, arg);
}

static int bind_in_user_net(const void *arg)
{
	return own_user_net() ? CHILD_BROKEN : bind_endpoint(arg);
}

/* In a user namespace of its own, but still in the host's network. */
static int bind_in_user_ns(const void *arg)
{
	return unshare(CLONE_NEWUSER) ? CHILD_BROKEN : bind_endpoint(arg);
}

TEST_F(legacy, namespaces)
{
	static const struct endpoint low = { &tcp, "127.0.0.1", 80 };
	static const struct endpoint high = { &tcp, "127.0.0.1", 8080 };

	EXPECT_EQ(EACCES, run_as(&root, bind_in_own_net, &low));
	EXPECT_EQ(0, run_as(&root, bind_in_own_net, &high));
	EXPECT_EQ(0, run_as(&user, bind_in_user_net, &low));
	EXPECT_EQ(EACCES, run_as(&user, bind_in_user_ns, &low));
	EXPECT_EQ(0, run_as(&user, bind_in_user_ns, &high));
}

/* A new network namespace starts at 1024, whatever the first one has. */
TEST_F(legacy, port_start_is_per_namespace)
{
	static const struct endpoint low = { &tcp, "127.0.0.1", 80 };

	ASSERT_EQ(0, write_file(PORT_START, "0\n"));
	EXPECT_EQ(0, run_as(&user, bind_endpoint, &low));
	EXPECT_EQ(EACCES, run_as(&root, bind_in_own_net, &low));
}

int main(int argc, char **argv)
{
	char *as_booted[] = { argv[0], "-v", "as_booted", NULL };

	if (portacl_active()) {
		need_portacl();
		return test_harness_run(argc, argv);
	}
	/* The other variants have nothing to be other with. */
	need_root();
	return test_harness_run(argc > 1 ? argc : 3,
				argc > 1 ? argv : as_booted);
}
