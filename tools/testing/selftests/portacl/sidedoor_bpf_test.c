// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup-BPF beside a bind: a program that changes the port, one that lifts
 * the kernel's own rule, and one that binds within connect(2).
 */
#include "common.h"

#include <linux/bpf.h>
#include <stddef.h>

#define CGROUP "/sys/fs/cgroup/portacl_bpf"
/* The return value that lets a bind pass without the capability */
#define PASS_WITHOUT_CAPABILITY 3

/* clang-format off */
#define MOV_IMM(reg, value) \
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = reg, .imm = value }
#define MOV_REG(reg, from) \
	{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = reg, .src_reg = from }
#define ADD_IMM(reg, value) \
	{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = reg, .imm = value }
#define STORE_W(reg, offset, value) \
	{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = reg, .off = offset, \
	  .imm = value }
#define STORE_REG_W(reg, offset, from) \
	{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = reg, .src_reg = from, \
	  .off = offset }
#define CALL(id) { .code = BPF_JMP | BPF_CALL, .imm = id }
#define SKIP_IF_ZERO(reg, n) \
	{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = reg, .off = n }
#define EXIT { .code = BPF_JMP | BPF_EXIT }
/* clang-format on */

static int load_program(enum bpf_attach_type type, const struct bpf_insn *insns,
			int nr)
{
	static char log[8192];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = type,
		.insns = (unsigned long)insns,
		.insn_cnt = nr,
		.license = (unsigned long)"GPL",
		.log_buf = (unsigned long)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		fprintf(stderr, "# bpf: %s: %s\n", strerror(errno), log);
	return fd;
}

/* Attach the program and close it, so that it is freed with the cgroup. */
static int attach(int cgroup, int program, enum bpf_attach_type type)
{
	union bpf_attr attr = {
		.target_fd = cgroup,
		.attach_bpf_fd = program,
		.attach_type = type,
	};
	int err = syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)) ?
			  -errno : 0;

	close(program);
	return err;
}

/* Attach the program for IPv4 and the program for IPv6. */
static int attach_both(int cgroup, int v4, int v6)
{
	return attach(cgroup, v4, BPF_CGROUP_INET4_BIND) ?:
	       attach(cgroup, v6, BPF_CGROUP_INET6_BIND);
}

/* Load a program that changes the port of each bind to this one. */
static int rewrite_port(enum bpf_attach_type type, int port)
{
	struct bpf_insn insns[] = {
		MOV_IMM(BPF_REG_2, htons(port)),
		STORE_REG_W(BPF_REG_1, offsetof(struct bpf_sock_addr,
						user_port), BPF_REG_2),
		MOV_IMM(BPF_REG_0, 1),
		EXIT,
	};

	return load_program(type, insns, ARRAY_SIZE(insns));
}

static int skip_capability(enum bpf_attach_type type)
{
	struct bpf_insn insns[] = {
		MOV_IMM(BPF_REG_0, PASS_WITHOUT_CAPABILITY),
		EXIT,
	};

	return load_program(type, insns, ARRAY_SIZE(insns));
}

static int rewrite_ports(int cgroup, int port)
{
	return attach_both(cgroup, rewrite_port(BPF_CGROUP_INET4_BIND, port),
			   rewrite_port(BPF_CGROUP_INET6_BIND, port));
}

/* Before a connect(2), bind 127.0.0.1 and this port; refuse if that fails. */
static int bind_in_connect(int port)
{
	struct bpf_insn insns[] = {
		STORE_W(BPF_REG_10, -16, AF_INET | (htons(port) << 16)),
		STORE_W(BPF_REG_10, -12, htonl(INADDR_LOOPBACK)),
		STORE_W(BPF_REG_10, -8, 0),
		STORE_W(BPF_REG_10, -4, 0),
		MOV_REG(BPF_REG_2, BPF_REG_10),
		ADD_IMM(BPF_REG_2, -16),
		MOV_IMM(BPF_REG_3, sizeof(struct sockaddr_in)),
		CALL(BPF_FUNC_bind),
		SKIP_IF_ZERO(BPF_REG_0, 2),
		MOV_IMM(BPF_REG_0, 0),
		EXIT,
		MOV_IMM(BPF_REG_0, 1),
		EXIT,
	};

	return load_program(BPF_CGROUP_INET4_CONNECT, insns,
			    ARRAY_SIZE(insns));
}

