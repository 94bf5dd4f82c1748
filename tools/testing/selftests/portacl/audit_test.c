// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reports of a verdict: a record in the kernel log, an audit message, and
 * the trace event.
 */
#include "audit.h"

#include <limits.h>
#include <linux/audit.h>
#include <linux/netlink.h>

#define DENIED "portacl: denied proto="
#define GRANTED "portacl: granted proto="
#define TRACING "/sys/kernel/tracing/"
#define ENABLE_TRACE TRACING "events/portacl/portacl_bind/enable"

FIXTURE(audit)
{
	int log;
	char limit[16];
};

FIXTURE_SETUP(audit)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_LT(0, read_file(PRINTK_LIMIT, self->limit,
			       sizeof(self->limit)));
	ASSERT_EQ(0, write_file(PRINTK_LIMIT, "0\n"));
	self->log = kmsg_open(false);
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(audit)
{
	close(self->log);
	EXPECT_EQ(0, write_file(PRINTK_LIMIT, self->limit));
	EXPECT_EQ(0, reset_policy());
}

/* The next denial that is logged, or "". */
static const char *denial(int log)
{
	char *line = kmsg_find(log, DENIED, 20000);

	return line ? strstr(line, DENIED) : "";
}

TEST_F(audit, fields)
{
	static const char start[] =
		DENIED "tcp addr=127.0.0.1 port=80 uid=33 pid=";
	char exe[4096] = "", want[8192], comm[32], *rest;
	const char *line;

	ASSERT_LT(0, readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	prctl(PR_GET_NAME, comm, 0, 0, 0);
	ASSERT_EQ(0, load_rules("allow tcp 79\ndeny tcp 80 uid=33"));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 80));
	line = denial(self->log);
	ASSERT_EQ(0, strncmp(start, line, strlen(start)));
	EXPECT_LT(0, strtol(line + strlen(start), &rest, 10));
	snprintf(want, sizeof(want),
		 " comm=\"%s\" exe=\"%s\" rule=2 reason=\"deny rule\"", comm,
		 exe);
	EXPECT_EQ(0, strncmp(want, rest, strlen(want)))
	{
		TH_LOG("%s, expected %s", rest, want);
	}
}

/* Each transport and address, and what decided. */
TEST_F(audit, what)
{
	static const struct {
		const struct proto *proto;
		const char *addr;
		int port;
		const char *want;
	} binds[] = {
		{ &udp, "0.0.0.0", 53, "proto=udp addr=0.0.0.0 port=53 " },
		{ &tcp, "::1", 80, "proto=tcp addr=::1 port=80 " },
		{ &tcp, "::", 80, "proto=tcp addr=:: port=80 " },
		{ &tcp, "::ffff:127.0.0.1", 80,
		  "proto=tcp addr=127.0.0.1 port=80 " },
		{ &mptcp, "127.0.0.1", 80, "proto=tcp addr=127.0.0.1 port=80 " },
		{ &sctp, "127.0.0.1", 8080,
		  "proto=sctp addr=127.0.0.1 port=8080 " },
	};
	size_t i;

	ASSERT_EQ(0, load_rules("deny any any"));
	for (i = 0; i < ARRAY_SIZE(binds); i++) {
		const char *line;
		int fd = socket_for(binds[i].proto, binds[i].addr);

		if (fd < 0)
			continue;
		EXPECT_EQ(-EACCES, bind_fd(fd, binds[i].addr, binds[i].port));
		close(fd);
		line = denial(self->log);
		EXPECT_TRUE(strstr(line, binds[i].want) &&
			    strstr(line, " uid=0 ") && strstr(line, " rule=1 "))
		{
			TH_LOG("%s, expected %s", line, binds[i].want);
		}
	}
	/* Each was recorded once, whichever gate it came to. */
	EXPECT_EQ(NULL, kmsg_find(self->log, DENIED, 1000));
}

