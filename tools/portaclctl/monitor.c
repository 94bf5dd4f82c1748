// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants come from the trace event, which also sees what is not logged;
 * denials from the kernel log, which says why, or from the trace event where
 * an audit daemon takes them away.  The records of the BPF backend are in the
 * kernel log.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "kernel/record.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "policy/json.h"
#include "system/process.h"

#define EVENT "events/portacl/portacl_bind/enable"

static volatile sig_atomic_t stopped;

static void on_stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* A trace buffer of our own, so that nobody else's is disturbed; or NULL. */
static char *make_instance(void)
{
	static const char *const dirs[] = {
		"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
	};
	char *instance, *event;
	bool on;
	u32 i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		instance = xasprintf("%s/instances/portaclctl-%d", dirs[i],
				     getpid());
		event = xasprintf("%s/" EVENT, instance);
		mkdir(instance, 0700);
		fd = open(event, O_WRONLY | O_CLOEXEC);
		on = fd >= 0 && write_all(fd, "1", 1);
		close(fd);
		free(event);
		if (on)
			return instance;
		rmdir(instance);
		free(instance);
	}
	return NULL;
}

static void find_audit_daemon(void *found, pid_t pid)
{
	autofree char *path = xasprintf("/proc/%d/comm", pid);
	autofree char *comm = read_line_file(path);

	*(bool *)found |= comm && !strcmp(comm, "auditd");
}

static bool has_audit_daemon(void)
{
	bool found = false;

	each_process(find_audit_daemon, &found);
	return found;
}

static void print_record(const struct record *record)
{
	time_t now = time(NULL);
	char date[16];

	if (option("json")) {
		print_json_line(json_record(record, now));
	} else {
		strftime(date, sizeof(date), "%T", localtime(&now));
		print("%s %s\n", date, record->text);
	}
	fflush(stdout);
}

static void take_line(const char *line, bool grants, bool denials)
{
	struct record record;

	if (!record_read(&record, line))
		return;
	if (record.denied ? denials : grants)
		print_record(&record);
	record_free(&record);
}

/* A record of the log: `prefix;text`, and perhaps further lines. */
static void take_log(int fd, bool grants)
{
	char text[8192];
	ssize_t len = read(fd, text, sizeof(text) - 1);

	if (len <= 0)
		return;
	text[len] = '\0';
	take_line(text, grants, true);
}

/* Whole lines of the trace; what is left of the last one is kept. */
static void take_trace(int fd, struct buf *left, bool grants, bool denials)
{
	char chunk[4096], *line, *end;
	ssize_t len = read(fd, chunk, sizeof(chunk));

	if (len <= 0)
		return;
	buf_add(left, chunk, len);
	for (line = left->text; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		take_line(line, grants, denials);
	}
	left->len = strlen(line);
	memmove(left->text, line, left->len + 1);
}

static void follow(int log, int trace, bool grants, bool denials)
{
	bool all_in_log = kernel_is_bpf();
	struct pollfd fds[] = {
		{ .fd = log, .events = POLLIN },
		{ .fd = trace, .events = POLLIN },
	};
	struct buf left = { 0 };

	while (!stopped) {
		if (poll(fds, ARRAY_SIZE(fds), 1000) <= 0)
			continue;
		if (fds[0].revents)
			take_log(log, grants && all_in_log);
		if (fds[1].revents)
			take_trace(trace, &left, grants, denials);
	}
	free(left.text);
}

static int open_trace(const char *instance)
{
	autofree char *path = xasprintf("%s/trace_pipe", instance);

	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static void check_reader(void)
{
	autofree char *reader = kernel_status("reader");

	if (reader && !strcmp(reader, "none"))
		warn("no record is shown: portacl-bpf.service, which writes them to the kernel log, does not run: systemctl start portacl-bpf");
}

int cmd_monitor(char **args)
{
	bool denials_only = option("denials"), audited = has_audit_daemon();
	struct sigaction stop = { .sa_handler = on_stop };
	int log, trace = -1;
	char *instance = NULL;

	(void)args;
	free(kernel_read("mode"));
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	sigaction(SIGPIPE, &stop, NULL);
	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log < 0 || lseek(log, 0, SEEK_END) < 0)
		die_errno("/dev/kmsg");
	if (kernel_is_bpf())
		check_reader();
	else if (!denials_only || audited)
		instance = make_instance();
	if (instance)
		trace = open_trace(instance);
	else if (!denials_only && !kernel_is_bpf())
		warn("grants are not shown: this kernel has no trace event, or tracefs is not mounted");
	follow(log, trace, !denials_only, audited);
	close(trace);
	if (instance)
		rmdir(instance);
	free(instance);
	return EXIT_OK;
}