FIXTURE(bpf)
{
	int cgroup;
};

FIXTURE_SETUP(bpf)
{
	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	if (access("/proc/sys/kernel/unprivileged_bpf_disabled", F_OK))
		SKIP(return, "no BPF in this kernel");
	ASSERT_EQ(0, reset_policy());
	ASSERT_TRUE(!mkdir(CGROUP, 0755) || errno == EEXIST);
	self->cgroup = open(CGROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_LE(0, self->cgroup);
}

/* The programs go with the cgroup. */
FIXTURE_TEARDOWN(bpf)
{
	close(self->cgroup);
	EXPECT_EQ(0, rmdir(CGROUP));
	EXPECT_EQ(0, reset_policy());
}

/* In the cgroup, bind a port and tell which one it became: 0, errno or -1. */
struct attempt {
	struct endpoint ep;
	int becomes;
};

static int bind_and_look(const void *arg)
{
	const struct attempt *a = arg;
	int fd = open_bound(a->ep.proto, a->ep.addr, a->ep.port);

	if (fd < 0)
		return -fd;
	return local_port(fd) == a->becomes ? 0 : CHILD_BROKEN;
}

static int in_cgroup(const struct subject *who, int (*fn)(const void *),
		     const void *arg)
{
	pid_t pid = fork();

	if (!pid) {
		if (write_file(CGROUP "/cgroup.procs", "0\n") || become(who))
			_exit(CHILD_BROKEN);
		_exit(fn(arg));
	}
	return wait_child(pid);
}

#define ASK(who, proto, addr, port, becomes)                               \
	in_cgroup(who, bind_and_look,                                      \
		  &(struct attempt){ { proto, addr, port }, becomes })

TEST_F(bpf, rewritten_port)
{
	ASSERT_EQ(0, rewrite_ports(self->cgroup, 80));
	/* The control: asked for 8080, got 80. */
	EXPECT_EQ(0, ASK(&root, &tcp, "127.0.0.1", 8080, 80));
	EXPECT_EQ(0, ASK(&root, &udp, "::1", 8080, 80));
	EXPECT_EQ(EACCES, ASK(&user, &tcp, "127.0.0.1", 8080, 80));

	/* The port that it becomes is the port that is denied or granted. */
	ASSERT_EQ(0, load_rules("deny tcp,udp 80"));
	EXPECT_EQ(EACCES, ASK(&root, &tcp, "127.0.0.1", 8080, 80));
	EXPECT_EQ(EACCES, ASK(&root, &udp, "::1", 8080, 80));
	ASSERT_EQ(0, load_rules("allow tcp,udp 80 uid=33"));
	EXPECT_EQ(0, ASK(&user, &tcp, "127.0.0.1", 8080, 80));
	EXPECT_EQ(0, ASK(&user, &udp, "::1", 8080, 80));
	/* A grant for the port that was asked for is no grant for it. */
	ASSERT_EQ(0, load_rules("allow any 8080 uid=33"));
	EXPECT_EQ(EACCES, ASK(&user, &tcp, "127.0.0.1", 8080, 80));
}

/* The port that was asked for can be denied as well. */
TEST_F(bpf, asked_for_port)
{
	ASSERT_EQ(0, rewrite_ports(self->cgroup, 80));
	ASSERT_EQ(0, load_rules("deny any 8080"));
	EXPECT_EQ(EACCES, ASK(&root, &tcp, "127.0.0.1", 8080, 80));
	EXPECT_EQ(0, ASK(&root, &tcp, "127.0.0.1", 8081, 80));
}

/* Port 8080 in an address of this family and length */
struct shape {
	const char *addr;
	sa_family_t family;
	socklen_t len;
	int result;
};

static int bind_shape(const void *arg)
{
	const struct shape *shape = arg;
	struct sockaddr_storage ss;
	int fd = socket_for(&tcp, shape->addr);

	make_addr(&ss, shape->addr, 8080);
	ss.ss_family = shape->family;
	return bind(fd, (struct sockaddr *)&ss, shape->len) ? errno : 0;
}

/*
 * Only the early gate sees port 8080, and it denies each address that the stack
 * takes.  Any other address fails with the error of the stack.
 */
TEST_F(bpf, asked_for_address)
{
	static const struct shape shapes[] = {
		{ "0.0.0.0", AF_INET, 15, EINVAL },
		{ "0.0.0.0", AF_INET, 16, 0 },
		{ "0.0.0.0", AF_UNSPEC, 15, EINVAL },
		{ "0.0.0.0", AF_UNSPEC, 16, 0 },
		{ "127.0.0.1", AF_UNSPEC, 16, EAFNOSUPPORT },
		{ "0.0.0.0", AF_UNIX, 16, EAFNOSUPPORT },
		{ "::", AF_INET6, 23, EINVAL },
		{ "::", AF_INET6, 24, 0 },
	};
	size_t i;

	ASSERT_EQ(0, rewrite_ports(self->cgroup, 80));
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *shape = &shapes[i];

		ASSERT_EQ(0, reset_policy());
		EXPECT_EQ(shape->result,
			  in_cgroup(&root, bind_shape, shape));
		ASSERT_EQ(0, load_rules("deny any 8080"));
		EXPECT_EQ(shape->result ?: EACCES,
			  in_cgroup(&root, bind_shape, shape)) {
			TH_LOG("family %d, %d bytes", shape->family,
			       (int)shape->len);
		}
	}
}

