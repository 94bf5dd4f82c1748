/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel log, as the tests read it.
 */
#ifndef PORTACL_TEST_AUDIT_H
#define PORTACL_TEST_AUDIT_H

#include "common.h"

#define PRINTK_LIMIT "/proc/sys/kernel/printk_ratelimit"
/* How long portacl and the audit daemon's stand-in remember a flood. */
#define LIMIT_SECONDS 6

/* A reader that sees what is logged from now on, or from boot on. */
static inline int kmsg_open(bool from_boot)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, from_boot ? SEEK_SET : SEEK_END);
	return fd;
}

/* Undo /dev/kmsg's \xNN in place, and cut its prefix and continuation. */
static inline char *kmsg_text(char *record)
{
	char *from = strchr(record, ';'), *to;
	unsigned int byte;

	if (!from)
		return record;
	record = ++from;
	for (to = record; *from && *from != '\n'; from++) {
		if (sscanf(from, "\\x%2x", &byte) == 1) {
			*to++ = byte;
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return record;
}

/*
 * The next record that holds a text, if it comes within some milliseconds:
 * audit records reach the log a little later.  NULL: none came.
 */
static inline char *kmsg_find(int fd, const char *text, int milliseconds)
{
	static char record[8192];
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t n = read(fd, record, sizeof(record) - 1);
		char *line;

		if (n < 0 && errno == EAGAIN &&
		    poll(&pfd, 1, milliseconds) == 1)
			continue;
		/* EPIPE: records were lost, and reading goes on behind. */
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			return NULL;
		record[n] = '\0';
		line = kmsg_text(record);
		if (strstr(line, text))
			return line;
	}
}

static inline int kmsg_count(int fd, const char *text)
{
	int n = 0;

	while (kmsg_find(fd, text, n ? 1500 : 20000))
		n++;
	return n;
}

/* Copy this program to where it can be executed under another name. */
static inline int copy_self(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	char buf[65536];
	ssize_t n;
	int err = in < 0 || out < 0 ? -errno : 0;

	while (!err && (n = read(in, buf, sizeof(buf))) > 0)
		err = write_all(out, buf, n);
	close(in);
	close(out);
	return err;
}

/* The tests; or, as a copy that a test made, a rename if told so and a bind. */
static inline int audit_main(int argc, char **argv)
{
	static const struct endpoint ep = { &tcp, "127.0.0.1", 80 };

	if (argc > 1 && !strcmp(argv[1], "--bind"))
		return argc > 3 && rename(argv[2], argv[3]) ?
			       CHILD_BROKEN : bind_endpoint(&ep);
	need_portacl();
	/* Wait until the tests before this one no longer count in the limits. */
	sleep(LIMIT_SECONDS);
	return test_harness_run(argc, argv);
}

#endif /* PORTACL_TEST_AUDIT_H */