TEST_F(audit, reasons)
{
	static const struct {
		const char *rules;
		const struct subject *who;
		const char *want;
	} cases[] = {
		{ "allow tcp 80 uid=33", &other,
		  " rule=default reason=\"wrong uid\"" },
		{ "allow tcp 80 uid=33 only", &root,
		  " rule=only reason=\"wrong uid\"" },
		{ "allow tcp 80 exe=/usr/bin/true only", &root,
		  " rule=only reason=\"reserved\"" },
		{ "allow tcp 80 uid=33 gid=7", &user,
		  " rule=default reason=\"wrong gid\"" },
		{ "allow tcp 80 uid=33 addr=::1", &user,
		  " rule=default reason=\"address outside addr=\"" },
		{ "allow tcp 80 uid=33 cgroup=/no.such only", &user,
		  " rule=only reason=\"other cgroup\"" },
		{ "default deny", &root, " rule=default reason=\"" },
		{ "deny tcp 80", &root, " rule=1 reason=\"deny rule\"" },
		/* The rule before it is the one that he hoped for. */
		{ "allow tcp 80 uid=33\ndeny any 1-1023", &other,
		  " rule=2 reason=\"wrong uid\"" },
		{ "deny any 1-1023\nallow tcp 80 uid=33", &other,
		  " rule=1 reason=\"deny rule\"" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *line;

		ASSERT_EQ(0, load_rules("%s", cases[i].rules));
		EXPECT_EQ(EACCES, try_bind(cases[i].who, &tcp, "127.0.0.1",
					   80));
		line = denial(self->log);
		EXPECT_NE(NULL, strstr(line, cases[i].want))
		{
			TH_LOG("%s: %s, expected %s", cases[i].rules, line,
			       cases[i].want);
		}
	}
}

TEST_F(audit, log_and_nolog)
{
	const char *line;

	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33 log\n"
				"allow tcp 81 uid=33\n"
				"deny tcp 82 nolog\n"
				"deny tcp 83"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 81));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 82));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 83));
	/* Only the last two were recorded. */
	line = kmsg_find(self->log, "portacl: ", 20000);
	while (line && strstr(line, "loaded by"))
		line = kmsg_find(self->log, "portacl: ", 20000);
	ASSERT_NE(NULL, line);
	EXPECT_NE(NULL, strstr(line, GRANTED "tcp addr=127.0.0.1 port=80 "));
	EXPECT_NE(NULL, strstr(line, " rule=1"));
	EXPECT_NE(NULL, strstr(denial(self->log), " port=83 "));
}

/* In mode permissive a denial is recorded as one that was let pass. */
TEST_F(audit, permissive)
{
	const char *line;

	ASSERT_EQ(0, load_rules("deny tcp 8080"));
	ASSERT_EQ(0, portacl_write("mode", "permissive"));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 8080));
	line = denial(self->log);
	EXPECT_NE(NULL, strstr(line, " port=8080 "));
	EXPECT_NE(NULL, strstr(line, " permissive=1"));
}

/* The quick path leaves such binds to the general one. */
static int bind_in_userns(const void *arg)
{
	return unshare(CLONE_NEWUSER) ? CHILD_BROKEN : bind_endpoint(arg);
}

/*
 * A port that no rule names is not worth a record, refused or not; nor is one that
 * the kernel's own rule grants.
 */
TEST_F(audit, not_concerned)
{
	static const struct endpoint ep = { &tcp, "127.0.0.1", 8081 };

	ASSERT_EQ(0, load_rules("deny tcp 80\nallow tcp 8081 uid=99"));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 81));
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 8080));
	EXPECT_EQ(0, run_as(&user, bind_endpoint, &ep));
	EXPECT_EQ(0, run_as(&user, bind_in_userns, &ep));
	EXPECT_EQ(NULL, kmsg_find(self->log, DENIED, 1000));
}

static int bind_under_odd_name(const void *arg)
{
	prctl(PR_SET_NAME, "a\"b c\n;\\\x01\xff", 0, 0, 0);
	return bind_endpoint(arg);
}

TEST_F(audit, odd_comm)
{
	static const struct endpoint ep = { &tcp, "127.0.0.1", 80 };
	static const char odd[] =
		" comm=61226220630A3B5C01FF exe=\"";
	const char *line;

	ASSERT_EQ(0, load_rules("deny tcp 80"));
	EXPECT_EQ(EACCES, run_as(&user, bind_under_odd_name, &ep));
	line = denial(self->log);
	EXPECT_NE(NULL, strstr(line, odd))
	{
		TH_LOG("%s", line);
	}
}

