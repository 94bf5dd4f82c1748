// SPDX-License-Identifier: GPL-2.0-only
/*
 * A path that names another file: user and mount namespaces of an attacker,
 * and file systems that the attacker may have arranged.
 */
#include "identity.h"

#include <linux/mount.h>

FIXTURE(mount)
{
	struct svc holder;
	struct svc s;
};

/* A view of the file system that uid 33 made: EVIL is mounted over SVC. */
static int enter_view(const struct launch *how)
{
	(void)how;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return errno;
	return mount(EVIL, SVC, NULL, MS_BIND, NULL) ? errno : 0;
}

FIXTURE_SETUP(mount)
{
	struct launch how = { .path = EVIL, .last = enter_view };

	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, svc_start(&self->holder, &how))
	{
		TH_LOG("no user namespace for uid 33?");
	}
}

FIXTURE_TEARDOWN(mount)
{
	svc_stop(&self->holder);
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* The attack has worked if the name is that of SVC and the file is EVIL. */
#define EXPECT_FORGED(s)                                      \
	do {                                                  \
		EXPECT_EQ(1, ask(s, "isexe " SVC));           \
		EXPECT_EQ(inode_of(EVIL), ask(s, "inode"));   \
		EXPECT_REFUSED(s, ONLY_SVC, "namespace");     \
	} while (0)

/* Through /proc, while staying in the initial namespaces. */
TEST_F(mount, foreign_path)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/%d/root" SVC, self->holder.pid);
	ASSERT_EQ(0, svc_run(&self->s, path));
	EXPECT_FORGED(&self->s);
	svc_stop(&self->s);
}

/* The same by SCM_RIGHTS. */
TEST_F(mount, foreign_descriptor)
{
	struct launch how = { .path = "" };

	how.at = ask_fd(&self->holder, "sendpath " SVC);
	ASSERT_LT(0, how.at);
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_FORGED(&self->s);
	svc_stop(&self->s);
}

static int enter_userns(const struct launch *how)
{
	(void)how;
	return unshare(CLONE_NEWUSER) ? errno : 0;
}

/* Sends a tree to @arg that holds EVIL as SVC and is mounted nowhere. */
static int send_tree(const struct launch *how)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return errno;
	return send_fd(how->arg, syscall(SYS_open_tree, AT_FDCWD,
					 EVIL_DIR "/root", OPEN_TREE_CLONE));
}

/* Its paths begin at its own root. */
TEST_F(mount, detached_tree)
{
	struct launch how = { .path = EVIL, .last = send_tree };
	struct svc owner;
	int sv[2];

	ASSERT_EQ(0, make_dirs(EVIL_DIR "/root" SVC_DIR));
	ASSERT_EQ(0, copy_file(EVIL, EVIL_DIR "/root" SVC));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	how.arg = sv[1];
	ASSERT_EQ(0, svc_start(&owner, &how));
	how = (struct launch){ .path = &SVC[1], .at = recv_fd(sv[0]) };
	ASSERT_LT(0, how.at);
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC));
	/* Without an absolute path it is no program that a rule could name. */
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_OTHER_EXE);
	svc_stop(&self->s);
	svc_stop(&owner);
}

TEST_F(mount, own_namespaces)
{
	struct launch how = { .path = SVC, .last = enter_view };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_FORGED(&self->s);
	svc_stop(&self->s);
	/* Nothing but a user namespace, and the genuine program. */
	how.last = enter_userns;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(inode_of(SVC), ask(&self->s, "inode"));
	/* As it is not trusted, it runs as it always did. */
	EXPECT_EQ(0, ask(&self->s, "secure"));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "namespace");
	svc_stop(&self->s);
}

static int enter_mounts_of(const struct launch *how)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/ns/mnt", how->arg);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return setns(fd, CLONE_NEWNS) ? errno : 0;
}

/* nsenter -m by root, who then becomes uid 33. */
TEST_F(mount, root_enters)
{
	struct launch how = {
		.path = SVC,
		.root = enter_mounts_of,
		.arg = self->holder.pid,
	};

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_FORGED(&self->s);
	svc_stop(&self->s);
}

/* A user namespace made after the exec; uid 33 is privileged over it. */
TEST_F(mount, userns_after_exec)
{
	char request[32];

	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_GRANTED(&self->s);
	snprintf(request, sizeof(request), "unshare %d", CLONE_NEWUSER);
	ASSERT_EQ(0, ask(&self->s, "%s", request));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "namespace");
	svc_stop(&self->s);
}

static int remount_usr(const struct launch *how)
{
	int err = own_mounts();

	if (err || mount("/usr", "/usr", NULL, MS_BIND | MS_REC, NULL) ||
	    mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND | how->arg, NULL))
		return err ?: errno;
	return 0;
}

/* ProtectSystem= of systemd, a mount namespace that root has made. */
TEST_F(mount, private_and_nosuid)
{
	struct launch how = { .path = SVC, .root = remount_usr };

	how.arg = MS_RDONLY;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	how.arg = MS_NOSUID;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "nosuid mount");
	svc_stop(&self->s);
}

/* A file system that belongs to uid 33's user namespace, sent to @arg. */
static int send_own_tmpfs(const struct launch *how)
{
	int fs;

	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) ||
	    write_file("/proc/self/uid_map", "33 33 1\n") ||
	    write_file("/proc/self/setgroups", "deny\n") ||
	    write_file("/proc/self/gid_map", "33 33 1\n"))
		return errno;
	fs = syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	if (fs < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return errno;
	return send_fd(how->arg, syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0));
}

static int copy_evil(const void *to)
{
	return -copy_file(EVIL, to);
}