TEST_F(bpf, skipped_capability)
{
	ASSERT_EQ(0, attach_both(self->cgroup,
				 skip_capability(BPF_CGROUP_INET4_BIND),
				 skip_capability(BPF_CGROUP_INET6_BIND)));
	/* The control: nobody needs the capability. */
	EXPECT_EQ(0, ASK(&user, &tcp, "127.0.0.1", 80, 80));
	EXPECT_EQ(0, ASK(&user, &udp, "::1", 80, 80));

	ASSERT_EQ(0, load_rules("deny any 80"));
	EXPECT_EQ(EACCES, ASK(&user, &tcp, "127.0.0.1", 80, 80));
	EXPECT_EQ(EACCES, ASK(&root, &udp, "::1", 80, 80));
	ASSERT_EQ(0, load_rules("allow tcp,udp 80 uid=34 only"));
	EXPECT_EQ(EACCES, ASK(&user, &tcp, "::1", 80, 80));
	EXPECT_EQ(0, ASK(&other, &tcp, "::1", 80, 80));
}

/* The reset at the end leaves nothing behind on the port. */
static int connect_from(const void *arg)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = socket_for(&tcp, "127.0.0.1");
	int err = connect_fd(fd, "127.0.0.1", *(const int *)arg);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (err)
		return -err;
	return local_port(fd) == 80 ? 0 : CHILD_BROKEN;
}

/* The connect(2) fails with EPERM if the bind of the program was refused. */
TEST_F(bpf, bind_in_connect)
{
	int program = bind_in_connect(80);
	int server = open_bound(&tcp, "127.0.0.1", 0);
	int port = local_port(server);

	ASSERT_EQ(0, listen(server, 100));
	ASSERT_EQ(0, attach(self->cgroup, program, BPF_CGROUP_INET4_CONNECT));
#define CONNECT(who) in_cgroup(who, connect_from, &port)
	/* The control: it takes port 80, with the capability. */
	EXPECT_EQ(0, CONNECT(&root));
	EXPECT_EQ(EPERM, CONNECT(&user));
	ASSERT_EQ(0, load_rules("deny tcp 80"));
	EXPECT_EQ(EPERM, CONNECT(&root));
	EXPECT_EQ(EPERM, CONNECT(&capped));
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=34 only"));
	EXPECT_EQ(EPERM, CONNECT(&root));
	EXPECT_EQ(EPERM, CONNECT(&user));
	EXPECT_EQ(0, CONNECT(&other));
	ASSERT_EQ(0, reset_policy());
	EXPECT_EQ(0, CONNECT(&root));
	close(server);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