/* Program, name that it gives itself if any. */
static int exec_bind(const void *arg)
{
	const char *const *paths = arg;

	execl(paths[0], "odd", "--bind", paths[0], paths[1], NULL);
	return CHILD_BROKEN;
}

/* As audit writes what it does not trust. */
static void to_hex(char *hex, const char *text)
{
	for (; *text; text++)
		hex += sprintf(hex, "%02X", (unsigned char)*text);
}

/* A name cannot end a record and start another. */
TEST_F(audit, odd_exe)
{
	char dir[] = "/opt/portacl.XXXXXX", path[128], hex[256], want[300];
	const char *const paths[] = { path, NULL }, *line;

	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, chmod(dir, 0755));
	snprintf(path, sizeof(path), "%s/a b\"\n" GRANTED "x", dir);
	ASSERT_EQ(0, copy_self(path));
	ASSERT_EQ(0, load_rules("deny tcp 80"));
	EXPECT_EQ(EACCES, run_as(&user, exec_bind, paths));
	EXPECT_EQ(0, unlink(path));
	EXPECT_EQ(0, rmdir(dir));

	to_hex(hex, path);
	snprintf(want, sizeof(want), " exe=%s ", hex);
	line = denial(self->log);
	EXPECT_NE(NULL, strstr(line, want))
	{
		TH_LOG("%s, expected %s", line, want);
	}
}

static int start_trace(void)
{
	return write_file(TRACING "trace", "\n") ?:
	       write_file(ENABLE_TRACE, "1\n");
}

static const char *stop_trace(void)
{
	static char text[65536];

	if (write_file(ENABLE_TRACE, "0\n") ||
	    read_file(TRACING "trace", text, sizeof(text)) <= 0)
		return "";
	return text;
}

/* A program can have its path be another than the one of its identity. */
TEST_F(audit, unverified)
{
	char dir[] = "/opt/portacl.XXXXXX", path[128], other_path[128];
	const char *const paths[] = { path, other_path };
	char want[512];
	const char *text;

	ASSERT_NE(NULL, mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/one", dir);
	snprintf(other_path, sizeof(other_path), "%s/two", dir);
	ASSERT_EQ(0, copy_self(path));
	ASSERT_EQ(0, load_rules("deny tcp 80"));
	ASSERT_EQ(0, start_trace());
	EXPECT_EQ(EACCES, run_as(&root, exec_bind, paths));
	text = stop_trace();
	snprintf(want, sizeof(want), " exe=%s verified=0\n", other_path);
	EXPECT_NE(NULL, strstr(text, want))
	{
		TH_LOG("%s", text);
	}
	text = denial(self->log);
	snprintf(want, sizeof(want), " exe=\"%s\" verified=0 rule=1 ",
		 other_path);
	EXPECT_NE(NULL, strstr(text, want))
	{
		TH_LOG("%s", text);
	}
	EXPECT_EQ(0, unlink(other_path));
	EXPECT_EQ(0, rmdir(dir));
}

/* As long as a path can be, and of odd bytes. */
static int make_long_path(char *path, const char *dir)
{
	size_t len = strlen(dir), part;

	strcpy(path, dir);
	while (len < PATH_MAX - 1) {
		if (len > strlen(dir) && mkdir(path, 0755))
			return -errno;
		part = PATH_MAX - 2 - len;
		if (part > NAME_MAX)
			part = part > 2 * NAME_MAX ? NAME_MAX : part / 2;
		path[len++] = '/';
		memset(path + len, '"', part);
		len += part;
		path[len] = '\0';
	}
	return 0;
}

static int remove_long_path(char *path, const char *dir)
{
	int err = unlink(path);

	while (!err && strcmp(path, dir)) {
		*strrchr(path, '/') = '\0';
		err = rmdir(path);
	}
	return err ? -errno : 0;
}

/* It is cut, and what stands behind it is still there. */
TEST_F(audit, long_exe)
{
	char dir[] = "/opt/portacl.XXXXXX", link[] = "/opt/portacl.link";
	char path[PATH_MAX], observed[65536] = "", *end;
	const char *const paths[] = { path, NULL };
	const char *text;

	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, chmod(dir, 0755));
	ASSERT_EQ(0, make_long_path(path, dir));
	ASSERT_EQ(0, copy_self(path));
	ASSERT_EQ(0, symlink(path, link));
	ASSERT_EQ(0, load_rules("allow tcp 80 exe=%s uid=33 only", link));
	ASSERT_EQ(0, start_trace());
	EXPECT_EQ(EACCES, run_as(&other, exec_bind, paths));
	text = stop_trace();
	end = strstr(text, " port=80 uid=34 exe=/opt/portacl.");
	EXPECT_TRUE(end && strstr(end, "\"\"\"...\n"))
	{
		TH_LOG("%s", text);
	}
	text = denial(self->log);
	EXPECT_NE(NULL, strstr(text, "22222E2E2E rule=only "
				     "reason=\"not canonical (resolves to /opt/"));
	EXPECT_NE(NULL, strstr(text, "\\042...)\" nearest=1"))
	{
		TH_LOG("%s", text);
	}
	ASSERT_EQ(0, portacl_write("mode", "learn"));
	EXPECT_EQ(EACCES, run_as(&other, exec_bind, paths));
	ASSERT_LT(0, portacl_read("observed", observed, sizeof(observed)));
	EXPECT_NE(NULL, strstr(observed, "\\042 verified=0 uid=34 proto=tcp port=80 "))
	{
		TH_LOG("%s", observed);
	}
	EXPECT_EQ(0, portacl_write("observed", "clear"));
	EXPECT_EQ(0, unlink(link));
	EXPECT_EQ(0, remove_long_path(path, dir));
}

