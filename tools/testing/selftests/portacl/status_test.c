// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files `status` and `mode`: what is in force, and waiting for a change.
 */
#include "common.h"

#include <ctype.h>
#include <time.h>

FIXTURE(status)
{
	int fd;
};

FIXTURE_SETUP(status)
{
	ASSERT_EQ(0, reset_policy());
	self->fd = open(PORTACL_DIR "status", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(status)
{
	close(self->fd);
	EXPECT_EQ(0, reset_policy());
}

static bool is_digest(const char *text)
{
	size_t i;

	for (i = 0; i < 64; i++)
		if (!isdigit(text[i]) && (text[i] < 'a' || text[i] > 'f'))
			return false;
	return !text[64];
}

TEST_F(status, keys)
{
	unsigned long long generation;
	time_t now = time(NULL), loaded;
	char want[64], *value;
	struct tm tm = {};

	EXPECT_STREQ("1", status_value("abi"));
	EXPECT_STREQ("enforce", status_value("mode"));
	EXPECT_STREQ("0", status_value("rules"));
	EXPECT_STREQ("legacy", status_value("default"));
	EXPECT_STREQ("0", status_value("locked"));
	EXPECT_STREQ("none", status_value("error"));
	EXPECT_TRUE(is_digest(status_value("digest")));

	generation = atoll(status_value("generation"));
	ASSERT_EQ(0, load_rules("default deny\nallow any any\ndeny any 1"));
	EXPECT_STREQ("2", status_value("rules"));
	EXPECT_STREQ("deny", status_value("default"));
	EXPECT_EQ(generation + 1,
		  (unsigned long long)atoll(status_value("generation")));

	value = status_value("loaded");
	snprintf(want, sizeof(want), "uid=0 pid=%d time=", getpid());
	ASSERT_EQ(0, strncmp(want, value, strlen(want)));
	value = strptime(value + strlen(want), "%Y-%m-%dT%H:%M:%SZ", &tm);
	ASSERT_NE(NULL, value);
	EXPECT_STREQ("", value);
	loaded = timegm(&tm);
	EXPECT_TRUE(loaded >= now && loaded <= now + 60)
	{
		TH_LOG("loaded %ld, now %ld", loaded, now);
	}
}

/* Equal texts have equal digests, others have others. */
TEST_F(status, digest)
{
	char first[80], second[80];

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33"));
	save_status(first, sizeof(first), "digest");
	ASSERT_EQ(0, load_rules("allow tcp 81 uid=33"));
	save_status(second, sizeof(second), "digest");
	EXPECT_STRNE(first, second);
	ASSERT_EQ(0, load_rules("allow  tcp 80  uid=33-33 # the same"));
	EXPECT_STREQ(first, status_value("digest"));
}

/* Everybody may read it; the policy only root: so no reason quotes a text. */
TEST_F(status, quotes_no_policy)
{
	static const char *const texts[] = {
		"secret", "version secret", "version 1 secret",
		"version 1\nsecret tcp 80", "version 1\nallow secret 80",
		"version 1\nallow tcp,secret 80", "version 1\nallow tcp secret",
		"version 1\nallow tcp 80-secret", "version 1\nallow tcp 80 secret",
		"version 1\nallow tcp 80 secret=1",
		"version 1\nallow tcp 80 exe=secret",
		"version 1\nallow tcp 80 exe=/secret/",
		"version 1\nallow tcp 80 cgroup=secret",
		"version 1\nallow tcp 80 uid=secret",
		"version 1\nallow tcp 80 gid=secret",
		"version 1\nallow tcp 80 addr=secret",
		"version 1\nallow tcp 80 addr=1.2.3.4/secret",
		"version 1\nallow tcp 80 net=secret",
		"version 1\nallow tcp 80 launch=secret",
		"version 1\nallow tcp 80 uid=1 accept=secret",
		"version 1\ndefault secret", "version 1\ndefault deny secret",
		"version 1\nlauncher secret", "version 1\nlauncher /x secret",
		"version 1\ncommit secret", "version 1\ncommit\nsecret",
		"version 1\ncommit generation=secret",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		char text[128], *error;

		snprintf(text, sizeof(text), "%s\n", texts[i]);
		EXPECT_EQ(-EINVAL, portacl_write("policy", text));
		error = status_value("error");
		EXPECT_EQ(NULL, strstr(error, "secret"))
		{
			TH_LOG("%s: %s", texts[i], error);
		}
		EXPECT_EQ(0, strncmp(error, "line ", 5));
	}
}

/* Everybody may read it: the exit status tells whether the digest is there. */
static int read_status(const void *arg)
{
	char text[4096];

	(void)arg;
	if (portacl_read("status", text, sizeof(text)) < 100 ||
	    !strstr(text, "\nmode ") || !strstr(text, "\nbytes "))
		return CHILD_BROKEN;
	return !!strstr(text, "\ndigest ");
}

/* Through a descriptor that another one opened. */
static int read_fd(const void *arg)
{
	char text[4096] = "";

	if (pread(*(const int *)arg, text, sizeof(text) - 1, 0) < 100)
		return CHILD_BROKEN;
	return !!strstr(text, "\ndigest ");
}

static int read_in_userns(const void *arg)
{
	return unshare(CLONE_NEWUSER) ? CHILD_BROKEN : read_status(arg);
}

/*
 * A guess at the policy can be confirmed by its digest, so only openers who may
 * read the policy get it.  All get the rest.
 */
TEST_F(status, readable)
{
	static const struct subject admin = {
		.uid = 33,
		.gid = 33,
		.caps = CAP_BIT(CAP_MAC_ADMIN),
	};
	static const struct subject others = {
		.uid = 33,
		.gid = 33,
		.caps = ALL_CAPS & ~CAP_BIT(CAP_MAC_ADMIN),
	};
	pid_t pid;
	int fd;

	EXPECT_EQ(1, run_as(&root, read_status, NULL));
	EXPECT_EQ(1, run_as(&admin, read_status, NULL));
	EXPECT_EQ(0, run_as(&user, read_status, NULL));
	EXPECT_EQ(0, run_as(&others, read_status, NULL));
	EXPECT_EQ(0, run_as(&user, read_in_userns, NULL));
	EXPECT_EQ(1, run_as(&user, read_fd, &self->fd));
	/* Opened by a user, read by root */
	pid = fork();
	if (!pid) {
		fd = syscall(SYS_setresuid, -1, 33, -1) ? -1 :
			open(PORTACL_DIR "status", O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_setresuid, -1, 0, -1))
			_exit(CHILD_BROKEN);
		_exit(read_fd(&fd));
	}
	EXPECT_EQ(0, wait_child(pid));
}

TEST_F(status, mode)
{
	static const char *const modes[] = { "permissive", "learn", "enforce" };
	static const char *const bad[] = { "off\n", "", "enforce permissive\n",
					   "Enforce\n", "learn\nlearn\n" };
	char text[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		ASSERT_EQ(0, portacl_write("mode", modes[i]));
		EXPECT_STREQ(modes[i], status_value("mode"));
		ASSERT_LT(0, portacl_read("mode", text, sizeof(text)));
		EXPECT_EQ(0, strncmp(text, modes[i], strlen(modes[i])));
		EXPECT_STREQ("\n", text + strlen(modes[i]));
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (*bad[i])
			EXPECT_EQ(-EINVAL, portacl_write("mode", bad[i]));
		EXPECT_STREQ("enforce", status_value("mode"));
	}
	/* A change of mode leaves the policy alone. */
	ASSERT_EQ(0, load_rules("deny tcp 80"));
	ASSERT_EQ(0, portacl_write("mode", "permissive\n"));
	EXPECT_STREQ("1", status_value("rules"));
	EXPECT_EQ(0, try_bind(&root, &tcp, "127.0.0.1", 80));
	ASSERT_EQ(0, portacl_write("mode", "enforce\n"));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 80));
}

