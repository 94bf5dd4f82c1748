// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening and writing the files needs CAP_MAC_ADMIN in the initial user
 * namespace, both of the opener and of the writer.
 */
#include "common.h"

#define MAC_ADMIN CAP_BIT(CAP_MAC_ADMIN)

FIXTURE(guard)
{
	char path[64];
	int fd;
};

FIXTURE_VARIANT(guard)
{
	const char *file;
	const char *text;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(guard, policy) { "policy", EMPTY_POLICY };
FIXTURE_VARIANT_ADD(guard, mode) { "mode", "permissive\n" };
FIXTURE_VARIANT_ADD(guard, query) { "query", "tcp 80 uid=33\n" };
FIXTURE_VARIANT_ADD(guard, observed) { "observed", "clear\n" };
FIXTURE_VARIANT_ADD(guard, lock) { "lock", "1\n" };
/* clang-format on */

FIXTURE_SETUP(guard)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, load_rules("deny tcp 80"));
	snprintf(self->path, sizeof(self->path), PORTACL_DIR "%s",
		 variant->file);
	self->fd = open(self->path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(guard)
{
	/* None of the attempts had an effect. */
	EXPECT_STREQ("enforce", status_value("mode"));
	EXPECT_STREQ("1", status_value("rules"));
	EXPECT_STREQ("0", status_value("locked"));
	close(self->fd);
	EXPECT_EQ(0, reset_policy());
}

struct attempt {
	const char *path;
	const char *text;
	int fd;
};

static int write_fd(const void *arg)
{
	const struct attempt *a = arg;

	return -write_all(a->fd, a->text, strlen(a->text));
}

static int open_and_write(const void *arg)
{
	const struct attempt *a = arg;

	return -write_file(a->path, a->text);
}

/* Open without the capability, write with it. */
static int open_then_raise(const void *arg)
{
	struct attempt a = *(const struct attempt *)arg;

	if (set_caps(ALL_CAPS & ~MAC_ADMIN, ALL_CAPS))
		return CHILD_BROKEN;
	a.fd = open(a.path, O_WRONLY | O_CLOEXEC);
	if (a.fd < 0)
		return errno;
	if (set_caps(ALL_CAPS, ALL_CAPS))
		return CHILD_BROKEN;
	return write_fd(&a);
}

/* Root of a new user namespace, with all capabilities there. */
static int in_user_ns(const void *arg)
{
	if (own_user_net())
		return CHILD_BROKEN;
	return write_fd(arg);
}

static int open_in_user_ns(const void *arg)
{
	if (own_user_net())
		return CHILD_BROKEN;
	return open_and_write(arg);
}

static const struct subject no_mac_admin = { .caps = ALL_CAPS & ~MAC_ADMIN };
static const struct subject only_mac_admin = {
	.uid = 33,
	.gid = 33,
	.caps = MAC_ADMIN,
};

#define ATTEMPT { self->path, variant->text, self->fd }

TEST_F(guard, writer)
{
	const struct attempt a = ATTEMPT;

	EXPECT_EQ(EPERM, run_as(&user, write_fd, &a));
	EXPECT_EQ(EPERM, run_as(&capped, write_fd, &a));
	EXPECT_EQ(EPERM, run_as(&no_mac_admin, write_fd, &a));
}

TEST_F(guard, opener)
{
	const struct attempt a = ATTEMPT;

	EXPECT_EQ(EPERM, run_as(&root, open_then_raise, &a));
	EXPECT_EQ(EPERM, run_as(&no_mac_admin, open_and_write, &a));
}

TEST_F(guard, user_namespace)
{
	const struct attempt a = ATTEMPT;

	EXPECT_EQ(EPERM, run_as(&root, in_user_ns, &a));
	EXPECT_EQ(EPERM, run_as(&root, open_in_user_ns, &a));
	EXPECT_EQ(EPERM, run_as(&user, in_user_ns, &a));
}

/* The files belong to root, mode 0600, whatever capability one has. */
TEST_F(guard, file_mode)
{
	const struct attempt a = ATTEMPT;
	struct stat st;

	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(0600 | S_IFREG, st.st_mode);
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0, st.st_gid);
	EXPECT_EQ(EACCES, run_as(&user, open_and_write, &a));
	EXPECT_EQ(EACCES, run_as(&only_mac_admin, open_and_write, &a));
}

/* The control: what was refused above is a matter of who asks, not of how. */
TEST(allowed)
{
	struct attempt a = { PORTACL_DIR "mode", "permissive\n", -1 };

	ASSERT_EQ(0, reset_policy());
	a.fd = open(a.path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, a.fd);
	EXPECT_EQ(0, run_as(&only_mac_admin, write_fd, &a));
	EXPECT_STREQ("permissive", status_value("mode"));
	close(a.fd);
	EXPECT_EQ(0, reset_policy());
	EXPECT_EQ(0, run_as(&root, open_and_write, &a));
	EXPECT_STREQ("permissive", status_value("mode"));
	EXPECT_EQ(0, reset_policy());
}

/* The files that only root may read, and the one that everybody may. */
TEST(read_modes)
{
	static const struct {
		const char *file;
		mode_t mode;
	} files[] = {
		{ "status", 0444 }, { "policy", 0600 }, { "mode", 0600 },
		{ "query", 0600 },  { "stats", 0600 },	{ "observed", 0600 },
		{ "lock", 0600 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		char path[64];
		struct stat st;

		snprintf(path, sizeof(path), PORTACL_DIR "%s", files[i].file);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ(files[i].mode | S_IFREG, st.st_mode)
		{
			TH_LOG("%s", path);
		}
	}
	/* stats has nothing to write. */
	EXPECT_GT(0, portacl_write("stats", "clear\n"));
	EXPECT_GT(0, portacl_write("status", "clear\n"));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
