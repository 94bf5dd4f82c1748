// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes whose root is not the host's, and file systems that root mounted.
 */
#include "identity.h"

#include <linux/mount.h>

#define RULE_IN "allow tcp 80 exe=" JAIL SVC " uid=33 only"
#define RULE_CHROOT "allow tcp 80 exe=" SVC " uid=33 accept=chroot only"

FIXTURE(root)
{
	struct svc s;
};

FIXTURE_SETUP(root)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, make_dirs(JAIL SVC_DIR));
	ASSERT_EQ(0, copy_file(SVC, JAIL SVC));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
}

FIXTURE_TEARDOWN(root)
{
	EXPECT_EQ(0, reset_policy());
	/* The host's root directory may be mounted there. */
	umount2(JAIL, MNT_DETACH);
	identity_remove();
}

static int enter_jail(const struct launch *how)
{
	(void)how;
	return chroot(JAIL) || chdir("/") ? errno : 0;
}

/* Start the host's program in the jail, whose dynamic loader is inject.c. */
static int start_with_jail_loader(struct svc *s)
{
	struct launch how = { .path = "", .root = enter_jail };
	int err;

	err = copy_program("loader", JAIL LDSO);
	if (err)
		return err;
	how.at = open(SVC_DYN, O_PATH | O_CLOEXEC);
	err = how.at < 0 ? errno : svc_start(s, &how);
	close(how.at);
	return err;
}

/* A copy in a jail has the jail's name. */
TEST_F(root, chroot)
{
	struct launch how = { .path = SVC, .root = enter_jail };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	ASSERT_EQ(0, load_rules(RULE_CHROOT));
	EXPECT_REFUSED(&self->s, RULE_CHROOT, REASON_OTHER_EXE);
	ASSERT_EQ(0, load_rules(RULE_IN));
	EXPECT_REFUSED(&self->s, RULE_IN, "chroot");
	svc_stop(&self->s);
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=" JAIL SVC
				" uid=33 accept=chroot only"));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/*
 * The genuine file has the genuine name, but its dynamic loader is that of
 * the jail.
 */
TEST_F(root, jail_with_host_program)
{
	ASSERT_EQ(0, identity_install_dyn());
	ASSERT_EQ(0, make_dirs(JAIL LDSO_DIR));
	ASSERT_EQ(0, load_rules(ONLY_DYN));
	ASSERT_EQ(0, start_with_jail_loader(&self->s));
	ASSERT_TRUE(self->s.foreign_loader);
	EXPECT_REFUSED(&self->s, ONLY_DYN, "chroot");
	svc_stop(&self->s);
	/* The control: its own loader. */
	ASSERT_EQ(0, svc_run(&self->s, SVC_DYN));
	ASSERT_FALSE(self->s.foreign_loader);
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/*
 * The same in a jail that is a bind mount of the host's root directory, with
 * another loader mounted over the host's.
 */
TEST_F(root, jail_of_the_host)
{
	ASSERT_EQ(0, identity_install_dyn());
	ASSERT_EQ(0, own_mounts());
	ASSERT_EQ(0, mount("/", JAIL, NULL, MS_BIND, NULL));
	ASSERT_EQ(0, mount("tmpfs", JAIL LDSO_DIR, "tmpfs", 0, "mode=755"));
	ASSERT_EQ(0, load_rules(ONLY_DYN));
	ASSERT_EQ(0, start_with_jail_loader(&self->s));
	ASSERT_TRUE(self->s.foreign_loader);
	EXPECT_REFUSED(&self->s, ONLY_DYN, "chroot");
	svc_stop(&self->s);
}

TEST_F(root, accept_chroot)
{
	struct launch how = { .path = "", .root = enter_jail };

	how.at = open(SVC, O_PATH | O_CLOEXEC);
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "chroot");
	svc_stop(&self->s);
	ASSERT_EQ(0, load_rules(RULE_CHROOT));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* A daemon that goes into its jail after the exec, as many do. */
TEST_F(root, chroot_after_exec)
{
	struct launch how = { .path = SVC, .who = &root };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "chroot " JAIL));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

enum rootfs { TMPFS, OVERLAY, BOUND };

FIXTURE(container)
{
	struct svc s;
};

FIXTURE_VARIANT(container)
{
	enum rootfs rootfs;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(container, tmpfs) { TMPFS };
FIXTURE_VARIANT_ADD(container, overlay) { OVERLAY };
FIXTURE_VARIANT_ADD(container, bound_program) { BOUND };
/* clang-format on */

FIXTURE_SETUP(container)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(ONLY_SVC));
}

FIXTURE_TEARDOWN(container)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* An image with its own SVC, or the host's bound over it, on JAIL. */
static int mount_image(enum rootfs rootfs)
{
	if (make_dirs(JAIL) || mount("tmpfs", JAIL, "tmpfs", 0, "mode=755"))
		return errno;
	if (make_dirs(JAIL "/image" SVC_DIR) ||
	    make_dirs(JAIL "/image/proc") || make_dirs(JAIL "/root") ||
	    copy_file(SVC, JAIL "/image" SVC))
		return errno;
	if (rootfs == OVERLAY)
		return mount("overlay", JAIL "/root", "overlay", 0,
			     "lowerdir=" JAIL "/image:" EVIL_DIR) ? errno : 0;
	if (mount(JAIL "/image", JAIL "/root", NULL, MS_BIND, NULL))
		return errno;
	if (rootfs == BOUND)
		return mount(SVC, JAIL "/root" SVC, NULL, MS_BIND, NULL) ?
		       errno : 0;
	return 0;
}

