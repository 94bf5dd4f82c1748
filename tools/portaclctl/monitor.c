// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants come from the trace event, which also sees what is not logged;
 * denials from the kernel log, which says why, or from the trace event where
 * an audit daemon takes them away.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "kernel/securityfs.h"
#include "policy/cover.h"

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

static bool has_audit_daemon(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	while (proc && !found && (entry = readdir(proc))) {
		char *path = xasprintf("/proc/%s/comm", entry->d_name);
		char *comm = read_line_file(path);

		found = comm && !strcmp(comm, "auditd");
		free(comm);
		free(path);
	}
	if (proc)
		closedir(proc);
	return found;
}

static json_t *json_number(const char *text, const char *key)
{
	char *value = get_field(text, key);
	json_t *json = value && isdigit((unsigned char)*value) ?
		       json_integer(strtoll(value, NULL, 10)) : json_null();

	free(value);
	return json;
}

static json_t *json_word(const char *text, const char *key)
{
	char *value = get_field(text, key);
	json_t *json = value && strcmp(value, "?") ? json_text(value) :
						     json_null();

	free(value);
	return json;
}

/* The log says `denied', the trace event `allow' or `deny'. */
static json_t *json_event(const char *text, time_t now)
{
	char date[32];

	strftime(date, sizeof(date), "%FT%TZ", gmtime(&now));
	return json_pack("{ss ss so so so so so so so so so}", "time", date,
			 "verdict", *text == 'a' ? "allow" : "deny",
			 "protocol", json_word(text, "proto"),
			 "port", json_number(text, "port"),
			 "uid", json_number(text, "uid"),
			 "pid", json_number(text, "pid"),
			 "comm", json_word(text, "comm"),
			 "exe", json_word(text, "exe"),
			 "rule", json_number(text, "rule"),
			 "reason", json_word(text, "reason"),
			 "text", json_text(text));
}

static void print_event(const char *event)
{
	char *text = xstrndup(event, strcspn(event, "\n")), date[16];
	time_t now = time(NULL);

	if (option("json")) {
		print_json_line(json_event(text, now));
	} else {
		strftime(date, sizeof(date), "%T", localtime(&now));
		print("%s %s\n", date, text);
	}
	fflush(stdout);
	free(text);
}

/* A record of the log: `prefix;text`, and perhaps further lines. */
static void take_record(int fd)
{
	char record[8192], *text;
	ssize_t len = read(fd, record, sizeof(record) - 1);

	if (len <= 0)
		return;
	record[len] = '\0';
	text = strstr(record, "portacl: denied ");
	if (text)
		print_event(text + strlen("portacl: "));
}

/* Whole lines of the trace; what is left of the last one is kept. */
static void take_trace(int fd, struct buf *left, bool grants, bool denials)
{
	char chunk[4096], *line, *end, *text;
	ssize_t len = read(fd, chunk, sizeof(chunk));

	if (len <= 0)
		return;
	buf_add(left, chunk, len);
	for (line = left->text; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		text = strstr(line, "portacl_bind: verdict=");
		if (!text)
			continue;
		text += strlen("portacl_bind: verdict=");
		if ((grants && !strncmp(text, "allow ", 6)) ||
		    (denials && !strncmp(text, "deny ", 5)))
			print_event(text);
	}
	left->len = strlen(line);
	memmove(left->text, line, left->len + 1);
}

static void follow(int log, int trace, bool grants, bool denials)
{
	struct pollfd fds[] = {
		{ .fd = log, .events = POLLIN },
		{ .fd = trace, .events = POLLIN },
	};
	struct buf left = { 0 };

	while (!stopped) {
		if (poll(fds, ARRAY_SIZE(fds), 1000) <= 0)
			continue;
		if (fds[0].revents)
			take_record(log);
		if (fds[1].revents)
			take_trace(trace, &left, grants, denials);
	}
	free(left.text);
}

static int open_trace(const char *instance)
{
	char *path = xasprintf("%s/trace_pipe", instance);
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	free(path);
	return fd;
}

int cmd_monitor(char **args)
{
	bool denials_only = option("denials");
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
	if (!denials_only || has_audit_daemon())
		instance = make_instance();
	if (instance)
		trace = open_trace(instance);
	else if (!denials_only)
		warn("grants are not shown: this kernel has no trace event, or tracefs is not mounted");
	follow(log, trace, !denials_only, has_audit_daemon());
	close(trace);
	if (instance)
		rmdir(instance);
	free(instance);
	return EXIT_OK;
}
