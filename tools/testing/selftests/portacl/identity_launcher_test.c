// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trusted launch: a service manager that root started changes its uid and then
 * executes the program.  Here a copy of svc.c is the service manager.
 */
#include "identity.h"

#include <sys/ptrace.h>

#define MANAGER SVC_DIR "/manager"
#define WRAPPER SVC_DIR "/wrapper"
#define BY_ROOT "allow tcp 80 exe=" SVC " uid=33 launch=root only"
#define TRUSTING "launcher " MANAGER "\n" BY_ROOT
#define STRANGER "launcher " WRAPPER "\n" BY_ROOT

#define REASON_LAUNCH "not launched by root"

FIXTURE(launcher)
{
	struct svc s;
};

FIXTURE_SETUP(launcher)
{
	ASSERT_EQ(0, identity_install());
	ASSERT_EQ(0, copy_program("svc", MANAGER));
	ASSERT_EQ(0, copy_program("svc", WRAPPER));
	write_file("/proc/sys/kernel/yama/ptrace_scope", "0\n");
	ASSERT_EQ(0, load_rules(TRUSTING));
}

FIXTURE_TEARDOWN(launcher)
{
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

static int set_nnp(const struct launch *how)
{
	(void)how;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno : 0;
}

/* The manager runs, as uid 33 already: its next step is the exec. */
static int start_manager(struct svc *s, struct launch *how)
{
	int err;

	how->path = MANAGER;
	if (!how->who)
		how->who = &root;
	err = svc_start(s, how);
	if (!err && how->who == &root)
		err = ask(s, "uid 33 33 33");
	return err;
}

static int launch(struct svc *s, struct launch *how)
{
	return start_manager(s, how) ?: ask(s, "exec " SVC);
}

/* It is as if root had executed it. */
TEST_F(launcher, trusted)
{
	struct launch how = {};

	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_EQ(0, ask(&self->s, "secure"));
	EXPECT_EQ(1, ask(&self->s, "dumpable"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

TEST_F(launcher, no_new_privs)
{
	struct launch how = { .root = set_nnp };

	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_EQ(0, ask(&self->s, "secure"));
	EXPECT_GRANTED(&self->s);
	ASSERT_EQ(0, load_rules("launcher " MANAGER "\n" ONLY_SVC));
	EXPECT_GRANTED(&self->s);
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "no_new_privs");
	svc_stop(&self->s);
}

/* Mode learn proposes no accept= for what the launcher vouches for. */
TEST_F(launcher, observed)
{
	struct launch how = { .root = set_nnp };
	char observed[4096] = "";

	ASSERT_EQ(0, load_rules("launcher " MANAGER "\n" ONLY_SVC));
	ASSERT_EQ(0, portacl_write("observed", "clear"));
	ASSERT_EQ(0, portacl_write("mode", "learn"));
	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_EQ(0, ask(&self->s, "tcp 80"));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	/* The kernel's own rule decides, if there is one. */
	EXPECT_LE(0, ask(&self->s, "tcp 80"));
	ASSERT_LT(0, portacl_read("observed", observed, sizeof(observed)));
	EXPECT_NE(NULL, strstr(observed, " outcome=grant count=1 taint=none\n"));
	EXPECT_NE(NULL, strstr(observed, " outcome=deny count=1 taint=env,nnp\n"))
	{
		TH_LOG("%s", observed);
	}
	EXPECT_EQ(0, portacl_write("observed", "clear"));
	svc_stop(&self->s);
}

/* It vouches for how the program was executed, not for the file. */
TEST_F(launcher, writable)
{
	struct launch how = {};

	ASSERT_EQ(0, load_rules("launcher " MANAGER "\n" ONLY_SVC));
	ASSERT_EQ(0, chmod(SVC, 0757));
	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_REFUSED(&self->s, ONLY_SVC, "writable");
	svc_stop(&self->s);
	/* The control: it is the quick way that such a rule is granted by. */
	ASSERT_EQ(0, chmod(SVC, 0755));
	ASSERT_EQ(0, load_rules("launcher " MANAGER "\n" ONLY_SVC));
	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* Without its line the manager is no launcher, and the record says so. */
TEST_F(launcher, not_declared)
{
	struct launch how = {};
	int log;

	ASSERT_EQ(0, load_rules(STRANGER));
	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_EQ(1, ask(&self->s, "secure"));
	log = kmsg_open(false);
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 80"));
	EXPECT_NE(NULL, kmsg_find(log, "\" launcher=undeclared", 20000));
	close(log);
	EXPECT_REFUSED(&self->s, STRANGER, REASON_LAUNCH);
	/* It was protected, so that no more than launch=root stands here. */
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
}

/* A `launcher` line counts from its load on, also for running launchers. */
TEST_F(launcher, loaded_later)
{
	struct launch how = {};

	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, launch(&self->s, &how));
	ASSERT_EQ(0, load_rules(ONLY_SVC));
	EXPECT_REFUSED(&self->s, ONLY_SVC, REASON_ENV);
	ASSERT_EQ(0, load_rules(TRUSTING));
	EXPECT_GRANTED(&self->s);
	ASSERT_EQ(0, load_rules(STRANGER));
	EXPECT_REFUSED(&self->s, STRANGER, REASON_LAUNCH);
	svc_stop(&self->s);
}

/* The wrapper stands between, and root did not execute that one. */
TEST_F(launcher, wrapper)
{
	struct launch how = {};

	ASSERT_EQ(0, load_rules("launcher " WRAPPER "\n" TRUSTING));
	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "exec " WRAPPER));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_EQ(1, ask(&self->s, "secure"));
	EXPECT_REFUSED(&self->s, TRUSTING, REASON_LAUNCH);
	svc_stop(&self->s);
	/* The program itself is no launcher of another one either. */
	ASSERT_EQ(0, load_rules(TRUSTING));
	ASSERT_EQ(0, launch(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_REFUSED(&self->s, TRUSTING, REASON_LAUNCH);
	svc_stop(&self->s);
}

#define CGROUP "/sys/fs/cgroup"
#define IN_UNIT "launcher " MANAGER "\nallow tcp 80 uid=33 cgroup=/unit only"

/* A unit with NoNewPrivileges=yes that starts the program by a wrapper. */
TEST_F(launcher, r20_wrapper_without_new_privs)
{
	static const char *const nnp = ONLY_SVC " accept=nnp";
	struct launch how = { .root = set_nnp };
	char pid[16];

	if (access(CGROUP "/cgroup.procs", W_OK))
		SKIP(return, CGROUP ": %s", strerror(errno));
	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "exec " WRAPPER));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	ASSERT_EQ(0, load_rules("launcher " MANAGER "\n" ONLY_SVC));
	EXPECT_REFUSED(&self->s, "launcher " MANAGER "\n" ONLY_SVC,
		       "no_new_privs");
	ASSERT_EQ(0, load_rules(TRUSTING));
	EXPECT_REFUSED(&self->s, TRUSTING, REASON_LAUNCH);
	ASSERT_EQ(0, load_rules("%s", nnp));
	EXPECT_GRANTED(&self->s);
	/* It is what was executed last, not the wrapper. */
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=" WRAPPER
				" uid=33 accept=nnp only"));
	EXPECT_STREQ("reserved", outcome(&self->s));

	ASSERT_EQ(0, mkdir(CGROUP "/unit", 0755));
	ASSERT_EQ(0, load_rules(IN_UNIT));
	EXPECT_STREQ("other cgroup", outcome(&self->s));
	snprintf(pid, sizeof(pid), "%d\n", self->s.pid);
	ASSERT_EQ(0, write_file(CGROUP "/unit/cgroup.procs", pid));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	EXPECT_EQ(0, rmdir(CGROUP "/unit"));
}

