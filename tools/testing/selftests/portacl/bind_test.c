// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each transport and family, without a policy and with one: which user may bind
 * which port.
 */
#include "common.h"

#define V4 "127.0.0.1"
#define V6 "::1"
#define MAPPED "::ffff:127.0.0.1"

FIXTURE(bind)
{
};

FIXTURE_VARIANT(bind)
{
	const struct proto *proto;
	const char *addr;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(bind, tcp_v4) { &tcp, V4 };
FIXTURE_VARIANT_ADD(bind, tcp_v6) { &tcp, V6 };
FIXTURE_VARIANT_ADD(bind, tcp_mapped) { &tcp, MAPPED };
FIXTURE_VARIANT_ADD(bind, udp_v4) { &udp, V4 };
FIXTURE_VARIANT_ADD(bind, udp_v6) { &udp, V6 };
FIXTURE_VARIANT_ADD(bind, udp_mapped) { &udp, MAPPED };
FIXTURE_VARIANT_ADD(bind, sctp_v4) { &sctp, V4 };
FIXTURE_VARIANT_ADD(bind, sctp_v6) { &sctp, V6 };
FIXTURE_VARIANT_ADD(bind, sctp_mapped) { &sctp, MAPPED };
FIXTURE_VARIANT_ADD(bind, udplite_v4) { &udplite, V4 };
FIXTURE_VARIANT_ADD(bind, udplite_v6) { &udplite, V6 };
FIXTURE_VARIANT_ADD(bind, udplite_mapped) { &udplite, MAPPED };
FIXTURE_VARIANT_ADD(bind, dccp_v4) { &dccp, V4 };
FIXTURE_VARIANT_ADD(bind, dccp_v6) { &dccp, V6 };
FIXTURE_VARIANT_ADD(bind, dccp_mapped) { &dccp, MAPPED };
FIXTURE_VARIANT_ADD(bind, mptcp_v4) { &mptcp, V4 };
FIXTURE_VARIANT_ADD(bind, mptcp_v6) { &mptcp, V6 };
FIXTURE_VARIANT_ADD(bind, mptcp_mapped) { &mptcp, MAPPED };
/* clang-format on */

FIXTURE_SETUP(bind)
{
	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	if (!has_proto(variant->proto, variant->addr))
		SKIP(return, "no socket of protocol %d: %m",
		     variant->proto->protocol);
	ASSERT_EQ(0, reset_policy());
}

FIXTURE_TEARDOWN(bind)
{
	EXPECT_EQ(0, reset_policy());
}

/* The result of a bind with the variant's transport and address. */
#define TRY(who, port) try_bind(who, variant->proto, variant->addr, port)

TEST_F(bind, no_policy)
{
	EXPECT_EQ(0, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&capped, 80));
	EXPECT_EQ(0, TRY(&user, 8080));
}

TEST_F(bind, allow)
{
	ASSERT_EQ(0, load_rules("allow %s 80 uid=33", variant->proto->name));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&capped, 80));
	EXPECT_EQ(0, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&other, 80));
	EXPECT_EQ(EACCES, TRY(&user, 81));
	EXPECT_EQ(EACCES, TRY(&user, 79));
}

TEST_F(bind, allow_only)
{
	ASSERT_EQ(0, load_rules("allow %s 80,8080 uid=33 only",
				variant->proto->name));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&user, 8080));
	EXPECT_EQ(0, TRY(&capped, 80));
	EXPECT_EQ(EACCES, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&root, 8080));
	EXPECT_EQ(EACCES, TRY(&other, 8080));
	EXPECT_EQ(0, TRY(&root, 81));
	EXPECT_EQ(0, TRY(&other, 8081));
}

TEST_F(bind, deny)
{
	ASSERT_EQ(0, load_rules("deny %s 80,8080", variant->proto->name));
	EXPECT_EQ(EACCES, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&capped, 80));
	EXPECT_EQ(EACCES, TRY(&user, 80));
	EXPECT_EQ(EACCES, TRY(&user, 8080));
	EXPECT_EQ(0, TRY(&root, 81));
	EXPECT_EQ(0, TRY(&user, 8081));
}

