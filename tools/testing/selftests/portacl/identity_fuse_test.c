// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file system that the attacker serves (FUSE).  It says that root owns a file
 * and nobody else can write to it, and its contents are the attacker's choice.
 */
#include "identity.h"

#include <linux/fuse.h>
#include <sys/uio.h>

#define MNT SVC_DIR "/m"
#define PROG MNT "/svc"
#define RULE "allow tcp 80 exe=" PROG " uid=33 only"
#define NODE 2

/**
 * struct server - the attacker's file system: one directory with one file
 * @fuse: /dev/fuse
 * @program: the file's contents
 */
struct server {
	int fuse;
	int program;
};

static void reply(const struct server *srv, __u64 unique, int err,
		  const void *data, size_t len)
{
	struct fuse_out_header head = {
		.len = sizeof(head) + len,
		.error = -err,
		.unique = unique,
	};
	struct iovec iov[] = {
		{ &head, sizeof(head) }, { (void *)data, len },
	};

	/* The request may have been interrupted. */
	if (writev(srv->fuse, iov, len ? 2 : 1) < 0)
		return;
}

static void fill_attr(const struct server *srv, struct fuse_attr *attr,
		      __u64 node)
{
	struct stat st;

	fstat(srv->program, &st);
	*attr = (struct fuse_attr){
		.ino = node,
		.size = node == NODE ? st.st_size : 0,
		.mode = 0755 | (node == NODE ? S_IFREG : S_IFDIR),
		.nlink = 1,
	};
}

static void do_read(const struct server *srv, __u64 unique,
		    const struct fuse_read_in *in)
{
	static char buf[1 << 20];
	ssize_t n = pread(srv->program, buf, in->size, in->offset);

	reply(srv, unique, n < 0 ? EIO : 0, buf, n < 0 ? 0 : n);
}

static void serve_one(const struct server *srv, const struct fuse_in_header *in,
		      const void *arg)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_write = 4096,
	};
	struct fuse_entry_out entry = { .nodeid = NODE };
	struct fuse_attr_out attr = { 0 };
	struct fuse_open_out file = { 0 };

	switch (in->opcode) {
	case FUSE_INIT:
		return reply(srv, in->unique, 0, &init, sizeof(init));
	case FUSE_LOOKUP:
		fill_attr(srv, &entry.attr, NODE);
		return reply(srv, in->unique, strcmp(arg, "svc") ? ENOENT : 0,
			     &entry, strcmp(arg, "svc") ? 0 : sizeof(entry));
	case FUSE_GETATTR:
		fill_attr(srv, &attr.attr, in->nodeid);
		return reply(srv, in->unique, 0, &attr, sizeof(attr));
	case FUSE_OPEN:
		return reply(srv, in->unique, 0, &file, sizeof(file));
	case FUSE_READ:
		return do_read(srv, in->unique, arg);
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		return reply(srv, in->unique, 0, NULL, 0);
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;
	default:
		return reply(srv, in->unique, ENOSYS, NULL, 0);
	}
}

static int serve(const void *arg)
{
	static char buf[FUSE_MIN_READ_BUFFER * 4];
	const struct server *srv = arg;

	while (read(srv->fuse, buf, sizeof(buf)) > 0)
		serve_one(srv, (void *)buf,
			  buf + sizeof(struct fuse_in_header));
	return 0;
}

FIXTURE(fuse)
{
	struct server server;
	pid_t pid;
	struct svc s;
};

/* Mount as fusermount does for a user who runs the server. */
FIXTURE_SETUP(fuse)
{
	char options[128];

	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, load_rules(RULE));
	ASSERT_EQ(0, own_mounts());
	ASSERT_EQ(0, mkdir(MNT, 0755));
	self->server.program = open(EVIL, O_RDONLY | O_CLOEXEC);
	self->server.fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (self->server.fuse < 0)
		SKIP(return, "no /dev/fuse: %s", strerror(errno));
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=33,group_id=33,allow_other",
		 self->server.fuse);
	ASSERT_EQ(0, mount("evil", MNT, "fuse", MS_NOSUID | MS_NODEV,
			   options));
	self->pid = fork();
	if (!self->pid)
		_exit(become(&user) ? CHILD_BROKEN : serve(&self->server));
}

FIXTURE_TEARDOWN(fuse)
{
	if (self->pid > 0) {
		end_child(self->pid);
		umount2(MNT, MNT_DETACH);
	}
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

TEST_F(fuse, nosuid)
{
	struct stat st;

	ASSERT_EQ(0, stat(PROG, &st));
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(S_IFREG | 0755, st.st_mode);
	ASSERT_EQ(0, svc_run(&self->s, PROG));
	EXPECT_EQ(1, ask(&self->s, "isexe " PROG));
	EXPECT_REFUSED(&self->s, RULE, "nosuid mount");
	svc_stop(&self->s);
	/* The control: it is nosuid that tells it from root's own mount. */
	ASSERT_EQ(0, mount(NULL, MNT, NULL, MS_REMOUNT | MS_BIND, NULL));
	ASSERT_EQ(0, svc_run(&self->s, PROG));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

int main(int argc, char **argv)
{
	return audit_main(argc, argv);
}