/* As `systemd --user`: the right image, but the user executed it. */
TEST_F(launcher, by_user)
{
	struct launch how = { .who = &user };

	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_EQ(1, ask(&self->s, "secure"));
	EXPECT_REFUSED(&self->s, TRUSTING, REASON_LAUNCH);
	svc_stop(&self->s);
}

/* A launcher that others could have replaced vouches for nothing. */
TEST_F(launcher, tainted)
{
	struct launch how = {};

	ASSERT_EQ(0, chmod(MANAGER, 0777));
	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_EQ(1, ask(&self->s, "secure"));
	EXPECT_REFUSED(&self->s, TRUSTING, REASON_LAUNCH);
	svc_stop(&self->s);
	ASSERT_EQ(0, chmod(MANAGER, 0755));
	how.flags = CLONE_FS;
	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_REFUSED(&self->s, TRUSTING, REASON_LAUNCH);
	svc_stop(&self->s);
}

#define IN_JAIL "launcher " MANAGER "\n" \
		"allow tcp 80 exe=" JAIL SVC " uid=33 accept=chroot"

/* A launcher does not vouch for a program in another root. */
TEST_F(launcher, chroot)
{
	struct launch how = { .path = MANAGER, .who = &root };

	ASSERT_EQ(0, make_dirs(JAIL SVC_DIR));
	ASSERT_EQ(0, copy_file(SVC, JAIL SVC));
	ASSERT_EQ(0, load_rules(IN_JAIL " only"));
	ASSERT_EQ(0, svc_start(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "chroot " JAIL));
	ASSERT_EQ(0, ask(&self->s, "uid 33 33 33"));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_EQ(1, ask(&self->s, "secure"));
	EXPECT_GRANTED(&self->s);
	ASSERT_EQ(0, load_rules(IN_JAIL " launch=root only"));
	EXPECT_REFUSED(&self->s, IN_JAIL " launch=root only", REASON_LAUNCH);
	svc_stop(&self->s);
}

