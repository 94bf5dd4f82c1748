// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port can be served by a socket that is bound to another one: nft redirects
 * packets, IPVS forwards them, and a BPF program may choose the socket.  Then
 * nobody binds, and portacl is not asked.
 */
#include <fcntl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/command.h"
#include "lib/root.h"
#include "policy.h"
#include "system/bpf.h"
#include "system/netns.h"
#include "system/redirect.h"

#define NFT "/usr/sbin/nft"
#define IPVS "/proc/net/ip_vs"

/* `TCP  0A000001:0050 rr` or `UDP  [2001:...]:0035 rr`; `FWM  00000001 rr`. */
static void take_service(struct steering *steering, const char *line, u8 proto,
			 u32 port)
{
	static const char *const names[PORTACL_NR_PROTOS] = {
		[PORTACL_TCP] = "TCP ", [PORTACL_UDP] = "UDP ",
		[PORTACL_SCTP] = "SCTP ",
	};
	const char *colon;
	size_t len;

	if (!strncmp(line, "FWM ", 4)) {
		list_add(&steering->found, xstrdup(
			"IPVS has a service for marked packets, which may be those of any port"));
		return;
	}
	if (!names[proto] || strncmp(line, names[proto], strlen(names[proto])))
		return;
	line += strcspn(line, " ");
	line += strspn(line, " ");
	len = strcspn(line, " \n");
	colon = memrchr(line, ':', len);
	if (colon && strtoul(colon + 1, NULL, 16) == port)
		list_add(&steering->found, xasprintf(
			"IPVS forwards %.*s (hexadecimal) to its real servers",
			(int)len, line));
}

/* Read /proc/net/ip_vs, as steering_nft() reads what nft prints. */
void steering_ipvs(struct steering *steering, char *text, u8 proto, u32 port)
{
	char *line;

	while (text && (line = strsep(&text, "\n")))
		take_service(steering, line, proto, port);
}

static void look_at_ipvs(struct steering *steering, u8 proto, u32 port)
{
	autofree char *text = read_kernel_file(IPVS);

	if (!text && errno != ENOENT)
		list_add(&steering->unseen, xasprintf("IPVS (" IPVS ": %s)",
						      strerror(errno)));
	steering_ipvs(steering, text, proto, port);
}

static void look_at_sk_lookup(struct steering *steering, pid_t pid)
{
	struct list names = { 0 };
	int err = sk_lookup_bpf(pid, &names);
	size_t i;

	/* A kernel older than these programs has none. */
	if (err && err != -EINVAL)
		list_add(&steering->unseen, xasprintf(
			"BPF programs that choose sockets (sk_lookup): %s",
			err == -EPERM || err == -EACCES ? "only root may ask" :
							  strerror(-err)));
	for (i = 0; i < names.len; i++)
		list_add(&steering->found, xasprintf(
			"BPF program %s (sk_lookup) may give the port's packets to any socket",
			names.items[i]));
	list_free(&names);
}

static void look_at_nft(struct steering *steering, u8 proto, u32 port)
{
	autofree char *path = in_root(NFT), *text = NULL;
	const char *const argv[] = { path, "-j", "list", "ruleset", NULL };
	const char *why = "nft is not installed";

	if (!access(path, X_OK)) {
		text = read_command(argv);
		why = geteuid() ? "only root may ask" :
				  "nft list ruleset failed";
	}
	if (text)
		steering_nft(steering, text, proto, port);
	else
		list_add(&steering->unseen, xasprintf(
			"redirect and dnat rules of nft: %s", why));
}

/* The old iptables keeps its rules apart from nft's. */
static void look_at_iptables(struct steering *steering)
{
	autofree char *text = read_kernel_file("/proc/net/ip_tables_names");

	if (text && strstr(text, "nat\n"))
		list_add(&steering->unseen, xstrdup(
			"the nat table of iptables-legacy: iptables-legacy-save -t nat shows it"));
}

/**
 * steering_read - find out what else may serve a port
 * @steering: where it is added, for steering_free()
 * @proto: enum portacl_proto
 * @port: the port
 * @pid: a process of the network namespace, 0: this one
 */
void steering_read(struct steering *steering, u8 proto, u32 port, pid_t pid)
{
	if (root_option) {
		list_add(&steering->unseen, xstrdup(
			"with --root: nft, IPVS and BPF are those of the system that runs, and are not asked"));
		return;
	}
	look_at_sk_lookup(steering, pid ? pid : getpid());
	if (pid && !process_same_ns(pid, getpid(), "net")) {
		list_add(&steering->unseen, xstrdup(
			"rules of nft and services of IPVS in another network namespace"));
		return;
	}
	look_at_nft(steering, proto, port);
	look_at_iptables(steering);
	look_at_ipvs(steering, proto, port);
}

void steering_free(struct steering *steering)
{
	list_free(&steering->found);
	list_free(&steering->unseen);
}
