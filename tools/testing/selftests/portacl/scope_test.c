// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keys of a rule beside port and uid: groups, addresses, network namespaces,
 * cgroups, and launch=root.
 */
#include "common.h"

#define CGROUP "/sys/fs/cgroup"

FIXTURE(scope)
{
};

FIXTURE_SETUP(scope)
{
	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	ASSERT_EQ(0, reset_policy());
}

FIXTURE_TEARDOWN(scope)
{
	EXPECT_EQ(0, reset_policy());
}

#define TRY(who, addr, port) try_bind(who, &tcp, addr, port)

TEST_F(scope, gid)
{
	static const struct subject supplementary = {
		.uid = 34, .gid = 34, .nr_groups = 2, .groups = { 7, 33 },
	};
	static const struct subject stranger = {
		.uid = 33, .gid = 34, .nr_groups = 2, .groups = { 7, 32 },
	};

	ASSERT_EQ(0, load_rules("allow tcp 80 gid=33,40-50"));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 80));
	EXPECT_EQ(0, TRY(&supplementary, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, TRY(&stranger, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, TRY(&other, "127.0.0.1", 80));

	/* uid= and gid= beside each other must both be met. */
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 gid=7"));
	EXPECT_EQ(0, TRY(&stranger, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, TRY(&supplementary, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, TRY(&user, "127.0.0.1", 80));

	ASSERT_EQ(0, load_rules("deny tcp 8080 gid=7"));
	EXPECT_EQ(EACCES, TRY(&supplementary, "127.0.0.1", 8080));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 8080));
}

static int set_real_uid(const void *arg)
{
	if (setresgid(34, 33, 34) || setresuid(34, 33, 34))
		return CHILD_BROKEN;
	return bind_endpoint(arg);
}

static int set_filesystem_uid(const void *arg)
{
	static const struct subject suid = { .uid = 34, .gid = 34,
					     .caps = CAP_BIT(CAP_SETUID) };

	if (become(&suid))
		return CHILD_BROKEN;
	syscall(SYS_setfsuid, 33);
	return bind_endpoint(arg);
}

/* Effective ids count; real, saved and file system ids do not. */
TEST_F(scope, effective_ids)
{
	static const struct endpoint ep = { &tcp, "127.0.0.1", 80 };

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33"));
	EXPECT_EQ(0, run_as(&root, set_real_uid, &ep));
	EXPECT_EQ(EACCES, run_as(&root, set_filesystem_uid, &ep));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=34"));
	EXPECT_EQ(EACCES, run_as(&root, set_real_uid, &ep));
	EXPECT_EQ(0, run_as(&root, set_filesystem_uid, &ep));
}

TEST_F(scope, allow_address)
{
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 addr=127.0.0.0/8,::1"));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 80));
	EXPECT_EQ(0, TRY(&user, "127.255.0.9", 80));
	EXPECT_EQ(0, TRY(&user, "::1", 80));
	EXPECT_EQ(0, TRY(&user, "::ffff:127.0.0.1", 80));
	/* All of what is bound must lie inside. */
	EXPECT_EQ(EACCES, TRY(&user, "0.0.0.0", 80));
	EXPECT_EQ(EACCES, TRY(&user, "::", 80));
	EXPECT_EQ(EACCES, TRY(&user, "::ffff:0.0.0.0", 80));

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 addr=0.0.0.0/0"));
	EXPECT_EQ(0, TRY(&user, "0.0.0.0", 80));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 80));
	EXPECT_EQ(0, TRY(&user, "::ffff:0.0.0.0", 80));
	EXPECT_EQ(EACCES, TRY(&user, "::1", 80));
	EXPECT_EQ(EACCES, TRY(&user, "::", 80));

	/* `::` is both wildcards. */
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 addr=::/0"));
	EXPECT_EQ(EACCES, TRY(&user, "::", 80));
	EXPECT_EQ(EACCES, TRY(&user, "127.0.0.1", 80));
	EXPECT_EQ(0, TRY(&user, "::1", 80));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 addr=::/0,0.0.0.0/0"));
	EXPECT_EQ(0, TRY(&user, "::", 80));
}

