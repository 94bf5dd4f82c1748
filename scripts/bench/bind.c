// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of bind(2), connect(2) and exec, in a guest.
 *
 * Usage: bind bind PORT UID [capable | bpf | landlock=RULES]
 *        bind bind6 PORT UID
 *        bind connect PORT UID
 *        bind exec PROGRAM UID
 *        bind pair PORT UID CPUS
 *
 * All but the last print the median of many calls, by a time stamp counter that
 * counts instructions (QEMU -icount shift=0), and how the last call ended;
 * the last prints how many binds a second so many processors do together.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS 201
#define PAIR_SECONDS 4

/* For headers older than these. */
#define ACCESS_NET_BIND_TCP 1ULL
#define RULE_NET_PORT 2

struct net_ruleset {
	uint64_t fs;
	uint64_t net;
};

struct net_port {
	uint64_t access;
	uint64_t port;
};

static void die(const char *what)
{
	perror(what);
	exit(2);
}

#ifdef __aarch64__
/* One tick of QEMU's arm64 is 16 ns, so 16 instructions. */
static uint64_t now(void)
{
	uint64_t ticks;

	__asm__ volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(ticks)
			 : : "memory");
	return 16 * ticks;
}
#else
static uint64_t now(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high)
			 : : "memory");
	return (uint64_t)high << 32 | low;
}
#endif

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t median(uint64_t *values)
{
	qsort(values, CALLS, sizeof(*values), compare);
	return values[CALLS / 2];
}

static void become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		die("setresuid");
}

/* Take the credentials of a service with AmbientCapabilities=. */
static void become_capable(uid_t uid)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { };

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		die("PR_SET_KEEPCAPS");
	become(uid);
	data[0].permitted = data[0].effective = 1 << CAP_NET_BIND_SERVICE;
	if (syscall(SYS_capset, &head, data))
		die("capset");
}

static void restrict_landlock(uint16_t port, uint32_t rules)
{
	struct net_ruleset attr = { .net = ACCESS_NET_BIND_TCP };
	int fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	uint32_t i;

	if (fd < 0)
		die("landlock_create_ruleset");
	for (i = 0; i < rules; i++) {
		struct net_port rule = {
			.access = ACCESS_NET_BIND_TCP,
			.port = i ? 1 + i % 65535 : port,
		};

		if (syscall(SYS_landlock_add_rule, fd, RULE_NET_PORT, &rule, 0))
			die("landlock_add_rule");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_restrict_self, fd, 0))
		die("landlock_restrict_self");
}

/* A cgroup/bind4 program that looks at the port and lets all pass. */
static void attach_bpf(void)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 0, .src_reg = 1,
		  .off = offsetof(struct bpf_sock_addr, user_port) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = BPF_CGROUP_INET4_BIND,
		.insns = (uintptr_t)insns,
		.insn_cnt = sizeof(insns) / sizeof(*insns),
		.license = (uintptr_t)"GPL",
	};
	union bpf_attr attach = {
		.attach_type = BPF_CGROUP_INET4_BIND,
		.target_fd = open("/sys/fs/cgroup", O_RDONLY),
	};

	attach.attach_bpf_fd = syscall(SYS_bpf, BPF_PROG_LOAD, &load,
				       sizeof(load));
	if ((int)attach.attach_bpf_fd < 0)
		die("BPF_PROG_LOAD");
	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)))
		die("BPF_PROG_ATTACH");
}

typedef int address_call(int fd, const struct sockaddr *addr, socklen_t len);

/* Returns the cost of one bind() or connect(); its errno goes to @err. */
static uint64_t call_once(address_call *call, const struct sockaddr *addr,
			  int *err)
{
	socklen_t len = addr->sa_family == AF_INET ?
			sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	int fd = socket(addr->sa_family, SOCK_STREAM, 0);
	uint64_t start = now(), cost;
	int ret = call(fd, addr, len);

	cost = now() - start;
	*err = ret ? errno : 0;
	close(fd);
	return cost;
}

static void measure_call(address_call *call, const struct sockaddr *addr)
{
	static uint64_t calls[CALLS];
	int i, err;

	for (i = 0; i < CALLS; i++)
		calls[i] = call_once(call, addr, &err);
	printf("%llu instructions %s\n", (unsigned long long)median(calls),
	       err ? strerrorname_np(err) : "ok");
}

static void measure_ipv4(address_call *call, in_addr_t ip, uint16_t port)
{
	const struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(ip),
	};

	measure_call(call, (const struct sockaddr *)&addr);
}

static void measure_ipv6(address_call *call, uint16_t port)
{
	const struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6, .sin6_port = htons(port),
	};

	measure_call(call, (const struct sockaddr *)&addr);
}

static void measure_exec(char *program)
{
	static uint64_t calls[CALLS];
	char *argv[] = { program, NULL };
	int i, status;

	for (i = 0; i < CALLS; i++) {
		uint64_t start = now();
		pid_t pid = vfork();

		if (!pid) {
			execv(program, argv);
			_exit(127);
		}
		waitpid(pid, &status, 0);
		calls[i] = now() - start;
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			exit(2);
	}
	printf("%llu instructions ok\n", (unsigned long long)median(calls));
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Each processor binds an address of its own, so that none waits for another. */
static void bind_on(int cpu, uint16_t port, long *count)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(0x7f000001 + cpu),
	};
	double end = seconds() + PAIR_SECONDS;
	cpu_set_t set;
	int err;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	while (seconds() < end) {
		call_once(bind, (const struct sockaddr *)&addr, &err);
		if (err)
			exit(2);
		++*count;
	}
	exit(0);
}

static void measure_pair(uint16_t port, int cpus)
{
	long *counts = mmap(NULL, 4096 * cpus, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long total = 0;
	int i, status;

	if (counts == MAP_FAILED)
		die("mmap");
	for (i = 0; i < cpus; i++)
		if (!fork())
			bind_on(i, port, &counts[512 * i]);
	for (i = 0; i < cpus; i++)
		if (wait(&status) < 0 || status)
			exit(2);
	for (i = 0; i < cpus; i++)
		total += counts[512 * i];
	printf("%ld binds/s ok\n", total / PAIR_SECONDS);
}

int main(int argc, char **argv)
{
	const char *how = argc == 5 ? argv[4] : "";
	uid_t uid;

	if (argc < 4)
		return 2;
	uid = atoi(argv[3]);
	if (!strcmp(how, "bpf"))
		attach_bpf();
	if (!strncmp(how, "landlock=", 9))
		restrict_landlock(atoi(argv[2]), atoi(how + 9));
	if (!strcmp(how, "capable"))
		become_capable(uid);
	else
		become(uid);
	if (!strcmp(argv[1], "bind"))
		measure_ipv4(bind, INADDR_ANY, atoi(argv[2]));
	else if (!strcmp(argv[1], "bind6"))
		measure_ipv6(bind, atoi(argv[2]));
	else if (!strcmp(argv[1], "connect"))
		measure_ipv4(connect, INADDR_LOOPBACK, atoi(argv[2]));
	else if (!strcmp(argv[1], "pair"))
		measure_pair(atoi(argv[2]), atoi(how));
	else
		measure_exec(argv[2]);
	return 0;
}