static int flood(const void *arg)
{
	int i;

	for (i = 0; i < 10000; i++)
		if (bind_endpoint(arg) != EACCES)
			return CHILD_BROKEN;
	return 0;
}

/* Deny binds until one is recorded again, after a flood of the same user. */
static bool limit_ends(int log, const struct endpoint *ep)
{
	int tries;

	while (kmsg_find(log, DENIED, 1500))
		;
	for (tries = 0; tries < 60; tries++) {
		if (run_as(&user, bind_endpoint, ep) != EACCES)
			return false;
		if (kmsg_find(log, DENIED, 1000))
			return true;
	}
	return false;
}

/* Ten thousand denials are some records, and all of them are counted. */
TEST_F_TIMEOUT(audit, flood, 180)
{
	static const struct endpoint ep = { &udp, "127.0.0.1", 9 };
	char stats[8192];
	int records;

	ASSERT_EQ(0, load_rules("deny udp 9"));
	EXPECT_EQ(0, run_as(&user, flood, &ep));
	records = kmsg_count(self->log, DENIED);
	EXPECT_LT(0, records);
	EXPECT_GT(1000, records);
	TH_LOG("%d records", records);
	ASSERT_LT(0, portacl_read("stats", stats, sizeof(stats)));
	EXPECT_NE(NULL, strstr(stats, "rule=1 grants=0 denies=10000 "));
	EXPECT_TRUE(limit_ends(self->log, &ep));
}

static int flood_in_userns(const void *arg)
{
	return unshare(CLONE_NEWUSER) ? CHILD_BROKEN : flood(arg);
}

/* Many users in a user namespace must not silence the users outside. */
TEST_F_TIMEOUT(audit, flood_in_userns, 180)
{
	static const struct endpoint ep = { &udp, "127.0.0.1", 9 };

	ASSERT_EQ(0, load_rules("deny udp 9"));
	EXPECT_EQ(0, run_as(&other, flood_in_userns, &ep));
	EXPECT_LT(0, kmsg_count(self->log, DENIED));
	EXPECT_EQ(EACCES, run_as(&other, bind_endpoint, &ep));
	EXPECT_NE(NULL, kmsg_find(self->log, DENIED, 20000));
}