TEST_F(scope, deny_address)
{
	ASSERT_EQ(0, load_rules("deny tcp 8080 addr=127.0.0.0/8"));
	EXPECT_EQ(EACCES, TRY(&root, "127.0.0.1", 8080));
	EXPECT_EQ(EACCES, TRY(&root, "::ffff:127.0.0.1", 8080));
	/* A part of what is bound is enough. */
	EXPECT_EQ(EACCES, TRY(&root, "0.0.0.0", 8080));
	EXPECT_EQ(EACCES, TRY(&root, "::", 8080));
	EXPECT_EQ(EACCES, TRY(&root, "::ffff:0.0.0.0", 8080));
	EXPECT_EQ(0, TRY(&root, "::1", 8080));
	EXPECT_EQ(0, TRY(&root, "127.0.0.1", 8081));

	ASSERT_EQ(0, load_rules("deny tcp 8080 addr=::1"));
	EXPECT_EQ(EACCES, TRY(&root, "::1", 8080));
	EXPECT_EQ(EACCES, TRY(&root, "::", 8080));
	EXPECT_EQ(0, TRY(&root, "0.0.0.0", 8080));
	EXPECT_EQ(0, TRY(&root, "127.0.0.1", 8080));
}

/* `only` reserves the addresses that its rule names, like a denial. */
TEST_F(scope, only_address)
{
	ASSERT_EQ(0, load_rules("allow tcp 8080 uid=33 addr=127.0.0.1 only"));
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 8080));
	EXPECT_EQ(EACCES, TRY(&root, "127.0.0.1", 8080));
	EXPECT_EQ(EACCES, TRY(&root, "0.0.0.0", 8080));
	EXPECT_EQ(EACCES, TRY(&user, "0.0.0.0", 8080));
	EXPECT_EQ(0, TRY(&root, "127.0.0.2", 8080));
	EXPECT_EQ(0, TRY(&root, "::1", 8080));
}

static int bind_v6only(const void *arg)
{
	const struct endpoint *ep = arg;
	int fd = socket_for(ep->proto, ep->addr), on = 1;

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return CHILD_BROKEN;
	return -bind_fd(fd, ep->addr, ep->port);
}

TEST_F(scope, v6only)
{
	static const struct endpoint any = { &tcp, "::", 8080 };
	static const struct endpoint low = { &tcp, "::", 80 };

	ASSERT_EQ(0, load_rules("deny tcp 8080 addr=0.0.0.0/0"));
	EXPECT_EQ(EACCES, run_as(&root, bind_endpoint, &any));
	EXPECT_EQ(0, run_as(&root, bind_v6only, &any));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 addr=::/0"));
	EXPECT_EQ(EACCES, run_as(&user, bind_endpoint, &low));
	EXPECT_EQ(0, run_as(&user, bind_v6only, &low));
}

static int user_in_own_net(const void *arg)
{
	return own_net() ? CHILD_BROKEN : run_as(&user, bind_endpoint, arg);
}

static int root_in_own_net(const void *arg)
{
	return own_net() ? CHILD_BROKEN : bind_endpoint(arg);
}

static int in_own_user_net(const void *arg)
{
	return own_user_net() ? CHILD_BROKEN : bind_endpoint(arg);
}

/* The host's socket stays the host's, wherever the process has gone. */
static int host_socket_from_own_net(const void *arg)
{
	const struct endpoint *ep = arg;
	int fd = socket_for(ep->proto, ep->addr);

	if (own_net())
		return CHILD_BROKEN;
	return -bind_fd(fd, ep->addr, ep->port);
}

TEST_F(scope, net)
{
	static const struct endpoint low = { &tcp, "127.0.0.1", 80 };
	static const struct endpoint high = { &tcp, "127.0.0.1", 8080 };

	/* Rules, and the default, are about the host's network namespace. */
	ASSERT_EQ(0, load_rules("default deny\nallow tcp 80 uid=33 only"));
	EXPECT_EQ(EACCES, run_as(&root, bind_endpoint, &high));
	EXPECT_EQ(EACCES, run_as(&root, user_in_own_net, &low));
	EXPECT_EQ(0, run_as(&root, root_in_own_net, &low));
	EXPECT_EQ(0, run_as(&root, root_in_own_net, &high));
	EXPECT_EQ(EACCES, run_as(&root, host_socket_from_own_net, &high));
}

