// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layers that depend on who owns the network namespace.
 */
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explain/layers.h"

#define PORT_START "/proc/sys/net/ipv4/ip_unprivileged_port_start"

static int open_ns(pid_t pid, const char *ns)
{
	char *path = xasprintf("/proc/%d/ns/%s", pid, ns);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	free(path);
	return fd;
}

static bool same_ns(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && x.st_ino == y.st_ino &&
	       x.st_dev == y.st_dev;
}

/*
 * Are the capabilities of a process good for its network namespace: is its
 * user namespace the owner, or an ancestor of the owner?
 */
static bool is_master(pid_t pid)
{
	int mine = open_ns(pid, "user"), net = open_ns(pid, "net");
	int at = net < 0 ? -1 : ioctl(net, NS_GET_USERNS), parent;
	bool found = at >= 0 && mine >= 0 && same_ns(at, mine);

	while (at >= 0 && !found) {
		parent = ioctl(at, NS_GET_PARENT);
		close(at);
		at = parent;
		found = at >= 0 && same_ns(at, mine);
	}
	close(at);
	close(net);
	close(mine);
	return found;
}

/* Does the initial user namespace own a namespace of a process? */
bool process_host_owner(pid_t pid, const char *ns)
{
	int init = open_ns(1, "user"), fd = open_ns(pid, ns);
	int owner = fd < 0 ? -1 : ioctl(fd, NS_GET_USERNS);
	bool same = owner < 0 || init < 0 || same_ns(owner, init);

	close(owner);
	close(fd);
	close(init);
	return same;
}

void layer_namespace(struct view *view, struct layer *layer)
{
	const struct process *process = &view->subject.process;

	if (process->pid && process->own_net_ns)
		view->foreign_net = !process_host_owner(process->pid, "net");
	if (view->foreign_net)
		layer->text = xstrdup("a network namespace of its own user namespace: portacl leaves it to the kernel's own rule");
	else if (strstr(view->subject.request, " net=other"))
		layer->text = xstrdup("not the initial one: only rules with net=any count");
	else
		layer->text = xstrdup("the initial one");
}

static u32 read_start(void)
{
	char *text = read_line_file(PORT_START);
	u32 start = text ? strtoul(text, NULL, 10) : 1024;

	free(text);
	return start;
}

/* The first port that needs no privilege, where a process is; 0: here. */
u32 unprivileged_start(pid_t pid)
{
	int fds[2], net = pid ? open_ns(pid, "net") : -1;
	u32 start = read_start();
	pid_t child;

	if (net < 0 || process_same_ns(pid, getpid(), "net") || pipe(fds)) {
		close(net);
		return start;
	}
	/* The file shows the namespace of who opens it. */
	child = fork();
	if (!child) {
		if (!setns(net, CLONE_NEWNET))
			start = read_start();
		_exit(write(fds[1], &start, sizeof(start)) < 0);
	}
	close(fds[1]);
	if (child < 0 || read(fds[0], &start, sizeof(start)) < 0)
		warn("the network namespace of process %d cannot be entered",
		     pid);
	waitpid(child, NULL, 0);
	close(fds[0]);
	close(net);
	return start;
}

static const char *why_capable(const struct subject *subject)
{
	const struct process *process = &subject->process;

	if (process->ambient & BIT(CAP_NET_BIND_SERVICE_BIT))
		return "ambient";
	if (!process->uid)
		return "root has it";
	return subject->setcap ? "by the capability of its file" :
				 "in its effective set";
}

static const char *why_incapable(const struct subject *subject)
{
	const struct process *process = &subject->process;
	u64 bit = BIT(CAP_NET_BIND_SERVICE_BIT);

	if (!(process->bounding & bit))
		return "it is not in the bounding set";
	if (subject->setcap)
		return "no_new_privs makes the capability of its file void";
	if (process->permitted & bit)
		return "it is permitted but not effective: the program must raise it";
	return process->uid ? "not root, no file capability, not ambient" :
			      "root without it";
}

void layer_capability(struct view *view, struct layer *layer)
{
	const struct subject *subject = &view->subject;
	const struct process *process = &subject->process;
	bool has = process->effective & BIT(CAP_NET_BIND_SERVICE_BIT);

	if (!process->pid && process->uid && process->no_new_privs)
		has = false;
	if (has && process->pid && !is_master(process->pid)) {
		layer->effect = EFFECT_DENY;
		layer->text = xstrdup("CAP_NET_BIND_SERVICE only in its own user namespace, which does not own the network namespace");
		return;
	}
	layer->effect = has ? EFFECT_ALLOW : EFFECT_DENY;
	layer->text = xasprintf("%s CAP_NET_BIND_SERVICE: %s",
				has ? "has" : "no",
				has ? why_capable(subject) :
				      why_incapable(subject));
}
