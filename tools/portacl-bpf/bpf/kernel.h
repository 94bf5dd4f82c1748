/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the members of the kernel's structures that the programs read.
 * Their offsets are relocated to those of the running kernel (CO-RE), so the
 * build needs neither a kernel with BTF nor its vmlinux.h.
 */
#ifndef _PORTACL_BPF_KERNEL_H
#define _PORTACL_BPF_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#define EPERM 1
#define ENOMEM 12
#define EACCES 13
#define EADDRINUSE 98

#define SOCK_RAW 3
#define AF_INET6 10
#define AF_RXRPC 33
/* The size of struct sockaddr_rxrpc, and where the address of its transport is. */
#define SOCKADDR_RXRPC 36
#define SOCKADDR_RXRPC_TRANSPORT 8

#define SCTP_SOCKOPT_BINDX_ADD 100
#define SCTP_SOCKOPT_CONNECTX 110
#define SCTP_SENDMSG_CONNECT 126

#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_DCCP 33
#define IPPROTO_SCTP 132
#define IPPROTO_UDPLITE 136
#define IPPROTO_SMC 256
#define IPPROTO_MPTCP 262

#define PF_KTHREAD 0x00200000
#define CAP_SYS_PTRACE 19
/* The number of the initial user namespace, PROC_USER_INIT_INO. */
#define INIT_USER_NS 0xEFFFFFFDU
#define LSM_UNSAFE_SHARE 1
#define LSM_UNSAFE_NO_NEW_PRIVS 4
#define MNT_NOSUID 1
#define MS_REMOUNT 32
#define MS_UNBINDABLE (1 << 17)
#define MS_PRIVATE (1 << 18)
#define MS_SLAVE (1 << 19)
#define MS_SHARED (1 << 20)
#define BPF_F_SECUREEXEC 1
/* PER_CLEAR_ON_SETID: a set-user-ID exec clears these bits of the personality. */
#define PERSONALITY_CLEARED 0x0740000

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct list_head {
	struct list_head *next;
};

struct ns_common {
	unsigned int inum;
};

struct user_namespace {
	struct ns_common ns;
};

struct mnt_namespace {
	struct user_namespace *user_ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

struct group_info {
	int ngroups;
	kgid_t gid[];
};

struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t euid;
	kgid_t egid;
	struct {
		__u32 word;
	} cap_permitted, cap_effective;
	struct group_info *group_info;
	struct user_namespace *user_ns;
};

struct super_block {
	__u32 s_dev;
	struct user_namespace *s_user_ns;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	struct super_block *i_sb;
	__u64 i_ino;
};

struct qstr {
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry {
	unsigned int d_flags;
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct mnt_idmap;

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
	struct mnt_idmap *mnt_idmap;
};

/* Before mnt_idmap there was this. */
struct vfsmount___userns {
	struct user_namespace *mnt_userns;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct list_head mnt_mounts;
	struct list_head mnt_child;
	struct mnt_namespace *mnt_ns;
	int mnt_id;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct fs_struct {
	struct path root;
};

struct file {
	void *private_data;
	struct path f_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct btf {
	__u32 id;
};

struct bpf_prog_aux {
	struct btf *btf;
};

struct bpf_prog {
	struct bpf_prog_aux *aux;
};

struct bpf_link {
	struct bpf_prog *prog;
};

struct linux_binprm {
	unsigned int secureexec:1;
	struct cred *cred;
	int unsafe;
};

struct mm_struct {
	struct file *exe_file;
};

struct signal_struct {
	int nr_threads;
	struct list_head thread_head;
};

struct kernfs_node {
	const char *name;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[];
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct task_struct {
	unsigned int flags;
	unsigned int ptrace;
	unsigned int personality;
	int tgid;
	struct list_head thread_node;
	const struct cred *ptracer_cred;
	const struct cred *cred;
	char comm[16];
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
	__u64 self_exec_id;
};

struct net {
	__u64 net_cookie;
	struct user_namespace *user_ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	unsigned short skc_family;
	__u16 skc_num;
	unsigned char skc_ipv6only:1;
	possible_net_t skc_net;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_type;
	__u16 sk_protocol;
};

/* The context of a cgroup program as the kernel has it. */
struct bpf_sock_addr_kern {
	struct sock *sk;
};

struct socket {
	struct sock *sk;
};

enum dentry_flags {
	DCACHE_MOUNTED = 0x10000,
};

#pragma clang attribute pop

struct sockaddr;

#define BIT(nr) (1U << (nr))
#define outer_of(ptr, type, member) \
	((type *)((void *)(ptr) - bpf_core_field_offset(type, member)))

extern const void init_task __ksym;
extern const void nop_mnt_idmap __ksym __weak;

#endif /* _PORTACL_BPF_KERNEL_H */
