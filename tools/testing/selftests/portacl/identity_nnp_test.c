// SPDX-License-Identifier: GPL-2.0-only
/*
 * no_new_privs: it lets an unprivileged launcher install a seccomp filter that
 * answers the system calls of the program.
 */
#include "identity.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#define NNP_SVC "allow tcp 80 exe=" SVC " uid=33 accept=nnp only"
#define NNP_DYN "allow tcp 80 exe=" SVC_DYN " uid=33 accept=nnp only"

FIXTURE(nnp)
{
	struct svc s;
};

FIXTURE_SETUP(nnp)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, identity_install_dyn());
	ASSERT_EQ(0, load_rules(ONLY_SVC));
}

FIXTURE_TEARDOWN(nnp)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

static int set_nnp(const struct launch *how)
{
	(void)how;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno : 0;
}

TEST_F(nnp, by_user)
{
	struct launch how = { .path = SVC, .last = set_nnp };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "no_new_privs");
	ASSERT_EQ(0, load_rules(NNP_SVC));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/* It is inherited. */
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "no_new_privs");
	svc_stop(&self->s);
}

/* It takes no other weakness. */
TEST_F(nnp, accept_nnp_only)
{
	struct launch how = { .path = SVC };

	ASSERT_EQ(0, load_rules(NNP_SVC));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	EXPECT_EQ(1, ask(&self->s, "secure"));
	svc_stop(&self->s);
	how.flags = CLONE_FS;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, NNP_SVC, "shared");
	svc_stop(&self->s);
	ASSERT_EQ(0, chmod(SVC, 0777));
	how.flags = 0;
	how.last = set_nnp;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, NNP_SVC, "writable");
	svc_stop(&self->s);
}

/* no_new_privs that root set is no taint: nobody gains root by it. */
TEST_F(nnp, by_root)
{
	struct launch how = { .path = SVC, .who = &root, .last = set_nnp };

	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/* As uid 33 before the exec it could have been uid 33. */
	how.who = &user;
	how.last = NULL;
	how.root = set_nnp;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "no_new_privs");
	svc_stop(&self->s);
}

/* Every openat(2) is asked about on the descriptor that this returns. */
static int install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
}

/*
 * The second file that a program opens is the library that it names first,
 * after the loader's cache: it gets another one.
 */
static void answer(int listener)
{
	struct seccomp_notif_addfd add = { .flags = SECCOMP_ADDFD_FLAG_SEND };
	struct seccomp_notif_resp resp;
	struct seccomp_notif req;
	int n;

	add.srcfd = open(INJECT, O_RDONLY | O_CLOEXEC);
	for (n = 1; ; n++) {
		memset(&req, 0, sizeof(req));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req))
			return;
		if (n == 2) {
			add.id = req.id;
			ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
			continue;
		}
		resp = (struct seccomp_notif_resp){
			.id = req.id,
			.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
		};
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	}
}

/* The filter's owner is a process of uid 33, as the program is. */
static int supervise(const struct launch *how)
{
	int sv[2], listener;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		return errno;
	if (!fork()) {
		dup2(sv[0], 0);
		dup2(2, 1);
		syscall(SYS_close_range, 3, ~0U, 0);
		answer(recv_fd(0));
		_exit(0);
	}
	if (how->arg && set_nnp(how))
		return errno;
	listener = install_filter();
	if (listener < 0)
		return errno;
	send_fd(sv[1], listener);
	close(listener);
	return 0;
}

TEST_F(nnp, seccomp)
{
	struct launch how = { .path = EVIL_DYN, .last = supervise };

	ASSERT_EQ(0, load_rules(ONLY_DYN));
	/* The control: without it there is no filter, */
	ASSERT_EQ(LAUNCH_FAILED + 2, svc_start(&self->s, &how));
	/* with it there is, and the attacker's code runs. */
	how.arg = 1;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(EACCES, self->s.injected);
	svc_stop(&self->s);
	how.path = SVC_DYN;
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(EACCES, self->s.injected);
	EXPECT_REFUSED(&self->s, ONLY_DYN, "no_new_privs");
	svc_stop(&self->s);
	/* This is what accept=nnp accepts, whatever AT_SECURE says. */
	ASSERT_EQ(0, load_rules(NNP_DYN));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	EXPECT_EQ(0, self->s.injected);
	EXPECT_EQ(1, ask(&self->s, "secure"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