/* Read from the start, then wait: 1 if something changed in that time. */
static int changed(int fd, int milliseconds)
{
	struct pollfd pfd = { .fd = fd, .events = POLLPRI };
	int n = poll(&pfd, 1, milliseconds);

	return n == 1 && pfd.revents & (POLLPRI | POLLERR);
}

static void see(int fd)
{
	char text[4096];

	lseek(fd, 0, SEEK_SET);
	while (read(fd, text, sizeof(text)) > 0)
		;
}

TEST_F(status, poll)
{
	struct {
		const char *file;
		const char *text;
	} changes[] = {
		{ "policy", "version 1\nallow tcp 80\ncommit\n" },
		{ "mode", "permissive\n" },
		{ "policy", "version 1\nallow\n" },
		{ "policy", "version 1\n" },
	};
	size_t i;

	see(self->fd);
	EXPECT_EQ(0, changed(self->fd, 200));
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		portacl_write(changes[i].file, changes[i].text);
		EXPECT_EQ(1, changed(self->fd, 0))
		{
			TH_LOG("%s: %s", changes[i].file, changes[i].text);
		}
		see(self->fd);
		EXPECT_EQ(0, changed(self->fd, 0));
	}
	/* A bind is no change. */
	try_bind(&root, &tcp, "127.0.0.1", 80);
	EXPECT_EQ(0, changed(self->fd, 0));
}

/* A process that already waits is woken. */
TEST_F(status, poll_wakes)
{
	pid_t pid;

	see(self->fd);
	pid = fork();
	if (!pid) {
		usleep(300000);
		_exit(load_rules("deny tcp 80") ? CHILD_BROKEN : 0);
	}
	EXPECT_EQ(1, changed(self->fd, 20000));
	EXPECT_EQ(0, wait_child(pid));
	EXPECT_STREQ("1", status_value("rules"));
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