TEST_F(bind, deny_one_uid)
{
	ASSERT_EQ(0, load_rules("deny %s 80,8080 uid=33",
				variant->proto->name));
	EXPECT_EQ(EACCES, TRY(&capped, 80));
	EXPECT_EQ(EACCES, TRY(&user, 8080));
	EXPECT_EQ(0, TRY(&other, 8080));
	EXPECT_EQ(0, TRY(&root, 80));
}

/* A rule for the other transports does not touch this one. */
TEST_F(bind, other_protocols)
{
	static const char *const all[] = { "tcp", "udp", "sctp", "udplite",
					   "dccp" };
	char list[64] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (!strcmp(all[i], variant->proto->name))
			continue;
		strcat(list, *list ? "," : "");
		strcat(list, all[i]);
	}
	ASSERT_EQ(0, load_rules("allow %s 80 uid=33 only\ndeny %s 8080", list,
				list));
	EXPECT_EQ(EACCES, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&root, 80));
	EXPECT_EQ(0, TRY(&user, 8080));

	ASSERT_EQ(0, load_rules("allow any 80 uid=33 only\ndeny any 8080"));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(EACCES, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&user, 8080));
}

TEST_F(bind, ranges)
{
	ASSERT_EQ(0, load_rules("allow %s 80-82,443 uid=30-33,40",
				variant->proto->name));
	EXPECT_EQ(EACCES, TRY(&user, 79));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&user, 81));
	EXPECT_EQ(0, TRY(&user, 82));
	EXPECT_EQ(EACCES, TRY(&user, 83));
	EXPECT_EQ(EACCES, TRY(&user, 442));
	EXPECT_EQ(0, TRY(&user, 443));
	EXPECT_EQ(EACCES, TRY(&user, 444));
	EXPECT_EQ(EACCES, TRY(&other, 80));
}

TEST_F(bind, first_match)
{
	const char *name = variant->proto->name;

	ASSERT_EQ(0, load_rules("deny %s 80 uid=33\nallow %s 80-90 uid=33",
				name, name));
	EXPECT_EQ(EACCES, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&user, 81));
	ASSERT_EQ(0, load_rules("allow %s 80-90 uid=33\ndeny %s 80 uid=33",
				name, name));
	EXPECT_EQ(0, TRY(&user, 80));
	/* A denial further down holds for whom the grant is not. */
	ASSERT_EQ(0, load_rules("allow %s 80 uid=33\ndeny any any", name));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(EACCES, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&user, 8080));
}

TEST_F(bind, default_deny)
{
	ASSERT_EQ(0, load_rules("default deny\nallow %s 80 uid=33",
				variant->proto->name));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(EACCES, TRY(&root, 80));
	EXPECT_EQ(EACCES, TRY(&root, 8080));
	EXPECT_EQ(EACCES, TRY(&capped, 81));
}

TEST_F(bind, default_allow)
{
	ASSERT_EQ(0, load_rules("default allow\ndeny %s 80 uid=33",
				variant->proto->name));
	EXPECT_EQ(EACCES, TRY(&user, 80));
	EXPECT_EQ(EACCES, TRY(&capped, 80));
	EXPECT_EQ(0, TRY(&other, 80));
	EXPECT_EQ(0, TRY(&user, 81));
}

/* Port 0 is not a port that a rule could mean. */
TEST_F(bind, port_zero)
{
	ASSERT_EQ(0, load_rules("default deny\ndeny any any"));
	EXPECT_EQ(EACCES, TRY(&user, 8080));
	EXPECT_EQ(0, TRY(&user, 0));
	EXPECT_EQ(0, TRY(&root, 0));
}

TEST_F(bind, permissive)
{
	ASSERT_EQ(0, load_rules("allow %s 80 uid=33\ndeny any 81,8081",
				variant->proto->name));
	EXPECT_EQ(EACCES, TRY(&root, 81));
	ASSERT_EQ(0, portacl_write("mode", "permissive"));
	EXPECT_EQ(0, TRY(&user, 80));
	EXPECT_EQ(0, TRY(&root, 81));
	EXPECT_EQ(0, TRY(&user, 8081));
	/* Permissive logs the denial; the kernel's own rule decides. */
	EXPECT_EQ(EACCES, TRY(&user, 81));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