/* net=any is about those that the first user namespace owns, too. */
TEST_F(scope, net_any)
{
	static const struct endpoint low = { &tcp, "127.0.0.1", 80 };
	static const struct endpoint high = { &tcp, "127.0.0.1", 8080 };

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 net=any only\n"
				"deny tcp 8080 net=any"));
	EXPECT_EQ(0, run_as(&user, bind_endpoint, &low));
	EXPECT_EQ(0, run_as(&root, user_in_own_net, &low));
	EXPECT_EQ(EACCES, run_as(&root, root_in_own_net, &low));
	EXPECT_EQ(EACCES, run_as(&root, root_in_own_net, &high));

	/* Of any other the kernel's own rule is the only one. */
	EXPECT_EQ(0, run_as(&user, in_own_user_net, &low));
	EXPECT_EQ(0, run_as(&user, in_own_user_net, &high));
	EXPECT_EQ(0, run_as(&root, in_own_user_net, &low));
}

/* A user namespace is no way out of the host's network namespace. */
static int in_own_user_ns(const void *arg)
{
	return unshare(CLONE_NEWUSER) ? CHILD_BROKEN : bind_endpoint(arg);
}

TEST_F(scope, user_namespace)
{
	static const struct endpoint low = { &tcp, "127.0.0.1", 80 };
	static const struct endpoint high = { &tcp, "127.0.0.1", 8080 };

	ASSERT_EQ(0, load_rules("deny tcp 8080 uid=33\nallow tcp 80 uid=33"));
	EXPECT_EQ(EACCES, run_as(&user, in_own_user_ns, &high));
	EXPECT_EQ(0, run_as(&other, in_own_user_ns, &high));
	/* Without exe= a rule serves that user's namespaces as well. */
	EXPECT_EQ(0, run_as(&user, in_own_user_ns, &low));
	EXPECT_EQ(EACCES, run_as(&other, in_own_user_ns, &low));
}

static int bind_in_cgroup(const void *arg)
{
	char path[128];

	snprintf(path, sizeof(path), CGROUP "%s/cgroup.procs",
		 (const char *)arg);
	if (write_file(path, "0\n"))
		return CHILD_BROKEN;
	return try_bind(&user, &tcp, "127.0.0.1", 80);
}

#define IN_CGROUP(path) run_as(&root, bind_in_cgroup, path)

TEST_F(scope, cgroup)
{
	static const char *const dirs[] = { CGROUP "/pacl", CGROUP "/pacl/sub",
					    CGROUP "/paclx" };
	int i;

	for (i = 0; i < 3; i++)
		if (mkdir(dirs[i], 0755) && errno != EEXIST)
			SKIP(return, "%s: %s", dirs[i], strerror(errno));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 cgroup=/pacl"));
	EXPECT_EQ(0, IN_CGROUP("/pacl"));
	EXPECT_EQ(0, IN_CGROUP("/pacl/sub"));
	EXPECT_EQ(EACCES, IN_CGROUP("/paclx"));
	EXPECT_EQ(EACCES, IN_CGROUP("/"));

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 cgroup=/pacl/sub"));
	EXPECT_EQ(0, IN_CGROUP("/pacl/sub"));
	EXPECT_EQ(EACCES, IN_CGROUP("/pacl"));

	ASSERT_EQ(0, load_rules("deny tcp 80 cgroup=/pacl\n"
				"allow tcp 80 uid=33"));
	EXPECT_EQ(EACCES, IN_CGROUP("/pacl/sub"));
	EXPECT_EQ(0, IN_CGROUP("/paclx"));
	for (i = 2; i >= 0; i--)
		EXPECT_EQ(0, rmdir(dirs[i]));
}

/* Execute this program again, to bind and to tell by its exit status. */
static int exec_self(const void *arg)
{
	(void)arg;
	execl("/proc/self/exe", "scope_test", "--bind", NULL);
	return CHILD_BROKEN;
}

/* Root launches the program, which then changes its user. */
static int exec_then_drop(const void *arg)
{
	(void)arg;
	execl("/proc/self/exe", "scope_test", "--bind", "--drop", NULL);
	return CHILD_BROKEN;
}

TEST_F(scope, launch_root)
{
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33"));
	EXPECT_EQ(0, run_as(&user, exec_self, NULL));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 launch=root"));
	EXPECT_EQ(EACCES, run_as(&user, exec_self, NULL));
	EXPECT_EQ(0, run_as(&root, exec_then_drop, NULL));
	/* A process that root launched stays so after it became user 33. */
	EXPECT_EQ(0, TRY(&user, "127.0.0.1", 80));
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--bind")) {
		static const struct endpoint ep = { &tcp, "127.0.0.1", 80 };

		if (argc > 2 && become(&user))
			return CHILD_BROKEN;
		return bind_endpoint(&ep);
	}
	need_portacl();
	return test_harness_run(argc, argv);
}
