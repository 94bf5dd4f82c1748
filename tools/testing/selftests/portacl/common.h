/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of portacl: its files, subjects that bind, and sockets.
 *
 * A function that can fail returns 0 (or a descriptor) or -errno; one that
 * runs in a child gives its answer as a positive errno, the exit status.
 */
#ifndef PORTACL_TEST_COMMON_H
#define PORTACL_TEST_COMMON_H

#include "../kselftest_harness.h"

/* For an emulated processor on a busy machine; the harness says 30 seconds. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 180

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORTACL_DIR "/sys/kernel/security/portacl/"
#define PORT_START "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define EMPTY_POLICY "version 1\ndefault legacy\ncommit\n"
#define CAP_BIT(nr) ((__u64)1 << (nr))
#define ALL_CAPS (~0ULL)

/* The exit status of a child that could not be set up: no errno. */
#define CHILD_BROKEN 255

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SOCK_DCCP
#define SOCK_DCCP 6
#endif

/* The user, groups and capabilities of a process that binds. */
struct subject {
	uid_t uid;
	gid_t gid;
	int nr_groups;
	gid_t groups[2];
	__u64 caps;
};

static const struct subject root = { .caps = ALL_CAPS };
static const struct subject user = { .uid = 33, .gid = 33 };
static const struct subject other = { .uid = 34, .gid = 34 };
static const struct subject capped = {
	.uid = 33,
	.gid = 33,
	.caps = CAP_BIT(CAP_NET_BIND_SERVICE),
};

/* The kind of socket. */
struct proto {
	const char *name;
	int type;
	int protocol;
};

static const struct proto tcp = { "tcp", SOCK_STREAM, IPPROTO_TCP };
static const struct proto udp = { "udp", SOCK_DGRAM, IPPROTO_UDP };
static const struct proto sctp = { "sctp", SOCK_STREAM, IPPROTO_SCTP };
static const struct proto udplite = { "udplite", SOCK_DGRAM,
				      IPPROTO_UDPLITE };
static const struct proto dccp = { "dccp", SOCK_DCCP, IPPROTO_DCCP };
/* The policy knows MPTCP as tcp. */
static const struct proto mptcp = { "tcp", SOCK_STREAM, IPPROTO_MPTCP };

static inline int read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	if (n < 0)
		n = -errno;
	close(fd);
	buf[len] = '\0';
	return n < 0 ? n : (int)len;
}

static inline int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= n;
	}
	return 0;
}

static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text, strlen(text));
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/*
 * A kernel without portacl may have another backend: a command that reads or
 * writes what the files of PORTACL_DIR are elsewhere.  Return NULL if there is none.
 */
static inline FILE *backend_open(const char *verb, const char *name,
				 const char *mode)
{
	const char *command = getenv("PORTACL_BACKEND");
	char line[512];

	if (!command)
		return NULL;
	snprintf(line, sizeof(line), "exec %s %s %s", command, verb, name);
	return popen(line, mode);
}

static inline int portacl_read(const char *name, char *buf, size_t size)
{
	FILE *f = backend_open("read", name, "re");
	char path[128];

	if (f) {
		size_t len = fread(buf, 1, size - 1, f);

		buf[len] = '\0';
		return pclose(f) ? -EIO : (int)len;
	}
	snprintf(path, sizeof(path), PORTACL_DIR "%s", name);
	return read_file(path, buf, size);
}

static inline int portacl_write(const char *name, const char *text)
{
	FILE *f = backend_open("write", name, "we");
	char path[128];

	if (f) {
		fputs(text, f);
		return pclose(f) ? -EINVAL : 0;
	}
	snprintf(path, sizeof(path), PORTACL_DIR "%s", name);
	return write_file(path, text);
}

/* Load a policy with these lines between `version 1` and `commit`. */
static inline int load_rules(const char *fmt, ...)
{
	char text[8192], rules[8000];
	va_list args;

	va_start(args, fmt);
	vsnprintf(rules, sizeof(rules), fmt, args);
	va_end(args);
	snprintf(text, sizeof(text), "version 1\n%s\ncommit\n", rules);
	return portacl_write("policy", text);
}

static inline int reset_policy(void)
{
	int err = portacl_write("policy", EMPTY_POLICY);

	return err ?: portacl_write("mode", "enforce");
}

/* The value of a line `key value` of the status, until the next call. */
static inline char *status_value(const char *key)
{
	static char text[4096];
	size_t len = strlen(key);
	char *line, *rest = text;

	portacl_read("status", text, sizeof(text));
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, key, len) && line[len] == ' ')
			return line + len + 1;
	text[0] = '\0';
	return text;
}

/* Is there another backend?  It has no files. */
static inline bool has_backend(void)
{
	return getenv("PORTACL_BACKEND");
}

static inline bool portacl_active(void)
{
	return has_backend() || !access(PORTACL_DIR "status", F_OK);
}

/* The same, to be kept. */
static inline void save_status(char *value, size_t size, const char *key)
{
	snprintf(value, size, "%s", status_value(key));
}

/* NAME=NUMBER on the kernel's command line. */
static inline int parameter(const char *name, int otherwise)
{
	char text[4096] = " ", *at;

	read_file("/proc/cmdline", text + 1, sizeof(text) - 1);
	at = strstr(text, name);
	return at ? atoi(at + strlen(name)) : otherwise;
}

/* Does this kernel have the rule that ports below 1024 are root's? */
static inline bool has_legacy_rule(void)
{
	char was[16];

	if (read_file(PORT_START, was, sizeof(was)) < 0)
		return true;
	return !write_file(PORT_START, was) && strcmp(was, "0\n");
}

