/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How an unprivileged process makes its own /proc/self/exe name a program
 * that it never executed (PR_SET_MM_MAP), with and without staying in the
 * initial user namespace.
 */
#ifndef _SELFTESTS_PORTACL_SVC_LIE_H
#define _SELFTESTS_PORTACL_SVC_LIE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Puts an anonymous copy in the place of a mapping of the executable. */
static inline int anonymise(unsigned long start, unsigned long end,
			    const char *perms)
{
	int prot = (perms[0] == 'r' ? PROT_READ : 0) |
		   (perms[1] == 'w' ? PROT_WRITE : 0) |
		   (perms[2] == 'x' ? PROT_EXEC : 0);
	size_t len = end - start;
	void *copy = mmap(NULL, len, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return -1;
	memcpy(copy, (void *)start, len);
	if (mprotect(copy, len, prot))
		return -1;
	return mremap(copy, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, start) ==
	       MAP_FAILED ? -1 : 0;
}

/* In one piece: it changes while we work. */
static inline void read_maps(char *maps, size_t size)
{
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, maps + len, size - 1 - len)) > 0)
		len += n;
	maps[len] = '\0';
	close(fd);
}

/* The kernel lets exe be replaced once nothing maps the old one. */
static inline int anonymise_exe(void)
{
	static char maps[65536];
	char exe[PATH_MAX], perms[8], *line, *save;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	unsigned long start, end;

	if (len < 0)
		return -1;
	exe[len] = '\0';
	read_maps(maps, sizeof(maps));
	for (line = strtok_r(maps, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!strstr(line, exe))
			continue;
		if (sscanf(line, "%lx-%lx %7s", &start, &end, perms) != 3 ||
		    anonymise(start, end, perms))
			return -1;
	}
	return 0;
}

/* Any address will do for what is not exe_fd. */
static inline int set_exe(void *path)
{
	static char byte[2];
	unsigned long at = (unsigned long)byte;
	unsigned long top = (unsigned long)sbrk(0);
	struct prctl_mm_map map = {
		.start_code = at, .end_code = at + 1,
		.start_data = at, .end_data = at + 1,
		.start_brk = top, .brk = top, .start_stack = at,
		.arg_start = at, .arg_end = at + 1,
		.env_start = at, .env_end = at + 1,
		.exe_fd = open(path, O_RDONLY | O_CLOEXEC),
	};
	int ret = prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) ?
		  errno : 0;

	close(map.exe_fd);
	return ret;
}

/*
 * Within a new user namespace, which may be that of a child which shares our
 * memory: then we stay where we are.
 */
static inline long lie(char *path, int stay)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status = -1;
	pid_t pid;

	if (anonymise_exe())
		return -1;
	if (!stay)
		return unshare(CLONE_NEWUSER) ? errno : set_exe(path);
	pid = clone(set_exe, stack + sizeof(stack),
		    CLONE_VM | CLONE_NEWUSER | SIGCHLD, path);
	if (pid < 0)
		return errno;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif /* _SELFTESTS_PORTACL_SVC_LIE_H */