/* Do the audit daemon's tools find such a message? */
static int find_record(const char *text)
{
	char path[] = "/tmp/portacl.XXXXXX", command[256];
	int fd = mkstemp(path), status;

	if (fd < 0)
		return -1;
	dprintf(fd, "type=AVC msg=%s\n", text);
	close(fd);
	snprintf(command, sizeof(command),
		 "ausearch --raw -m AVC -sv no -if %s | grep -q 'portacl: denied proto=tcp'",
		 path);
	status = system(command);
	unlink(path);
	return status;
}

/* A record as `ausearch -i` prints it, with hexadecimal fields decoded. */
static int interpret(const char *text, char *out, size_t size)
{
	char path[] = "/tmp/portacl.XXXXXX", command[128];
	int fd = mkstemp(path);
	size_t len = 0;
	FILE *pipe;

	if (fd < 0)
		return -1;
	dprintf(fd, "type=AVC msg=%s\n", text);
	close(fd);
	snprintf(command, sizeof(command), "ausearch -i -m AVC -if %s", path);
	pipe = popen(command, "r");
	if (pipe)
		len = fread(out, 1, size - 1, pipe);
	out[len] = '\0';
	unlink(path);
	return pipe ? pclose(pipe) : -1;
}

TEST_F(audit, interpreted)
{
	char dir[] = "/opt/portacl.XXXXXX", path[64], want[128], out[8192];
	const char *const paths[] = { path, NULL };
	const char *line;

	if (system("ausearch -h >/dev/null 2>&1"))
		SKIP(return, "ausearch is not installed");
	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, chmod(dir, 0755));
	snprintf(path, sizeof(path), "%s/a b", dir);
	ASSERT_EQ(0, copy_self(path));
	ASSERT_EQ(0, load_rules("deny tcp 80"));
	EXPECT_EQ(EACCES, run_as(&user, exec_bind, paths));
	EXPECT_EQ(0, unlink(path));
	EXPECT_EQ(0, rmdir(dir));

	line = kmsg_find(self->log, DENIED, 20000);
	ASSERT_NE(NULL, line);
	line = strstr(line, "audit(");
	ASSERT_NE(NULL, line);
	EXPECT_EQ(0, interpret(line, out, sizeof(out)));
	snprintf(want, sizeof(want), " comm=a b exe=%s rule=1 ", path);
	EXPECT_NE(NULL, strstr(out, want))
	{
		TH_LOG("%s: %s", line, out);
	}
}

#define EXCLUDE "always,exclude -F msgtype=AVC"

/* A record that audit rules exclude does not go to the kernel log instead. */
TEST_F(audit, excluded)
{
	if (system("auditctl -a " EXCLUDE " >/dev/null 2>&1"))
		SKIP(return, "no auditctl, or no audit in this kernel");
	EXPECT_EQ(0, load_rules("deny tcp 80-81"));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(0, system("auditctl -d " EXCLUDE));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 81));
	/* The first record is that of the second bind. */
	EXPECT_NE(NULL, strstr(denial(self->log), " port=81 "));
}

/* A listener of the audit messages gets the record as an AVC. */
TEST_F(audit, netlink)
{
	struct sockaddr_nl nl = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	struct timeval timeout = { .tv_sec = 20 };
	union {
		struct nlmsghdr head;
		char bytes[9000];
	} msg = {};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	char *text = NLMSG_DATA(&msg.head);
	ssize_t n;

	if (fd < 0)
		SKIP(return, "no audit in this kernel: %s", strerror(errno));
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&nl, sizeof(nl)));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	ASSERT_EQ(0, load_rules("deny tcp 80"));
	EXPECT_EQ(EACCES, try_bind(&user, &tcp, "127.0.0.1", 80));
	do {
		n = recv(fd, msg.bytes, sizeof(msg.bytes) - 1, 0);
		ASSERT_LT(0, n);
		msg.bytes[n] = '\0';
	} while (!strstr(text, DENIED));
	EXPECT_EQ(AUDIT_AVC, msg.head.nlmsg_type);
	EXPECT_EQ(0, strncmp(text, "audit(", 6));
	EXPECT_NE(NULL, strstr(text, " port=80 uid=33 "));
	close(fd);
	if (system("ausearch -h >/dev/null 2>&1"))
		SKIP(return, "ausearch is not installed");
	EXPECT_EQ(0, find_record(text))
	{
		TH_LOG("%s", text);
	}
}