/* Run as root, and with portacl in force: else end with a reason. */
static inline void need_root(void)
{
	if (geteuid())
		ksft_exit_skip("must be run as root\n");
}

static inline void need_portacl(void)
{
	need_root();
	if (!portacl_active())
		ksft_exit_skip("portacl is not active: no %sstatus\n",
			       PORTACL_DIR);
	if (!strcmp(status_value("locked"), "1"))
		ksft_exit_skip("the policy is locked until the next boot\n");
}

/* As many of these as the process may have. */
static inline int set_caps(__u64 effective, __u64 permitted)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	int i;

	if (syscall(SYS_capget, &head, data))
		return -errno;
	for (i = 0; i < 2; i++) {
		data[i].permitted &= permitted >> (32 * i);
		data[i].effective = data[i].permitted & (effective >> (32 * i));
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

/* Turn this process into the subject; there is no way back. */
static inline int become(const struct subject *who)
{
	if (!who->uid && who->caps == ALL_CAPS && !who->gid)
		return 0;
	if (setgroups(who->nr_groups, who->groups) ||
	    setresgid(who->gid, who->gid, who->gid) ||
	    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ||
	    setresuid(who->uid, who->uid, who->uid))
		return -errno;
	if (who->caps == ALL_CAPS)
		return 0;
	return set_caps(who->caps, who->caps);
}

/* If fork() has failed, kill() would end all processes. */
static inline void end_child(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The exit status of a child, or CHILD_BROKEN. */
static inline int wait_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return CHILD_BROKEN;
	return WEXITSTATUS(status);
}

/* Run a function in a child that is the subject; returns what it returns. */
static inline int run_as(const struct subject *who, int (*fn)(const void *),
			 const void *arg)
{
	pid_t pid = fork();

	if (!pid)
		_exit(become(who) ? CHILD_BROKEN : fn(arg));
	return wait_child(pid);
}

/* `127.0.0.1`, `::1`, `::ffff:127.0.0.1` and a port, as the kernel wants it. */
static inline socklen_t make_addr(struct sockaddr_storage *ss,
				  const char *addr, int port)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (strchr(addr, ':')) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(port);
		inet_pton(AF_INET6, addr, &sin6->sin6_addr);
		return sizeof(*sin6);
	}
	sin->sin_family = AF_INET;
	sin->sin_port = htons(port);
	inet_pton(AF_INET, addr, &sin->sin_addr);
	return sizeof(*sin);
}

static inline int socket_for(const struct proto *proto, const char *addr)
{
	int fd = socket(strchr(addr, ':') ? AF_INET6 : AF_INET,
			proto->type | SOCK_CLOEXEC, proto->protocol);

	return fd < 0 ? -errno : fd;
}

/* Does this kernel have the protocol?  errno says why not. */
static inline bool has_proto(const struct proto *proto, const char *addr)
{
	int fd = socket_for(proto, addr);

	if (fd < 0) {
		errno = -fd;
		return false;
	}
	close(fd);
	return true;
}

static inline int bind_fd(int fd, const char *addr, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, addr, port);

	return bind(fd, (struct sockaddr *)&ss, len) ? -errno : 0;
}

static inline int connect_fd(int fd, const char *addr, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, addr, port);

	return connect(fd, (struct sockaddr *)&ss, len) ? -errno : 0;
}

/* Turned from IPv6 to IPv4 while connected, then disconnected. */
static inline int turn_to_v4(int fd, const char *to, int port)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int v4 = PF_INET;

	if (connect_fd(fd, to, port) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &v4, sizeof(v4)) ||
	    connect(fd, &none, sizeof(none)))
		return errno;
	return 0;
}

/* A new socket with this local address, as whoever is calling. */
static inline int open_bound(const struct proto *proto, const char *addr,
			     int port)
{
	int fd = socket_for(proto, addr), err;

	if (fd < 0)
		return fd;
	err = bind_fd(fd, addr, port);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* The port that a socket has, 0: none. */
static inline int local_port(int fd)
{
	struct sockaddr_storage ss = {};
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		return -errno;
	return ntohs(((struct sockaddr_in *)&ss)->sin_port);
}

struct endpoint {
	const struct proto *proto;
	const char *addr;
	int port;
};

static inline int bind_endpoint(const void *arg)
{
	const struct endpoint *ep = arg;
	int fd = open_bound(ep->proto, ep->addr, ep->port);

	return fd < 0 ? -fd : 0;
}

/* The result of bind(2) for this subject: 0 or an errno. */
static inline int try_bind(const struct subject *who,
			   const struct proto *proto, const char *addr,
			   int port)
{
	struct endpoint ep = { proto, addr, port };

	return run_as(who, bind_endpoint, &ep);
}

static inline int lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err;
}

/* A network namespace that the present user namespace owns. */
static inline int own_net(void)
{
	return unshare(CLONE_NEWNET) ? -errno : lo_up();
}

/* A user namespace in which the caller is root, and its network namespace. */
static inline int own_user_net(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];
	int err;

	/* A change of uid left the files in /proc/self to root. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return -errno;
	snprintf(map, sizeof(map), "0 %u 1\n", uid);
	err = write_file("/proc/self/uid_map", map);
	if (!err)
		err = write_file("/proc/self/setgroups", "deny\n");
	snprintf(map, sizeof(map), "0 %u 1\n", gid);
	return err ?: write_file("/proc/self/gid_map", map) ?: lo_up();
}

#endif /* PORTACL_TEST_COMMON_H */
