// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include "explain/denials.h"
#include "kernel/log.h"
#include "lib/cleanup.h"

/* The longest name that a process has; a record may hold no more of it. */
#define COMM_LEN 15

/* The process that a record is about. */
enum whom {
	WHOM_STRANGER,
	WHOM_UNKNOWN,	/* the record does not say */
	WHOM_NAMESAKE,	/* another process of the program, or an earlier one */
	WHOM_SELF,
};

/**
 * struct search - a look through the logs
 * @subject: whose refusal is looked for
 * @started: when its process was started, in seconds since 1970
 * @event: the event that @last belongs to
 * @last: the refusal read last, which the event's next records may disprove
 * @found: the best of those before
 */
struct search {
	const struct subject *subject;
	u64 started;
	char event[48];
	struct denial last;
	struct denial *found;
};

/* The time and the serial number that all records of an event have. */
static void read_event(const char *line, char *event, size_t size)
{
	const char *at = strstr(line, "audit(");

	at = at ? at + strlen("audit(") : "";
	snprintf(event, size, "%.*s", (int)strcspn(at, ")"), at);
}

static u64 now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec;
}

/* When a process was started, in seconds since 1970; 0: not known. */
static u64 start_of(pid_t pid)
{
	autofree char *stat = pid ? process_file(pid, "stat") : NULL;
	const char *at = stat ? strrchr(stat, ')') : NULL;
	unsigned long long ticks = 0;

	/* The 22nd field, counted from behind the name, which may hold blanks. */
	if (!at || sscanf(at + 1,
			  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			  &ticks) != 1)
		ticks = 0;
	return ticks ? now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME) +
		       ticks / sysconf(_SC_CLK_TCK) : 0;
}

static bool has_field(const char *line, const char *key, const char *value)
{
	autofree char *found = get_field(line, key);

	return found && !strcmp(found, value);
}

static bool has_number(const char *line, const char *key, u32 number)
{
	char value[16];

	snprintf(value, sizeof(value), "%u", number);
	return has_field(line, key, value);
}

/* A record that does not say is good, too. */
static bool has_number_if_any(const char *line, const char *key, u32 number)
{
	autofree char *found = get_field(line, key);

	return !found || has_number(line, key, number);
}

static enum whom whom(const struct search *search, const char *line)
{
	const struct process *process = &search->subject->process;
	const char *name = strrchr(process->exe, '/');
	autofree char *exe = get_name(line, "exe");
	autofree char *comm = get_name(line, "comm");
	bool self = process->pid && has_number(line, "pid", process->pid) &&
		    /* Both times are rounded. */
		    strtoull(search->event, NULL, 10) + 1 >= search->started;

	if (self)
		return WHOM_SELF;
	if (exe)
		return strcmp(exe, process->exe) ? WHOM_STRANGER :
						   WHOM_NAMESAKE;
	if (!comm)
		return WHOM_UNKNOWN;
	return name && !strncmp(comm, name + 1, COMM_LEN) ? WHOM_NAMESAKE :
							    WHOM_STRANGER;
}

static bool is_landlock(const char *line, const struct subject *subject)
{
	autofree char *right = xasprintf("net.bind_%s", subject->proto);
	autofree char *blockers = get_field(line, "blockers");

	return blockers && strstr(blockers, right) &&
	       has_number(line, "src", subject->port);
}

static bool is_selinux(const char *line, const struct subject *subject)
{
	autofree char *class = xasprintf(
		"%s_socket", strcmp(subject->proto, "udplite") ?
			     subject->proto : "udp");

	return strstr(line, "avc:  denied  { name_bind }") &&
	       !has_field(line, "permissive", "1") &&
	       has_field(line, "tclass", class) &&
	       has_number(line, "src", subject->port);
}

static const u32 protocol_numbers[PORTACL_NR_PROTOS] = {
	[PORTACL_TCP] = IPPROTO_TCP,
	[PORTACL_UDP] = IPPROTO_UDP,
	[PORTACL_SCTP] = IPPROTO_SCTP,
	[PORTACL_UDPLITE] = IPPROTO_UDPLITE,
	[PORTACL_DCCP] = IPPROTO_DCCP,
};

static bool is_apparmor(const char *line, const struct subject *subject)
{
	return has_field(line, "apparmor", "DENIED") &&
	       has_field(line, "operation", "bind") &&
	       (has_field(line, "family", "inet") ||
		has_field(line, "family", "inet6")) &&
	       has_number_if_any(line, "protocol",
				 protocol_numbers[subject->request.bind.proto]) &&
	       has_number_if_any(line, "lport", subject->port) &&
	       has_number_if_any(line, "src", subject->port);
}

/* A refused bind of the port, as each security module records it. */
static const char *refuser(const char *line, const struct subject *subject)
{
	if (is_landlock(line, subject))
		return "Landlock";
	if (is_selinux(line, subject))
		return "SELinux";
	if (is_apparmor(line, subject))
		return "AppArmor";
	return NULL;
}

/* The later one counts, but a sure one more. */
static void keep_last(struct search *search)
{
	struct denial *found = search->found, *last = &search->last;

	if (last->text && (last->sure || !found->sure)) {
		free(found->text);
		*found = *last;
		last->text = NULL;
	}
	free(last->text);
	*last = (struct denial) { 0 };
}

/* Take the next record of a refusal: the process, which Landlock leaves out. */
static void take_syscall(struct search *search, const char *line)
{
	enum whom who = whom(search, line);

	search->last.sure |= who == WHOM_SELF;
	if (who != WHOM_STRANGER)
		return;
	free(search->last.text);
	search->last.text = NULL;
}

static void take_line(void *context, const char *line)
{
	struct search *search = context;
	char event[sizeof(search->event)];
	const char *module;
	enum whom who;

	read_event(line, event, sizeof(event));
	if (search->last.text && !strcmp(event, search->event) &&
	    (strstr(line, "type=SYSCALL ") || strstr(line, "type=1300 "))) {
		take_syscall(search, line);
		return;
	}
	module = refuser(line, search->subject);
	if (!module)
		return;
	keep_last(search);
	memcpy(search->event, event, sizeof(event));
	who = whom(search, line);
	if (who == WHOM_STRANGER)
		return;
	search->last.text = xasprintf("%s: %s", module, line);
	search->last.sure = who == WHOM_SELF;
}

/**
 * find_denial - look for a refusal by another security module in the logs
 * @subject: who was refused what
 * @denial: where it is stored; its text is for free()
 */
void find_denial(const struct subject *subject, struct denial *denial)
{
	struct search search = {
		.subject = subject,
		.started = start_of(subject->process.pid),
		.found = denial,
	};

	*denial = (struct denial) { 0 };
	log_read(take_line, &search);
	keep_last(&search);
}
