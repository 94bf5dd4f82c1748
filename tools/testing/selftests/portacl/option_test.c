// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel with CONFIG_INET_PRIVILEGED_PORTS=n: no port is root's, and nothing
 * pretends that one is.
 */
#include "audit.h"

FIXTURE(option)
{
};

FIXTURE_VARIANT(option)
{
	const struct proto *proto;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(option, tcp) { &tcp };
FIXTURE_VARIANT_ADD(option, udp) { &udp };
FIXTURE_VARIANT_ADD(option, sctp) { &sctp };
FIXTURE_VARIANT_ADD(option, mptcp) { &mptcp };
/* clang-format on */

FIXTURE_SETUP(option)
{
	if (!has_proto(variant->proto, "127.0.0.1"))
		SKIP(return, "no socket of protocol %d: %m",
		     variant->proto->protocol);
	if (portacl_active())
		ASSERT_EQ(0, reset_policy());
}

FIXTURE_TEARDOWN(option)
{
	if (portacl_active())
		EXPECT_EQ(0, reset_policy());
}

#define TRY(who, addr, port) try_bind(who, variant->proto, addr, port)

TEST_F(option, any_user)
{
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 80));
	EXPECT_EQ(0, TRY(&user, "::1", 80));
	EXPECT_EQ(0, TRY(&user, "::ffff:127.0.0.1", 80));
	EXPECT_EQ(0, TRY(&user, "0.0.0.0", 1));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 1023));
}

TEST_F(option, policy)
{
	if (!portacl_active())
		SKIP(return, "portacl is not active");
	ASSERT_EQ(0, load_rules("deny any 1-1023"));
	EXPECT_EQ(EACCES, TRY(&user, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, TRY(&user, "::1", 80));
	EXPECT_EQ(EACCES, TRY(&root, "127.0.0.1", 1023));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 1024));

	ASSERT_EQ(0, load_rules("allow any 80 uid=33\ndeny any 1-1023"));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, TRY(&other, "127.0.0.1", 80));

	/* The kernel's own rule, which is what legacy means, is none. */
	ASSERT_EQ(0, load_rules("allow any 80 uid=33"));
	EXPECT_EQ(0, TRY(&other, "127.0.0.1", 80));
}

/* Container runtimes and pod manifests write these; nothing comes of it. */
static void sysctl_is_zero(struct __test_metadata *_metadata)
{
	static const char *const taken[] = { "0\n", "53\n", "80\n", "1024\n" };
	static const char *const refused[] = { "1025\n", "65535\n", "65536\n",
					       "-1\n", "x\n" };
	char value[16] = "";
	size_t i;

	ASSERT_LT(0, read_file(PORT_START, value, sizeof(value)));
	EXPECT_STREQ("0\n", value);
	for (i = 0; i < ARRAY_SIZE(taken); i++) {
		EXPECT_EQ(0, write_file(PORT_START, taken[i]));
		ASSERT_LT(0, read_file(PORT_START, value, sizeof(value)));
		EXPECT_STREQ("0\n", value);
		EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 52));
	}
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		EXPECT_EQ(-EINVAL, write_file(PORT_START, refused[i]));
	ASSERT_LT(0, read_file(PORT_START, value, sizeof(value)));
	EXPECT_STREQ("0\n", value);
}

TEST(sysctl)
{
	sysctl_is_zero(_metadata);
}

TEST(sysctl_in_own_net)
{
	ASSERT_EQ(0, own_net());
	sysctl_is_zero(_metadata);
}

/* However often it is written. */
TEST(sysctl_log)
{
	int log = kmsg_open(true), lines = 0;

	ASSERT_LE(0, log);
	EXPECT_EQ(0, write_file(PORT_START, "80\n"));
	EXPECT_EQ(0, write_file(PORT_START, "80\n"));
	while (kmsg_find(log, "ip_unprivileged_port_start: no effect", 0))
		lines++;
	EXPECT_EQ(1, lines);
	close(log);
}

/* Without portacl to say no, the log has said that every port is open. */
TEST(boot_warning)
{
	int log = kmsg_open(true);
	char *line = kmsg_find(log, "portacl: not active", 0);

	ASSERT_LE(0, log);
	if (portacl_active()) {
		EXPECT_EQ(NULL, line);
	} else {
		ASSERT_NE(NULL, line);
		EXPECT_NE(NULL, strstr(line, "every port is open"));
	}
	close(log);
}

/* The list is that of the modules that judge. */
TEST(listed)
{
	char list[256] = "";

	ASSERT_LT(0, read_file("/sys/kernel/security/lsm", list, sizeof(list)));
	EXPECT_EQ(portacl_active(), !!strstr(list, "portacl"));
}

int main(int argc, char **argv)
{
	need_root();
	if (has_legacy_rule())
		ksft_exit_skip("this kernel has privileged ports\n");
	return test_harness_run(argc, argv);
}
