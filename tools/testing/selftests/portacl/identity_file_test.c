// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that users other than root can change or replace, and rules for paths
 * that cannot match.
 */
#include "identity.h"

#include <sys/xattr.h>

#define DEEP SVC_DIR "/a/b"
#define PROG DEEP "/svc"
#define RULE "allow tcp 80 exe=" PROG " uid=33 only"
#define RULE_ACCEPT "allow tcp 80 exe=" PROG " uid=33 accept=writable only"

FIXTURE(writable)
{
	struct svc s;
};

FIXTURE_VARIANT(writable)
{
	const char *path;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool acl;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(writable, file_group) { PROG, 0775, 0, 33, false };
FIXTURE_VARIANT_ADD(writable, file_others) { PROG, 0757, 0, 0, false };
FIXTURE_VARIANT_ADD(writable, file_owner) { PROG, 0755, 33, 0, false };
FIXTURE_VARIANT_ADD(writable, file_acl) { PROG, 0755, 0, 0, true };
FIXTURE_VARIANT_ADD(writable, dir_group) { DEEP, 0775, 0, 33, false };
FIXTURE_VARIANT_ADD(writable, dir_others) { DEEP, 0777, 0, 0, false };
FIXTURE_VARIANT_ADD(writable, dir_sticky) { DEEP, 01777, 0, 0, false };
FIXTURE_VARIANT_ADD(writable, dir_owner) { DEEP, 0755, 33, 0, false };
FIXTURE_VARIANT_ADD(writable, dir_acl) { DEEP, 0755, 0, 0, true };
FIXTURE_VARIANT_ADD(writable, parent_others) { SVC_DIR "/a", 0777, 0, 0, false };
FIXTURE_VARIANT_ADD(writable, parent_owner) { SVC_DIR "/a", 0755, 33, 0, false };
/* clang-format on */

FIXTURE_SETUP(writable)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, make_dirs(DEEP));
	ASSERT_EQ(0, copy_file(SVC, PROG));
	ASSERT_EQ(0, load_rules(RULE));
}

FIXTURE_TEARDOWN(writable)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* An access control list that gives uid 33 everything. */
static int set_acl(const char *path)
{
	static const struct {
		__u32 version;
		struct {
			__u16 tag;
			__u16 perm;
			__u32 id;
		} entries[5];
	} acl = { 2, {
		{ 0x01, 7, -1 }, { 0x02, 7, 33 }, { 0x04, 5, -1 },
		{ 0x10, 7, -1 }, { 0x20, 5, -1 },
	} };

	return setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0) ?
	       errno : 0;
}

static int try_access(const void *path)
{
	return access(path, W_OK) ? errno : 0;
}

TEST_F(writable, refused_until_restored)
{
	struct svc before;
	struct stat st;

	ASSERT_EQ(0, stat(variant->path, &st));
	EXPECT_EQ(EACCES, run_as(&user, try_access, variant->path));
	ASSERT_EQ(0, svc_run(&before, PROG));
	EXPECT_GRANTED(&before);

	if (variant->acl && set_acl(variant->path) == EOPNOTSUPP)
		SKIP(return, "no access control lists on " SVC_DIR);
	ASSERT_EQ(0, chown(variant->path, variant->uid, variant->gid));
	if (!variant->acl)
		ASSERT_EQ(0, chmod(variant->path, variant->mode));
	/* The control: the user could change or replace it. */
	EXPECT_EQ(0, run_as(&user, try_access, variant->path));
	ASSERT_EQ(0, svc_run(&self->s, PROG));
	EXPECT_REFUSED(&self->s, RULE, "writable");
	EXPECT_GRANTED(&before);
	/* It is a matter of the exec, and of the rule. */
	ASSERT_EQ(0, load_rules(RULE_ACCEPT));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	ASSERT_EQ(0, load_rules(RULE));

	removexattr(variant->path, "system.posix_acl_access");
	ASSERT_EQ(0, chown(variant->path, 0, 0));
	ASSERT_EQ(0, chmod(variant->path, 0755));
	ASSERT_EQ(0, svc_run(&self->s, PROG));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	svc_stop(&before);
}

/* accept=writable takes nothing else. */
TEST(accept_writable_only)
{
	struct launch how = { .path = SVC, .flags = CLONE_FS };
	static const char *const rules = "allow tcp 80 exe=" SVC
		" uid=33 accept=writable only";
	struct svc s;

	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules("%s", rules));
	ASSERT_EQ(0, chmod(SVC, 0777));
	ASSERT_EQ(0, svc_start(&s, &how));
	EXPECT_REFUSED(&s, rules, "shared");
	svc_stop(&s);
	how.flags = 0;
	ASSERT_EQ(0, svc_start(&s, &how));
	EXPECT_GRANTED(&s);
	svc_stop(&s);
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

FIXTURE(path)
{
	struct svc s;
};

FIXTURE_SETUP(path)
{
	ASSERT_EQ(0, identity_install());
}

FIXTURE_TEARDOWN(path)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* A rule whose path has a symbolic link in it never matches. */
TEST_F(path, symlink)
{
	static const char *const rules =
		"allow tcp 80 exe=" SVC_DIR "/l/svc uid=33 only";

	ASSERT_EQ(0, symlink(".", SVC_DIR "/l"));
	ASSERT_EQ(0, load_rules("%s", rules));
	ASSERT_EQ(0, svc_run(&self->s, SVC_DIR "/l/svc"));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC));
	EXPECT_REFUSED(&self->s, rules, REASON_NOT_CANONICAL);
	svc_stop(&self->s);
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, svc_run(&self->s, SVC_DIR "/l/svc"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* A rule may come before its program. */
TEST_F(path, installed_later)
{
	ASSERT_EQ(0, unlink(SVC));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, copy_program("svc", SVC));
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