TEST_F(mount, foreign_superblock)
{
	struct launch how = { .path = EVIL, .last = send_own_tmpfs };
	static const char *const rules = "allow tcp 80 exe=" SVC_DIR
		"/m/svc uid=33 accept=writable only";
	struct svc owner;
	int sv[2], fd;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	ASSERT_EQ(0, own_mounts());
	ASSERT_EQ(0, mkdir(SVC_DIR "/m", 0755));
	how.arg = sv[1];
	ASSERT_EQ(0, svc_start(&owner, &how));
	fd = recv_fd(sv[0]);
	ASSERT_LT(0, fd);
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, SVC_DIR "/m",
		    MOVE_MOUNT_F_EMPTY_PATH))
		SKIP(goto out, "cannot attach it: %s", strerror(errno));
	ASSERT_EQ(0, run_as(&user, copy_evil, SVC_DIR "/m/svc"));
	ASSERT_EQ(0, load_rules("%s", rules));
	ASSERT_EQ(0, svc_run(&self->s, SVC_DIR "/m/svc"));
	EXPECT_EQ(1, ask(&self->s, "isexe " SVC_DIR "/m/svc"));
	EXPECT_REFUSED(&self->s, rules, "namespace");
	svc_stop(&self->s);
out:
	umount2(SVC_DIR "/m", MNT_DETACH);
	svc_stop(&owner);
}

/* A descriptor, or a working directory, from before a mount. */
FIXTURE(over)
{
	struct svc s;
	int file;
	int dir;
};

FIXTURE_SETUP(over)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, own_mounts());
	self->file = open(SVC, O_PATH | O_CLOEXEC);
	self->dir = open(SVC_DIR, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ASSERT_LT(0, self->file);
	ASSERT_LT(0, self->dir);
}

FIXTURE_TEARDOWN(over)
{
	close(self->file);
	close(self->dir);
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

static int enter_dir(const struct launch *how)
{
	return fchdir(how->arg) ? errno : 0;
}

/* Executed by the descriptor it is not the program, by its path it is. */
#define EXPECT_OVER()                                                   \
	do {                                                            \
		struct launch by_fd = { .path = "", .at = self->file }; \
									\
		ASSERT_EQ(0, svc_start(&self->s, &by_fd));              \
		EXPECT_EQ(1, ask(&self->s, "isexe " SVC));              \
		EXPECT_REFUSED(&self->s, ONLY_SVC, "deleted");          \
		svc_stop(&self->s);                                     \
		ASSERT_EQ(0, svc_run(&self->s, SVC));                   \
		EXPECT_GRANTED(&self->s);                               \
		svc_stop(&self->s);                                     \
	} while (0)

/* The controls: nothing is mounted there, or not any more, or on "/" itself. */
TEST_F(over, nothing)
{
	struct launch by_fd = { .path = "", .at = self->file };
	int i;

	for (i = 0; i < 3; i++) {
		if (i == 1) {
			ASSERT_EQ(0, mount(SVC, SVC, NULL, MS_BIND, NULL));
			ASSERT_EQ(0, umount2(SVC, MNT_DETACH));
		}
		if (i == 2)
			ASSERT_EQ(0, mount("/", "/", NULL, MS_BIND | MS_REC,
					   NULL));
		ASSERT_EQ(0, svc_start(&self->s, &by_fd));
		EXPECT_GRANTED(&self->s);
		svc_stop(&self->s);
	}
}

TEST_F(over, file)
{
	ASSERT_EQ(0, copy_file(SVC, SVC_DIR "/new"));
	ASSERT_EQ(0, mount(SVC_DIR "/new", SVC, NULL, MS_BIND, NULL));
	EXPECT_OVER();
	/* Under a second one as well. */
	ASSERT_EQ(0, mount(SVC_DIR "/new", SVC, NULL, MS_BIND, NULL));
	EXPECT_OVER();
}

TEST_F(over, directory)
{
	struct launch by_cwd = {
		.path = "./svc",
		.last = enter_dir,
		.arg = self->dir,
	};

	ASSERT_EQ(0, mount("tmpfs", SVC_DIR, "tmpfs", 0, "mode=0755"));
	ASSERT_EQ(0, copy_program("svc", SVC));
	EXPECT_OVER();
	ASSERT_EQ(0, svc_start(&self->s, &by_cwd));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "deleted");
	svc_stop(&self->s);
}

/* As systemd-sysext(8) does. */
TEST_F(over, overlay)
{
	struct launch how = { .path = "", .at = self->file, .who = &root };

	ASSERT_EQ(0, make_dirs(JAIL));
	if (mount("overlay", "/usr", "overlay", 0, "lowerdir=" JAIL ":/usr"))
		SKIP(return, "no overlay of /usr: %s", strerror(errno));
	EXPECT_OVER();
	/* Root may go on with it, as PID 1 does with what it has open. */
	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* accept=writable takes no file that the path does not lead to. */
TEST_F(over, writable)
{
	static const char *const rules = ONLY_SVC " accept=writable";
	struct launch by_fd = { .path = "", .at = self->file };

	ASSERT_EQ(0, chmod(SVC, 0757));
	ASSERT_EQ(0, load_rules("%s", rules));
	ASSERT_EQ(0, svc_start(&self->s, &by_fd));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	ASSERT_EQ(0, mount("tmpfs", SVC_DIR, "tmpfs", 0, "mode=0755"));
	ASSERT_EQ(0, svc_start(&self->s, &by_fd));
	EXPECT_REFUSED(&self->s, rules, "deleted");
	svc_stop(&self->s);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
