// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>

#include "kernel/log.h"
#include "kernel/record.h"
#include "lib/cleanup.h"

#define AUDIT_LOG "/var/log/audit/audit.log"

static bool read_kernel_log(take_line_t take, void *context)
{
	autofree char *path = in_root("/dev/kmsg");
	autoclose int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[8192];
	ssize_t len;

	while (fd >= 0) {
		len = read(fd, record, sizeof(record) - 1);
		/* EPIPE: records were overwritten, what follows is good. */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			break;
		record[len] = '\0';
		record[strcspn(record, "\n")] = '\0';
		take(context, strchrnul(record, ';'));
	}
	return fd >= 0;
}

static void read_lines(FILE *file, take_line_t take, void *context)
{
	autofree char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		take(context, line);
	}
}

/**
 * log_read - read the audit trail and the kernel log
 * @take: called for each line, without its end
 * @context: its first argument
 *
 * Return: whether one of them could be read.
 */
bool log_read(take_line_t take, void *context)
{
	autofree char *path = in_root(AUDIT_LOG);
	FILE *file = fopen(path, "re");

	if (file) {
		read_lines(file, take, context);
		fclose(file);
	}
	return read_kernel_log(take, context) || file;
}

/* The lines of standard input, on the way to their reader. */
struct checked {
	take_line_t take;
	void *context;
	bool interpreted;
};

static void take_checked(void *context, const char *line)
{
	struct checked *checked = context;

	checked->interpreted |= record_is_interpreted(line);
	checked->take(checked->context, line);
}

/**
 * log_read_stdin - read the lines of a log on standard input
 * @take: called for each line, without its end
 * @context: its first argument
 */
void log_read_stdin(take_line_t take, void *context)
{
	struct checked checked = { .take = take, .context = context };

	read_lines(stdin, take_checked, &checked);
	if (ferror(stdin))
		die_errno("standard input");
	if (checked.interpreted)
		warn("warning: lines of `ausearch -i' were left out: without quotes a program's name may look like fields; omit -i");
}