/* Change the settings of audit that @mask names; 0 or -errno. */
static int set_audit(int fd, struct audit_status status)
{
	struct {
		struct nlmsghdr head;
		struct audit_status status;
	} msg = {
		.head.nlmsg_len = sizeof(msg),
		.head.nlmsg_type = AUDIT_SET,
		.head.nlmsg_flags = NLM_F_REQUEST,
		.status = status,
	};

	return send(fd, &msg, sizeof(msg), 0) < 0 ? -errno : 0;
}

/* A number that `auditctl -s` shows, or -1. */
static int audit_setting(const char *name)
{
	char command[64], text[32] = "";
	FILE *pipe;

	snprintf(command, sizeof(command), "auditctl -s | sed -n 's/^%s //p'",
		 name);
	pipe = popen(command, "r");
	if (!pipe)
		return -1;
	fgets(text, sizeof(text), pipe);
	pclose(pipe);
	return *text ? atoi(text) : -1;
}

/*
 * A full backlog holds up no bind: for a caller that may sleep, audit would wait
 * until a daemon that does not read has read, here for ten minutes.
 */
TEST_F_TIMEOUT(audit, backlog, 180)
{
	static const struct endpoint ep = { &udp, "127.0.0.1", 9 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	int lost = audit_setting("lost"), small = 1;
	struct audit_status status = {
		.mask = AUDIT_STATUS_PID | AUDIT_STATUS_BACKLOG_LIMIT |
			AUDIT_STATUS_BACKLOG_WAIT_TIME,
		.backlog_limit = audit_setting("backlog_limit"),
		.backlog_wait_time = audit_setting("backlog_wait_time"),
	}, full = status;

	if (fd < 0 || lost < 0)
		SKIP(return, "no auditctl, or no audit in this kernel");
	full.pid = getpid();
	full.backlog_limit = 1;
	full.backlog_wait_time *= 10;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ASSERT_EQ(0, load_rules("deny udp 9"));
	ASSERT_EQ(0, set_audit(fd, full));
	EXPECT_EQ(0, run_as(&user, flood, &ep));
	EXPECT_EQ(0, set_audit(fd, status));
	close(fd);
	EXPECT_LT(lost, audit_setting("lost"));
	/* The next test may need a record of this user. */
	EXPECT_TRUE(limit_ends(self->log, &ep));
}

TEST_F(audit, trace_event)
{
	static const char denied[] =
		"verdict=deny rule=2 proto=udp port=81 uid=0 exe=";
	static const char legacy[] =
		"verdict=legacy rule=0 proto=tcp port=80 uid=0 exe=";
	char exe[4096] = "", want[8192];
	const char *text;

	ASSERT_LT(0, readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33\ndeny any 81"));
	EXPECT_EQ(EACCES, try_bind(&root, &tcp, "127.0.0.1", 81));
	ASSERT_EQ(0, start_trace());
	EXPECT_EQ(0, try_bind(&user, &tcp, "127.0.0.1", 80));
	EXPECT_EQ(EACCES, try_bind(&root, &udp, "::1", 81));
	EXPECT_EQ(0, try_bind(&root, &tcp, "127.0.0.1", 80));
	text = stop_trace();

	snprintf(want, sizeof(want),
		 "portacl_bind: verdict=allow rule=1 proto=tcp port=80 uid=33 exe=%s\n",
		 exe);
	EXPECT_NE(NULL, strstr(text, want));
	EXPECT_NE(NULL, strstr(text, denied));
	EXPECT_NE(NULL, strstr(text, legacy));
	EXPECT_EQ(NULL, strstr(text, "proto=tcp port=81 "))
	{
		TH_LOG("%s", text);
	}
}

int main(int argc, char **argv)
{
	return audit_main(argc, argv);
}
