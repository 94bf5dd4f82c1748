// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: the programs write binds into a ring, this prints them as the kernel
 * module does.  Denials hold whether or not anybody reads the ring.
 */
#include <fcntl.h>
#include <linux/kernel.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "attach.h"
#include "lex.h"
#include "match.h"
#include "print.h"
#include "query.h"

/* As the kernel module: a line of the log has 1,000 bytes. */
#define SHOWN_PATH 224

/**
 * struct log - the reader of the ring
 * @lock: the directory of the pins; see are_same_programs()
 * @src: the policy that the last record is from
 * @generation: its generation
 * @kmsg: the kernel log, -1: print instead
 */
struct log {
	int lock;
	struct source src;
	u64 generation;
	int kmsg;
};

/* Others may have been attached since. */
static bool are_same_programs(int lock)
{
	struct stat was, is;

	return !fstat(lock, &was) && !stat(PIN_DIR, &is) &&
	       was.st_ino == is.st_ino;
}

/*
 * Return whether the policy of a record is known; another may have replaced it, also
 * one of the same generation after an unload.
 */
static bool use_policy(struct log *log, u64 generation)
{
	struct cells cells = { };

	if (!are_same_programs(log->lock))
		return false;
	if (log->generation == generation)
		return true;
	source_free(&log->src);
	read_policy(&cells, false);
	log->generation = cells.cells[1].origin.generation;
	if (source_read(&log->src, cells.text, false))
		die("the policy in force is not understood");
	cells_free(&cells);
	return log->generation == generation;
}

/* The path of the process's program, if it still runs that program. */
static char *exe_path(const struct pa_record *r, char *buf, bool *verified)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%u/exe", r->pid);
	len = readlink(link, buf, PATH_MAX - 1);
	if (len <= 0)
		return NULL;
	buf[len] = '\0';
	*verified = bpf_ops.hash(buf, len) == r->request.exe;
	return buf;
}

static struct portacl_verdict verdict_of(const struct pa_record *r)
{
	bool only = r->verdict.flags & PA_RULE_ONLY, rule = r->verdict.nr;

	return (struct portacl_verdict) {
		.action = r->verdict.action,
		.source = !rule ? PORTACL_BY_DEFAULT :
			  only ? PORTACL_BY_ONLY : PORTACL_BY_RULE,
		.reason = !rule ? PORTACL_REASON_DEFAULT :
			  only ? PORTACL_REASON_RESERVED : PORTACL_REASON_RULE,
		.rule = rule ? r->verdict.nr - 1 : PORTACL_NO_RULE,
	};
}

static void print_verdict(struct seq_buf *s, const struct portacl_policy *policy,
			  const struct pa_record *r, struct portacl_request *req,
			  const char *exe)
{
	struct portacl_verdict v = verdict_of(r);
	char *cgroup;
	u32 *groups;

	portacl_print_source(s, &v);
	if (v.action == PORTACL_ALLOW)
		return;
	cgroup = process_cgroup(r->pid);
	groups = process_groups(r->pid, &req->gid, &req->nr_groups);
	req->cgroup = cgroup;
	req->groups = groups;
	v.reason = portacl_match_reason(policy, req, &v);
	portacl_print_reason(s, policy, req, &v, PORTACL_MAX_RULES, exe);
	if (!r->refused)
		seq_buf_puts(s, " permissive=1");
	free(groups);
	free(cgroup);
}

static void print_record(struct seq_buf *s, struct log *log,
			 const struct pa_record *r)
{
	bool verified = false, known = use_policy(log, r->generation) &&
				       r->verdict.nr <= log->src.policy->nr_rules;
	char path[PATH_MAX], *exe = exe_path(r, path, &verified);
	struct portacl_request req = {
		.exe = r->request.exe,
		.launcher = r->request.launcher,
		.taint = r->request.taint,
		.uid = r->request.uid,
		.port = r->request.port,
		.proto = r->request.proto,
		.launch_root = r->request.launch_root,
		.other_net = r->request.other_net,
	};

	/* Those of SCTP are not recorded. */
	if (req.proto != PORTACL_SCTP)
		portacl_request_addr(&req, (const u8 *)r->bound.addr,
				     r->bound.v6only);
	seq_buf_printf(s, PORTACL_NAME ": %s proto=%s addr=",
		       r->verdict.action == PORTACL_ALLOW ? "granted" : "denied",
		       portacl_protos[req.proto]);
	portacl_print_addr(s, &req);
	seq_buf_printf(s, " port=%u uid=%u pid=%u comm=\"", req.port, req.uid,
		       r->pid);
	portacl_print_path(s, r->comm);
	seq_buf_puts(s, exe ? "\" exe=\"" : "\" exe=?");
	if (exe) {
		portacl_print_part(s, exe, SHOWN_PATH);
		seq_buf_puts(s, verified ? "\"" : "\" verified=0");
	}
	if (known)
		print_verdict(s, log->src.policy, r, &req,
			      verified ? exe : NULL);
	else
		seq_buf_puts(s, " rule=? reason=\"the policy was replaced\"");
}

static int handle(void *context, void *data, size_t size)
{
	char line[1024] = "<5>";
	struct log *log = context;
	struct pa_record r;
	struct seq_buf s;
	size_t len;

	if (size < sizeof(r))
		return 0;
	memcpy(&r, data, sizeof(r));
	r.comm[sizeof(r.comm) - 1] = '\0';
	/* Behind the priority, and with room for the newline. */
	seq_buf_init(&s, line + 3, 980);
	print_record(&s, log, &r);
	len = 3 + min(s.len, s.size);
	line[len++] = '\n';
	if (log->kmsg < 0) {
		fwrite(line + 3, 1, len - 3, stdout);
		if (fflush(stdout) || ferror(stdout))
			die_errno("standard output");
	} else if (write(log->kmsg, line, len) < 0) {
		die_errno("/dev/kmsg");
	}
	return 0;
}

static int open_lock(void)
{
	int lock = open(PIN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (lock < 0)
		die("no policy is loaded");
	return lock;
}

/**
 * records_have_reader - return whether print_records() runs in some process
 */
bool records_have_reader(void)
{
	int lock = open_lock();
	bool locked = flock(lock, LOCK_SH | LOCK_NB);

	close(lock);
	return locked;
}

/**
 * print_records - print records until the programs are gone
 * @to_kernel: write them to the kernel log
 */
void print_records(bool to_kernel)
{
	struct log log = { .lock = open_lock(), .kmsg = -1 };
	struct ring_buffer *ring;
	int tries = 10;

	/* records_have_reader() holds the lock for a moment. */
	while (flock(log.lock, LOCK_EX | LOCK_NB)) {
		if (!tries--)
			die("another portacl-bpf log reads the records");
		usleep(100000);
	}
	if (to_kernel) {
		log.kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
		if (log.kmsg < 0)
			die_errno("/dev/kmsg");
	}
	use_secret();
	ring = ring_buffer__new(open_pin("records"), handle, &log, NULL);
	if (!ring)
		die_errno("records");
	while (are_same_programs(log.lock))
		if (ring_buffer__poll(ring, 1000) < 0 && errno != EINTR)
			die_errno("records");
	ring_buffer__consume(ring);
}
