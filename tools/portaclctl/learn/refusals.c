// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refusals in logs, as mode learn would have observed them.
 */
#include "kernel/log.h"
#include "kernel/securityfs.h"
#include "learn/learner.h"
#include "policy/ask.h"
#include "policy/links.h"
#include "print.h"

/**
 * struct reader - what is read from the logs
 * @source: the policy in force
 * @has_policy: there is one
 * @seen: the refusals
 * @nr: number of @seen
 * @nameless: number of refusals whose program is not known
 */
struct reader {
	struct policy_source source;
	bool has_policy;
	struct observed *seen;
	u32 nr;
	u32 nameless;
};

/* The policy may have changed since then. */
static bool is_allowed(const struct reader *reader, const struct record *record)
{
	struct request request = {
		.exe = xstrdup(record->exe),
		.bind = { .uid = record->uid, .gid = U32_MAX },
	};
	enum portacl_action action = PORTACL_DENY;

	request_set_record(&request, record);
	if (reader->has_policy)
		action = ask_action(&reader->source, &request);
	request_free(&request);
	return action == PORTACL_ALLOW;
}

static void add(struct reader *reader, const struct record *record)
{
	const char *denied = portacl_reason_text(PORTACL_REASON_RULE);
	u32 nr = reader->nr++;

	make_room(reader->seen, nr);
	reader->seen[nr] = (struct observed) {
		.exe = path_escape(record->exe),
		.verified = record->verified,
		.uid = record->uid,
		.proto = record->proto,
		.port = record->port,
		.action = PORTACL_DENY,
		.count = 1,
		.taint = record_taint(record),
		.by_rule = record->reason && !strcmp(record->reason, denied),
	};
}

static void take_line(void *context, const char *line)
{
	struct reader *reader = context;
	struct record record;

	if (!record_read(&record, line))
		return;
	if (record.denied && (!record.exe || record.partial))
		reader->nameless++;
	else if (record.denied && !is_allowed(reader, &record))
		add(reader, &record);
	record_free(&record);
}

/**
 * refusals_observe - read the refusals that logs report
 * @from_stdin: the log is standard input, else those of this system
 * @nr: where the number of refusals is stored
 *
 * Binds that the policy in force allows are left out.
 *
 * Return: the refusals, for free(), as their paths are.
 */
struct observed *refusals_observe(bool from_stdin, u32 *nr)
{
	struct reader reader = { .has_policy = kernel_present() };

	if (reader.has_policy)
		source_open(&reader.source, true, NULL);
	if (from_stdin)
		log_read_stdin(take_line, &reader);
	else if (!log_read(take_line, &reader))
		die_errno("neither the audit trail nor the kernel log can be read");
	if (reader.nameless)
		warn("warning: %u refusal%s left out: the log does not have the whole path of the program",
		     reader.nameless, reader.nameless > 1 ? "s were" : " was");
	if (reader.has_policy)
		source_close(&reader.source);
	*nr = reader.nr;
	return reader.seen;
}
