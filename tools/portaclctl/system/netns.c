// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/root.h"
#include "system/netns.h"

#define PORT_START "/proc/sys/net/ipv4/ip_unprivileged_port_start"

static int open_ns(pid_t pid, const char *ns)
{
	autofree char *path = xasprintf("/proc/%d/ns/%s", pid, ns);

	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool same_ns(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && x.st_ino == y.st_ino &&
	       x.st_dev == y.st_dev;
}

/* If it cannot be told, they are taken to be the same. */
bool process_same_file(pid_t a, pid_t b, const char *name)
{
	autofree char *x = xasprintf("/proc/%d/%s", a, name);
	autofree char *y = xasprintf("/proc/%d/%s", b, name);
	struct stat s, t;

	return stat(x, &s) || stat(y, &t) ||
	       (s.st_dev == t.st_dev && s.st_ino == t.st_ino);
}

bool process_same_ns(pid_t a, pid_t b, const char *ns)
{
	char name[32];

	snprintf(name, sizeof(name), "ns/%s", ns);
	return process_same_file(a, b, name);
}

/**
 * process_owns_net - do a process's capabilities hold for its network?
 * @pid: the process
 *
 * Return: whether its user namespace owns its network namespace, or is an
 * ancestor of the owner.
 */
bool process_owns_net(pid_t pid)
{
	autoclose int mine = open_ns(pid, "user"), net = open_ns(pid, "net");
	int at = net < 0 ? -1 : ioctl(net, NS_GET_USERNS), parent;
	bool found = at >= 0 && mine >= 0 && same_ns(at, mine);

	while (at >= 0 && !found) {
		parent = ioctl(at, NS_GET_PARENT);
		close(at);
		at = parent;
		found = at >= 0 && same_ns(at, mine);
	}
	if (at >= 0)
		close(at);
	return found;
}

/**
 * process_host_owner - is a namespace the initial user namespace's?
 * @pid: a process in the namespace
 * @ns: the kind of namespace
 *
 * Return: false only if another user namespace is known to own it.
 */
bool process_host_owner(pid_t pid, const char *ns)
{
	autoclose int init = open_ns(1, "user"), fd = open_ns(pid, ns);
	autoclose int owner = fd < 0 ? -1 : ioctl(fd, NS_GET_USERNS);

	return owner < 0 || init < 0 || same_ns(owner, init);
}

/**
 * net_enter - enter the network namespace of a process
 * @pid: the process; 0: this one
 * @own: where the way back is stored, for net_leave()
 *
 * Return: whether it was entered; if not, errno says why.
 */
bool net_enter(pid_t pid, int *own)
{
	autoclose int net = -1;
	int error;

	*own = -1;
	if (!pid || process_same_ns(pid, getpid(), "net"))
		return true;
	net = open_ns(pid, "net");
	if (net < 0)
		return false;
	*own = open_ns(getpid(), "net");
	if (*own < 0)
		return false;
	if (!setns(net, CLONE_NEWNET))
		return true;
	error = errno;
	close(*own);
	*own = -1;
	errno = error;
	return false;
}

void net_leave(int own)
{
	if (own < 0)
		return;
	if (setns(own, CLONE_NEWNET))
		die_errno("cannot return to the network namespace");
	close(own);
}

/* The ports that the kernel picks for port 0. */
void local_ports(u32 *min, u32 *max)
{
	autofree char *text = read_kernel_file(
		"/proc/sys/net/ipv4/ip_local_port_range");

	*min = 32768;
	*max = 60999;
	if (text)
		sscanf(text, "%u %u", min, max);
}

static u32 read_start(void)
{
	autofree char *text = read_kernel_file(PORT_START);

	return text ? strtoul(text, NULL, 10) : 1024;
}

/**
 * unprivileged_start - read the first port that needs no privilege
 * @pid: a process of the network namespace; 0: this one
 *
 * Return: the port; where the namespace cannot be entered, that of this one.
 */
u32 unprivileged_start(pid_t pid)
{
	int own;
	u32 start;

	/* The file shows the namespace of the process that opens it. */
	if (!net_enter(pid, &own)) {
		warn("the network namespace of process %d cannot be entered",
		     pid);
		return read_start();
	}
	start = read_start();
	net_leave(own);
	return start;
}
