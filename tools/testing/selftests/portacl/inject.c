// SPDX-License-Identifier: GPL-2.0-only
/*
 * An attacker's code for a program that he does not own: as a shared object
 * it runs as a constructor, with -DLOADER it is the whole of a program that
 * stands in the place of the dynamic loader.  No library, for that one has
 * to do without relocations.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define PORT 80

static long call3(long nr, long a, long b, long c)
{
#if defined(__x86_64__)
	long ret;

	asm volatile("syscall"
		     : "=a"(ret)
		     : "a"(nr), "D"(a), "S"(b), "d"(c)
		     : "rcx", "r11", "memory");
#elif defined(__i386__)
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(nr), "b"(a), "c"(b), "d"(c)
		     : "memory");
#elif defined(__aarch64__)
	register long number asm("x8") = nr, ret asm("x0") = a;
	register long second asm("x1") = b, third asm("x2") = c;

	asm volatile("svc 0"
		     : "+r"(ret)
		     : "r"(number), "r"(second), "r"(third)
		     : "memory");
#else
#error "no system call for this processor"
#endif
	return ret;
}

/* 0 or an errno */
static long try_bind(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
	};
	int fd = call3(SYS_socket, AF_INET, SOCK_STREAM, 0);
	long ret = call3(SYS_bind, fd, (long)&sin, sizeof(sin));

	call3(SYS_close, fd, 0, 0);
	return -ret;
}

/* svc.c's way to answer; @text ends in room for a number. */
static void report(char *text, long len, long number)
{
	text[len - 4] = '0' + number / 100 % 10;
	text[len - 3] = '0' + number / 10 % 10;
	text[len - 2] = '0' + number % 10;
	call3(SYS_write, 1, (long)text, len);
}

#ifdef LOADER
/* Linux 6.1 takes no loader whose last segment cannot be written. */
static char hello[] = { 'l', 'o', 'a', 'd', 'e', 'r', '\n' };

/* Every request is one to bind. */
void _start(void)
{
	char text[] = { '0', '0', '0', '\n' };
	char byte;

	hello[sizeof(hello) - 1] = '\n';
	call3(SYS_write, 1, (long)hello, sizeof(hello));
	while (call3(SYS_read, 0, (long)&byte, 1) == 1)
		if (byte == '\n')
			report(text, sizeof(text), try_bind());
	call3(SYS_exit_group, 0, 0, 0);
}
#else
static void __attribute__((constructor)) injected(void)
{
	char text[] = "injected 000";

	text[sizeof(text) - 1] = '\n';
	report(text, sizeof(text), try_bind());
}

/* What LD_AUDIT looks for, after the constructor. */
unsigned int la_version(unsigned int version)
{
	return version;
}
#endif
