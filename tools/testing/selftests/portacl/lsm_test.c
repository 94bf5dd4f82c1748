// SPDX-License-Identifier: GPL-2.0-only
/*
 * With other security modules: a denial by any module denies the bind, in every
 * order of lsm=.  Run it in a boot for each order.
 */
#include "audit.h"

#include <linux/landlock.h>

#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP 1ULL
#endif
#define LANDLOCK_RULE_NET 2
/* The first version of Landlock's interface that knows ports */
#define LANDLOCK_ABI_NET 4

/* As since Linux 6.7; older headers lack the second member and the next. */
struct ruleset_attr {
	__u64 handled_access_fs;
	__u64 handled_access_net;
};

struct net_port_attr {
	__u64 allowed_access;
	__u64 port;
};

FIXTURE(lsm)
{
};

FIXTURE_SETUP(lsm)
{
	char list[256] = "";

	read_file("/sys/kernel/security/lsm", list, sizeof(list));
	TH_LOG("lsm=%s", list);
	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	ASSERT_EQ(0, reset_policy());
}

FIXTURE_TEARDOWN(lsm)
{
	EXPECT_EQ(0, reset_policy());
}

static int landlock_abi(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION);
}

struct attempt {
	int landlock_port;
	struct endpoint ep;
};

/* Let Landlock allow this process no TCP port but one, then bind. */
static int bind_under_landlock(const void *arg)
{
	const struct attempt *a = arg;
	struct ruleset_attr ruleset = {
		.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP,
	};
	struct net_port_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_NET_BIND_TCP,
		.port = a->landlock_port,
	};
	int fd = syscall(SYS_landlock_create_ruleset, &ruleset,
			 sizeof(ruleset), 0);

	if (fd < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_NET, &rule, 0) ||
	    syscall(SYS_landlock_restrict_self, fd, 0))
		return CHILD_BROKEN;
	return bind_endpoint(&a->ep);
}

#define LANDLOCKED(who, allowed, port)                                     \
	run_as(who, bind_under_landlock,                                   \
	       &(struct attempt){ allowed, { &tcp, "127.0.0.1", port } })

TEST_F(lsm, landlock)
{
	if (landlock_abi() < LANDLOCK_ABI_NET)
		SKIP(return, "Landlock knows no ports in this kernel");
	/* The controls: Landlock alone */
	EXPECT_EQ(0, LANDLOCKED(&root, 80, 80));
	EXPECT_EQ(EACCES, LANDLOCKED(&root, 81, 80));
	EXPECT_EQ(EACCES, LANDLOCKED(&user, 80, 80));

	/* It denies what portacl grants. */
	ASSERT_EQ(0, load_rules("allow tcp 80,8080 uid=33 only"));
	EXPECT_EQ(0, LANDLOCKED(&user, 80, 80));
	EXPECT_EQ(EACCES, LANDLOCKED(&user, 81, 80));
	EXPECT_EQ(EACCES, LANDLOCKED(&user, 81, 8080));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	/* And allows what portacl denies. */
	EXPECT_EQ(EACCES, LANDLOCKED(&root, 8080, 8080));
	ASSERT_EQ(0, load_rules("deny tcp 8080"));
	EXPECT_EQ(EACCES, LANDLOCKED(&user, 8080, 8080));
	EXPECT_EQ(0, LANDLOCKED(&user, 8081, 8081));
}

static int grants_of_first_rule(void)
{
	char text[4096] = "", *at;

	portacl_read("stats", text, sizeof(text));
	at = strstr(text, "rule=1 grants=");
	return at ? atoi(at + strlen("rule=1 grants=")) : -1;
}

/* portacl reports no grant if another module denies the bind. */
TEST_F(lsm, r28_denied_beside_a_grant)
{
	int log;

	if (landlock_abi() < LANDLOCK_ABI_NET)
		SKIP(return, "Landlock knows no ports in this kernel");
	ASSERT_EQ(0, load_rules("allow tcp 2019 uid=33 only log"));
	log = kmsg_open(false);
	EXPECT_EQ(EACCES, LANDLOCKED(&user, 81, 2019));
	EXPECT_EQ(0, grants_of_first_rule());
	EXPECT_EQ(NULL, kmsg_find(log, " port=2019 ", 1500));
	/* The control: a grant is told of. */
	EXPECT_EQ(0, LANDLOCKED(&user, 2019, 2019));
	EXPECT_EQ(1, grants_of_first_rule());
	EXPECT_NE(NULL, kmsg_find(log, "granted proto=tcp addr=127.0.0.1 "
				       "port=2019 ", 20000));
	close(log);
}

/* All that the kernel can mediate, whatever the parser takes for usual */
#define FEATURES "/sys/kernel/security/apparmor/features"
#define PROFILE "/tmp/portacl_lsm_test.profile"

/* A profile that may do all but use the network */
static const char profile[] =
	"profile portacl_lsm_test {\n"
	"  file,\n"
	"  capability,\n"
	"  change_profile,\n"
	"  network unix,\n"
	"}\n";

/* The socket is from before; what the profile refuses is the bind. */
static int bind_under_apparmor(const void *arg)
{
	const struct endpoint *ep = arg;
	int fd = socket_for(ep->proto, ep->addr);

	if (write_file("/proc/self/attr/apparmor/current",
		       "changeprofile portacl_lsm_test"))
		return CHILD_BROKEN;
	return -bind_fd(fd, ep->addr, ep->port);
}

TEST_F(lsm, apparmor)
{
	static const struct endpoint ep = { &tcp, "127.0.0.1", 80 };
	char list[256] = "";
	int fd;

	read_file("/sys/kernel/security/lsm", list, sizeof(list));
	if (!strstr(list, "apparmor"))
		SKIP(return, "AppArmor is not active");
	if (system("apparmor_parser -V >/dev/null 2>&1"))
		SKIP(return, "apparmor_parser is not installed");
	fd = creat(PROFILE, 0600);
	ASSERT_EQ(0, write_all(fd, profile, strlen(profile)));
	close(fd);
	ASSERT_EQ(0, system("apparmor_parser -r -M " FEATURES " " PROFILE));

	/* The control: AppArmor alone */
	EXPECT_EQ(0, run_as(&root, bind_endpoint, &ep));
	EXPECT_EQ(EACCES, run_as(&root, bind_under_apparmor, &ep));
	/* It denies what portacl grants. */
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 only"));
	EXPECT_EQ(0, run_as(&user, bind_endpoint, &ep));
	EXPECT_EQ(EACCES, run_as(&user, bind_under_apparmor, &ep));
	EXPECT_EQ(1, grants_of_first_rule());

	EXPECT_EQ(0, system("apparmor_parser -R " PROFILE));
	unlink(PROFILE);
}

/* Where portacl stands in the list, it stands once. */
TEST_F(lsm, listed)
{
	char list[256] = "", *at;

	ASSERT_LT(0, read_file("/sys/kernel/security/lsm", list,
			       sizeof(list)));
	at = strstr(list, "portacl");
	ASSERT_NE(NULL, at);
	EXPECT_EQ(NULL, strstr(at + 1, "portacl"));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
