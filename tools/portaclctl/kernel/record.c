// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/record.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "match.h"
#include "print.h"

/* How a report writes the names of the thread and of the program. */
enum form {
	FORM_AUDIT,	/* in quotes, or in hexadecimal if they have odd bytes */
	FORM_LOG,	/* in quotes, with odd bytes as \ooo */
	FORM_TRACE,	/* without quotes and odd bytes */
	NR_FORMS,
};

/* The text before the verdict.  That of FORM_AUDIT ends in that of FORM_LOG. */
static const char *const marks[NR_FORMS] = {
	[FORM_AUDIT] = "{ name_bind } for  portacl: ",
	[FORM_LOG] = "portacl: ",
	[FORM_TRACE] = "portacl_bind: verdict=",
};

static const struct {
	const char *word;
	bool denied;
} verdicts[] = {
	{ "denied ", true }, { "granted ", false },
	{ "deny ", true }, { "allow ", false },
};

static bool read_verdict(struct record *record, const char *text)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(verdicts); i++) {
		if (strncmp(text, verdicts[i].word, strlen(verdicts[i].word)))
			continue;
		record->denied = verdicts[i].denied;
		record->text = xstrndup(text, strcspn(text, "\r\n"));
		return true;
	}
	return false;
}

static bool find_verdict(struct record *record, const char *line,
			 enum form *form)
{
	for (*form = 0; *form < NR_FORMS; ++*form) {
		const char *at = strstr(line, marks[*form]);

		if (at && read_verdict(record, at + strlen(marks[*form])))
			return true;
	}
	return false;
}

/* The value of a key, or NULL if the kernel does not know it. */
static char *get_known(const char *text, const char *key)
{
	autofree char *value = get_field(text, key);

	return value && strcmp(value, "?") ? xstrdup(value) : NULL;
}

static char *read_name(const struct record *record, const char *key,
		       enum form form)
{
	autofree char *word = NULL;

	if (form == FORM_AUDIT)
		return get_name(record->text, key);
	if (form == FORM_TRACE)
		return get_known(record->text, key);
	word = get_known(record->text, key);
	return word ? path_unescape(word, strlen(word)) : NULL;
}

static bool read_proto(struct record *record)
{
	autofree char *name = get_field(record->text, "proto");
	int proto = name ? match_string(portacl_protos, PORTACL_NR_PROTOS,
					name) : -1;

	record->proto = max(proto, 0);
	return proto >= 0;
}

/* The kernel shortens a long path. */
static void read_exe(struct record *record, enum form form)
{
	size_t len;

	record->exe = read_name(record, "exe", form);
	if (record->exe && *record->exe != '/') {
		free(record->exe);
		record->exe = NULL;
	}
	len = record->exe ? strlen(record->exe) : 0;
	record->partial = len >= PATH_MAX ||
			  (len > 3 && !strcmp(record->exe + len - 3, "..."));
}

/* The last second that a date with four digits has. */
#define MAX_TIME 253402300799LL

static time_t read_time(const char *line)
{
	const char *at = strstr(line, "audit(");
	long long time = at ? strtoll(at + strlen("audit("), NULL, 10) : 0;

	return time < 0 || time > MAX_TIME ? 0 : time;
}

/**
 * record_read - read a report of portacl
 * @record: where it is stored, for record_free()
 * @line: a line of a log or of the trace
 *
 * Return: whether it is one.
 */
bool record_read(struct record *record, const char *line)
{
	enum form form;
	u64 port, uid;

	*record = (struct record) { 0 };
	if (record_is_interpreted(line) || !find_verdict(record, line, &form))
		return false;
	port = get_number(record->text, "port", 0);
	uid = get_number(record->text, "uid", U64_MAX);
	if (!read_proto(record) || !port || port >= PORTACL_NR_PORTS ||
	    uid > U32_MAX) {
		record_free(record);
		return false;
	}
	record->time = read_time(line);
	record->port = port;
	record->uid = uid;
	record->pid = min(get_number(record->text, "pid", 0), (u64)INT_MAX);
	record->verified = get_number(record->text, "verified", 1);
	record->permissive = get_number(record->text, "permissive", 0);
	record->addr = get_known(record->text, "addr");
	record->comm = read_name(record, "comm", form);
	read_exe(record, form);
	record->rule = get_field(record->text, "rule");
	record->reason = get_field(record->text, "reason");
	return true;
}

/*
 * Did `ausearch -i' write the line?  It decodes names and drops the quotes, so
 * a name may look like fields.
 */
bool record_is_interpreted(const char *line)
{
	const char *at = strstr(line, "audit(");

	at = at ? strchr(at, ')') : NULL;
	return at && !strncmp(at, ") : ", 4) && strstr(at, marks[FORM_LOG]);
}

/* The weakness that the reason names, as a bit of enum portacl_taint, or 0. */
u32 record_taint(const struct record *record)
{
	u32 i;

	for (i = 0; record->reason && i < PORTACL_NR_TAINTS; i++)
		if (!strcmp(record->reason,
			    portacl_reason_text(PORTACL_REASON_TAINT + i)))
			return BIT(i);
	return 0;
}

void record_free(struct record *record)
{
	free(record->text);
	free(record->addr);
	free(record->comm);
	free(record->exe);
	free(record->rule);
	free(record->reason);
	*record = (struct record) { 0 };
}
