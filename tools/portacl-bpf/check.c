// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether this kernel can run the programs, and what to do if it cannot.
 */
#include <fcntl.h>
#include <linux/kernel.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach.h"

#define SECURITY "/sys/kernel/security"
#define BPF_FS 0xcafe4a11
#define CGROUP2 0x63677270
#define ROOT_CGROUP 1
/* The numbers of the initial namespaces. */
#define INIT_USER_NS 0xEFFFFFFDU
#define INIT_PID_NS 0xEFFFFFFCU

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; text; text = strchr(text, ',')) {
		text += *text == ',';
		if (!strncmp(text, word, len) &&
		    (!text[len] || text[len] == ',' || text[len] == '\n'))
			return true;
	}
	return false;
}

static bool read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[max_t(ssize_t, len, 0)] = '\0';
	return len >= 0;
}

static bool is_mounted(const char *path, unsigned long magic)
{
	struct statfs fs;

	return !statfs(path, &fs) && (unsigned long)fs.f_type == magic;
}

static u64 inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static void check_release(void)
{
	unsigned int major, minor;
	struct utsname name;

	if (!uname(&name) && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	    (major < 6 || (major == 6 && minor < 1)))
		die("this is Linux %s: the programs need 6.1 or newer",
		    name.release);
}

static void check_security(void)
{
	char text[512];

	if (!read_text(SECURITY "/lsm", text, sizeof(text)))
		die("securityfs is not mounted: mount -t securityfs securityfs "
		    SECURITY);
	if (has_word(text, "portacl"))
		die("this kernel has portacl: portaclctl load needs no BPF");
	if (!has_word(text, "bpf"))
		die("this kernel runs without the security module 'bpf': add bpf to the list of the boot parameter lsm=");
	if (read_text(SECURITY "/lockdown", text, sizeof(text)) &&
	    strstr(text, "[confidentiality]"))
		die("lockdown=confidentiality forbids BPF programs to read kernel memory: boot with lockdown=integrity at most");
}

/**
 * check_caller - end with an error if this process may not change the policy
 *
 * The policy is that of the host: its users and its network.
 */
void check_caller(void)
{
	if (geteuid())
		die("only root may do this");
	if (inode_of("/proc/self/ns/user") != INIT_USER_NS)
		die("only the initial user namespace may change the policy");
	/* In another, process 1 is another one too. */
	if (inode_of("/proc/self/ns/pid") != INIT_PID_NS)
		die("only the initial PID namespace may change the policy");
	if (inode_of("/proc/self/ns/net") != inode_of("/proc/1/ns/net"))
		die("only the network namespace of process 1 may change the policy");
}

/**
 * check_hook - end with an error if another program keeps ours from the root cgroup
 * @name: the name of the program
 * @hook: the hook
 */
void check_hook(const char *name, enum bpf_attach_type hook)
{
	int cgroup = open("/sys/fs/cgroup", O_RDONLY | O_CLOEXEC);
	u32 flags = 0, nr = 0;

	if (cgroup < 0 || bpf_prog_query(cgroup, hook, 0, &flags, NULL, &nr))
		die_errno("%s", name);
	close(cgroup);
	if (nr && !(flags & BPF_F_ALLOW_MULTI))
		die("%s: a program is attached to the root cgroup that admits no other; `bpftool cgroup show /sys/fs/cgroup' names it",
		    name);
}

/* Others could take the names of the pins, or keep the lock. */
static void check_pins(void)
{
	struct stat st;

	if (stat(PIN_PARENT, &st) || st.st_uid || (st.st_mode & 0077))
		die("users other than root may enter " PIN_PARENT ": chown 0 "
		    PIN_PARENT " && chmod 0700 " PIN_PARENT);
}

/**
 * check_kernel - end with an error, and its remedy, if the programs cannot run
 */
void check_kernel(void)
{
	check_caller();
	check_release();
	check_security();
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		die("this kernel has no BTF: it needs CONFIG_DEBUG_INFO_BTF=y");
	if (!is_mounted(PIN_PARENT, BPF_FS))
		die("no BPF file system: mount -t bpf -o mode=0700 bpf " PIN_PARENT);
	check_pins();
	if (!is_mounted("/sys/fs/cgroup", CGROUP2))
		die("/sys/fs/cgroup is no cgroup v2: boot with systemd.unified_cgroup_hierarchy=1");
	if (inode_of("/sys/fs/cgroup") != ROOT_CGROUP)
		die("/sys/fs/cgroup is not the root cgroup: only the host may load a policy");
	check_hook("bind4", BPF_CGROUP_INET4_BIND);
	check_hook("bind6", BPF_CGROUP_INET6_BIND);
}