#define BY_UID "launcher " MANAGER "\nallow tcp 80 uid=33 launch=root only"

/* Nor for what has no path, and may be anything. */
TEST_F(launcher, no_path)
{
	int fd = syscall(SYS_memfd_create, "svc", 0);
	struct launch how = {};

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, copy_to_fd(SVC, fd));
	ASSERT_EQ(0, load_rules(BY_UID));
	ASSERT_EQ(0, launch(&self->s, &how));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "exec /proc/self/fd/%d", fd));
	EXPECT_REFUSED(&self->s, BY_UID, REASON_LAUNCH);
	svc_stop(&self->s);
	close(fd);
}

/* Nor for what it finds in mounts that are not root's. */
TEST_F(launcher, user_mounts)
{
	struct launch how = {};

	ASSERT_EQ(0, load_rules(BY_UID));
	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "unshare %d", CLONE_NEWUSER | CLONE_NEWNS));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_REFUSED(&self->s, BY_UID, REASON_LAUNCH);
	svc_stop(&self->s);
}

/* A process of the user's, which goes on tracing. */
static pid_t start_tracer(pid_t pid)
{
	int status = 0;
	pid_t tracer = fork();

	if (!tracer) {
		if (become(&user) || ptrace(PTRACE_SEIZE, pid, 0, 0))
			_exit(CHILD_BROKEN);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(tracer, &status, WUNTRACED);
	return WIFSTOPPED(status) ? tracer : 0;
}

/*
 * Between its own exec and that of the program the launcher was in the hands
 * of others: traced, or with a process that shares its directories.
 */
TEST_F(launcher, meddled_with)
{
	struct launch how = {};
	pid_t tracer;

	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	tracer = start_tracer(self->s.pid);
	ASSERT_LT(0, tracer);
	ASSERT_EQ(0, load_rules(BY_UID));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_REFUSED(&self->s, BY_UID, REASON_LAUNCH);
	end_child(tracer);
	svc_stop(&self->s);

	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "sharefs"));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_REFUSED(&self->s, BY_UID, REASON_LAUNCH);
	svc_stop(&self->s);
}

static int attach(const void *arg)
{
	const struct svc *s = arg;
	int status;

	if (ptrace(PTRACE_ATTACH, s->pid, 0, 0))
		return errno;
	waitpid(s->pid, &status, __WALL);
	return ptrace(PTRACE_DETACH, s->pid, 0, 0) ? errno : 0;
}

/* From a process of the same user's. */
#define ATTACH(s) run_as(&user, attach, s)

/* The program, and the launcher between its change of uid and its exec. */
TEST_F(launcher, traced)
{
	struct launch how = {};

	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	EXPECT_EQ(EPERM, ATTACH(&self->s));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	ASSERT_EQ(1, ask(&self->s, "dumpable"));
	EXPECT_EQ(EPERM, ATTACH(&self->s));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	/* The control: no line, no protection. */
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, start_manager(&self->s, &how));
	ASSERT_EQ(0, ask(&self->s, "dumpable 1"));
	EXPECT_EQ(0, ATTACH(&self->s));
	ASSERT_EQ(0, ask(&self->s, "exec " SVC));
	EXPECT_EQ(0, ATTACH(&self->s));
	/* From the load on it is there. */
	ASSERT_EQ(0, load_rules(TRUSTING));
	EXPECT_EQ(EPERM, ATTACH(&self->s));
	svc_stop(&self->s);
}

/* The policy prints its `launcher` lines, and query judges by them. */
TEST_F(launcher, text)
{
	static const char *const bad[] = {
		"launcher\n", "launcher sbin/init\n", "launcher /sbin/../init\n",
		"launcher /x\nlauncher /x\n", "launcher /x uid=0\n",
	};
	char text[4096];
	size_t i;

	ASSERT_LT(0, portacl_read("policy", text, sizeof(text)));
	EXPECT_STREQ("version 1\ndefault legacy\nlauncher " MANAGER "\n" BY_ROOT
		     "\ncommit\n", text);
	ASSERT_EQ(0, portacl_write("policy", text));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, load_rules("%s", bad[i]));
	for (*text = '\0', i = 0; i < 16; i++)
		sprintf(text + strlen(text), "launcher /sbin/init%zu\n", i);
	EXPECT_EQ(0, load_rules("%s", text));
	strcat(text, "launcher /sbin/init16\n");
	EXPECT_EQ(-E2BIG, load_rules("%s", text));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
