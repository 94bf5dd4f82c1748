// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <dirent.h>
#include <unistd.h>

#include "policy.h"
#include "sockets.h"

#define TCP_LISTEN 10

/**
 * struct bound_list - the sockets found so far
 * @items: the sockets
 * @len: number of @items
 */
struct bound_list {
	struct bound *items;
	u32 len;
};

static struct bound *add(struct bound_list *list, const struct bound *bound)
{
	list->items = xrealloc(list->items, list->len + 1,
			       sizeof(*list->items));
	list->items[list->len] = *bound;
	return &list->items[list->len++];
}

/* Groups of eight digits, each a number in the byte order of the machine. */
static void read_addr(struct bound *bound, const char *hex)
{
	size_t words = strlen(hex) / 8, i;
	u32 addr[4] = { 0 };

	for (i = 0; i < words && i < 4; i++) {
		char word[9];

		snprintf(word, sizeof(word), "%.8s", hex + 8 * i);
		addr[i] = strtoul(word, NULL, 16);
	}
	inet_ntop(words == 1 ? AF_INET : AF_INET6, addr, bound->addr,
		  sizeof(bound->addr));
}

static void read_socket(struct bound_list *list, u8 proto, const char *line)
{
	struct bound bound = { .proto = proto };
	unsigned int port, state;
	char hex[40];

	if (sscanf(line, " %*d: %39[0-9A-F]:%x %*s %x %*s %*s %*s %u %*d %lu",
		   hex, &port, &state, &bound.uid, &bound.inode) != 5)
		return;
	if ((proto == PORTACL_TCP && state != TCP_LISTEN) || !port)
		return;
	bound.port = port;
	read_addr(&bound, hex);
	add(list, &bound);
}

static void read_endpoint(struct bound_list *list, const char *line)
{
	struct bound bound = { .proto = PORTACL_SCTP };
	unsigned int port;

	if (sscanf(line, " %*x %*x %*d %*d %*d %u %u %lu %63s", &port,
		   &bound.uid, &bound.inode, bound.addr) < 3)
		return;
	bound.port = port;
	add(list, &bound);
}

static void read_table(struct bound_list *list, pid_t pid, const char *name,
		       u8 proto)
{
	char *path = xasprintf("/proc/%d/net/%s", pid, name);
	char *text = read_file(path, NULL), *rest = text, *line;

	free(path);
	/* The first line holds the titles. */
	strsep(&rest, "\n");
	while ((line = strsep(&rest, "\n"))) {
		if (proto == PORTACL_SCTP)
			read_endpoint(list, line);
		else
			read_socket(list, proto, line);
	}
	free(text);
}

static void note_owner(const struct bound_list *list, unsigned long inode,
		       pid_t pid)
{
	u32 i;

	for (i = 0; i < list->len; i++)
		if (list->items[i].inode == inode &&
		    (!list->items[i].pid || pid < list->items[i].pid))
			list->items[i].pid = pid;
}

static void look_for_sockets(const struct bound_list *list, pid_t pid)
{
	char *path = xasprintf("/proc/%d/fd", pid);
	DIR *dir = opendir(path);
	const struct dirent *entry;

	free(path);
	while (dir && (entry = readdir(dir))) {
		char target[64] = "";
		unsigned long inode;

		if (readlinkat(dirfd(dir), entry->d_name, target,
			       sizeof(target) - 1) > 0 &&
		    sscanf(target, "socket:[%lu]", &inode) == 1)
			note_owner(list, inode, pid);
	}
	if (dir)
		closedir(dir);
}

/**
 * sockets_read - the sockets that hold a port
 * @pid: a process of the network namespace to look at
 * @nr: where their number is stored
 *
 * Return: the sockets, for free(), NULL if there are none.
 */
struct bound *sockets_read(pid_t pid, u32 *nr)
{
	struct bound_list list = { 0 };
	const struct dirent *entry;
	DIR *proc;
	u32 number;

	read_table(&list, pid, "tcp", PORTACL_TCP);
	read_table(&list, pid, "tcp6", PORTACL_TCP);
	read_table(&list, pid, "udp", PORTACL_UDP);
	read_table(&list, pid, "udp6", PORTACL_UDP);
	read_table(&list, pid, "udplite", PORTACL_UDPLITE);
	read_table(&list, pid, "udplite6", PORTACL_UDPLITE);
	read_table(&list, pid, "sctp/eps", PORTACL_SCTP);
	proc = list.len ? opendir("/proc") : NULL;
	while (proc && (entry = readdir(proc)))
		if (parse_number(entry->d_name, INT_MAX, &number))
			look_for_sockets(&list, number);
	if (proc)
		closedir(proc);
	*nr = list.len;
	return list.items;
}