/* As a runtime starts a container in the host's network namespace. */
static int enter_container(const struct launch *how)
{
	int err = own_mounts() ?: mount_image(how->arg);

	if (err)
		return err;
	if (chdir(JAIL "/root") || mount("proc", "proc", "proc", 0, NULL) ||
	    mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		return errno;
	return 0;
}

TEST_F(container, host_network)
{
	struct launch how = {
		.path = SVC,
		.root = enter_container,
		.arg = variant->rootfs,
	};

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC));
	if (variant->rootfs == BOUND)
		EXPECT_EQ(inode_of(SVC), ask(&self->s, "inode"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "chroot");
	svc_stop(&self->s);
	ASSERT_EQ(0, load_rules(RULE_CHROOT));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

#define OVL SVC_DIR "/ovl"
#define RULE_OVL "allow tcp 80 exe=" OVL "/m/svc uid=33 only"

/* An overlay that root mounted in the host is a file system as any other. */
TEST_F(root, overlay)
{
	ASSERT_EQ(0, own_mounts());
	ASSERT_EQ(0, make_dirs(OVL));
	ASSERT_EQ(0, mount("tmpfs", OVL, "tmpfs", 0, "mode=755"));
	ASSERT_EQ(0, make_dirs(OVL "/lower") ?: make_dirs(OVL "/upper") ?:
		     make_dirs(OVL "/work") ?: make_dirs(OVL "/m"));
	ASSERT_EQ(0, copy_file(SVC, OVL "/lower/svc"));
	ASSERT_EQ(0, mount("overlay", OVL "/m", "overlay", 0,
			   "lowerdir=" OVL "/lower,upperdir=" OVL
			   "/upper,workdir=" OVL "/work"));
	ASSERT_EQ(0, load_rules(RULE_OVL));
	ASSERT_EQ(0, svc_run(&self->s, OVL "/m/svc"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/* The copy in the upper layer is another inode. */
	ASSERT_EQ(0, utimensat(AT_FDCWD, OVL "/m/svc", NULL, 0));
	ASSERT_EQ(0, access(OVL "/upper/svc", X_OK));
	ASSERT_EQ(0, svc_run(&self->s, OVL "/m/svc"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/* Neither layer has the name. */
	ASSERT_EQ(0, svc_run(&self->s, OVL "/lower/svc"));
	EXPECT_REFUSED(&self->s, RULE_OVL, REASON_OTHER_EXE);
	svc_stop(&self->s);
}

#define IDM SVC_DIR "/idm"
#define RULE_IDM "allow tcp 80 exe=" IDM "/b/svc uid=33 only"

/* A user namespace in which the host's uid 33 is root, as a descriptor. */
static int make_map(void)
{
	char path[64];
	int fd = -1;
	pid_t pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (!pid) {
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	if (!write_file(path, "0 33 1\n")) {
		snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
		write_file(path, "0 33 1\n");
		snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	end_child(pid);
	return fd;
}

static int idmap(const char *from, const char *to)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int fd = syscall(SYS_open_tree, AT_FDCWD, from, OPEN_TREE_CLONE);

	attr.userns_fd = make_map();
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr,
		    sizeof(attr)) ||
	    syscall(SYS_move_mount, fd, "", AT_FDCWD, to,
		    MOVE_MOUNT_F_EMPTY_PATH))
		return errno;
	return 0;
}

static int can_write(const void *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

/* 6.1 has no idmapped tmpfs; ext4 has been able to since 5.12. */
static int mount_for_idmap(void)
{
	static const char cmd[] =
		"truncate -s 8M " IDM "/img && mkfs.ext4 -q " IDM "/img && "
		"mount -o loop " IDM "/img " IDM "/a";

	return system(cmd) ? ENODEV : 0;
}

/* Root's file on disk, but uid 33's through this mount. */
TEST_F(root, idmapped)
{
	ASSERT_EQ(0, own_mounts());
	ASSERT_EQ(0, make_dirs(IDM "/a") ?: make_dirs(IDM "/b"));
	if (mount_for_idmap())
		SKIP(return, "no ext4 on a loop device");
	ASSERT_EQ(0, copy_file(SVC, IDM "/a/svc"));
	ASSERT_EQ(0, load_rules(RULE_IDM));
	ASSERT_EQ(0, mount(IDM "/a", IDM "/b", NULL, MS_BIND, NULL));
	EXPECT_EQ(EACCES, run_as(&user, can_write, IDM "/b/svc"));
	ASSERT_EQ(0, svc_run(&self->s, IDM "/b/svc"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	ASSERT_EQ(0, umount(IDM "/b"));

	ASSERT_EQ(0, idmap(IDM "/a", IDM "/b"));
	EXPECT_EQ(0, run_as(&user, can_write, IDM "/b/svc"));
	ASSERT_EQ(0, svc_run(&self->s, IDM "/b/svc"));
	EXPECT_REFUSED(&self->s, RULE_IDM, "idmapped");
	svc_stop(&self->s);
	/* Another mount, in a directory of the user. */
	ASSERT_EQ(0, mount(SVC, IDM "/b/svc", NULL, MS_BIND, NULL));
	EXPECT_EQ(EACCES, run_as(&user, can_write, IDM "/b/svc"));
	ASSERT_EQ(0, svc_run(&self->s, IDM "/b/svc"));
	EXPECT_REFUSED(&self->s, RULE_IDM, "writable");
	svc_stop(&self->s);
	umount2(IDM "/b", MNT_DETACH);
	umount2(IDM "/a", MNT_DETACH);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
