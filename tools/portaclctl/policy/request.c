// SPDX-License-Identifier: GPL-2.0-only
#include "lex.h"
#include "lib/cleanup.h"
#include "lib/options.h"
#include "parse.h"
#include "policy/address.h"
#include "policy/files.h"
#include "policy/links.h"
#include "policy/names.h"
#include "query.h"
#include "policy/request.h"

static u64 hash(const char *path)
{
	return path ? portacl_hash_path(path, strlen(path)) : 0;
}

/* The result of the parser points into its text; a request has copies. */
static void keep(struct request *request, const struct portacl_query *query,
		 const char *launcher)
{
	struct portacl_request *bind = &request->bind;
	size_t size = query->request.nr_groups * sizeof(*request->groups);

	*request = (struct request) { .bind = query->request };
	request->exe = query->exe ? xstrdup(query->exe) : NULL;
	request->launcher = launcher ? xstrdup(launcher) : NULL;
	request->cgroup = query->cgroup ? xstrdup(query->cgroup) : NULL;
	if (size)
		request->groups = memcpy(xrealloc(NULL, 1, size),
					 query->groups, size);
	bind->groups = request->groups;
	bind->cgroup = request->cgroup;
}

/* The parser keeps no more of a launcher's path than its hash. */
static char *launcher_of(const char *text)
{
	autofree char *word = get_field(text, "launcher");

	return word ? path_unescape(word, strlen(word)) : NULL;
}

static void read_request(struct request *request, const char *text,
			 const struct portacl_parse_ops *ops)
{
	autofree char *launcher = launcher_of(text), *copy = xstrdup(text);
	struct portacl_error error;
	struct portacl_query query;

	if (portacl_parse_query(&query, ops, copy, &error)) {
		char *reason = error_text(&error, text);

		print_err("request:1:%u: %s\n", error.column, reason);
		free(reason);
		print_source(text, error.column - 1);
		exit(EXIT_ERROR);
	}
	keep(request, &query, launcher);
}

/**
 * request_read - read a request, or exit
 * @request: where it is stored, for request_free()
 * @text: what the kernel's `query` takes
 */
void request_read(struct request *request, const char *text)
{
	read_request(request, text, &portacl_kernel_ops);
}

/* Exit unless the command line names a protocol and a port. */
static void check_words(char **words)
{
	const char *slash = strchr(*words, '/');

	if (slash ? slash == *words || !slash[1] : !words[1])
		die_missing("PROTO/PORT");
	for (; *words; words++)
		if (!**words)
			die_usage("an argument is empty");
}

/**
 * request_words - read a request from the command line, or exit
 * @request: where it is stored, for request_free()
 * @words: `PROTO/PORT` or `PROTO` and `PORT`, then `KEY=VALUE`; names allowed
 * @more: one more `KEY=VALUE`, or NULL
 */
void request_words(struct request *request, char **words, const char *more)
{
	struct buf text = { 0 };
	bool slash = strchr(*words, '/');

	check_words(words);
	for (; *words; words++)
		buf_printf(&text, "%s%s", text.len ? " " : "", *words);
	if (more)
		buf_printf(&text, " %s", more);
	if (slash)
		text.text[strcspn(text.text, "/")] = ' ';
	read_request(request, text.text, &policy_ops);
	free(text.text);
}

/**
 * request_resolve - follow the links in a request's `launcher=`
 * @request: the request
 *
 * The kernel knows what it executed by the path without them.
 *
 * Return: what the path resolves to, as text for free(), or NULL.
 */
char *request_resolve(struct request *request)
{
	char real[PATH_MAX], *text;

	if (!request->launcher || !realpath(request->launcher, real) ||
	    !strcmp(request->launcher, real))
		return NULL;
	text = xasprintf("launcher=%s resolves to %s", request->launcher,
			 real);
	free(request->launcher);
	request->launcher = xstrdup(real);
	request->bind.launcher = hash(real);
	return text;
}

/**
 * request_set_place - say what is bound
 * @request: the request
 * @proto: enum portacl_proto
 * @port: the port
 * @addr: 16 bytes, IPv4 as mapped IPv6; NULL: not known
 * @v6only: an IPv6 socket that does not serve IPv4
 */
void request_set_place(struct request *request, u8 proto, u16 port,
		       const u8 *addr, bool v6only)
{
	request->bind.proto = proto;
	request->bind.port = port;
	request->bind.nr_bound = 0;
	if (addr)
		portacl_request_addr(&request->bind, addr, v6only);
}

/**
 * request_set_prefix - say that an address of a prefix is bound
 * @request: the request
 * @proto: enum portacl_proto
 * @port: the port
 * @cidr: the prefix; that of a whole family is bound by its wildcard
 *
 * The first address of another prefix may be the wildcard, which covers more.
 */
void request_set_prefix(struct request *request, u8 proto, u16 port,
			const struct portacl_cidr *cidr)
{
	struct portacl_cidr one = *cidr;

	if (cidr->len > (cidr_is_v4(cidr) ? 96 : 0) && cidr->len < 128)
		one.addr[cidr->len / 8] |= 0x80 >> cidr->len % 8;
	request_set_place(request, proto, port, one.addr, true);
}

/* If no deny rule decided, the process was in no cgroup that one denies. */
static bool is_outside(const struct request *request,
		       const struct record *record)
{
	return !request->cgroup && record->rule &&
	       (!strcmp(record->rule, "only") ||
		!strcmp(record->rule, "default"));
}

/**
 * request_set_record - say what is bound, as a report has it
 * @request: the request
 * @record: the report
 *
 * The weakness that the report names counts too, unless a restart of the
 * program removes it.  A path that is not that of the identity does not count.
 */
void request_set_record(struct request *request, const struct record *record)
{
	struct portacl_cidr addr;
	bool known = record->addr && cidr_read(&addr, record->addr);

	request_set_place(request, record->proto, record->port,
			  known ? addr.addr : NULL, false);
	request->bind.taint |= record_taint(record) & ~BIT(PORTACL_TAINT_ENV);
	if (is_outside(request, record))
		request->bind.cgroup = request->cgroup = xstrdup("/");
	if (record->verified && !record->partial)
		return;
	free(request->exe);
	request->exe = NULL;
	request->bind.exe = 0;
}

static void add_path(struct buf *text, const char *key, const char *path)
{
	autofree char *word = path ? path_escape(path) : NULL;

	if (word)
		buf_printf(text, " %s=%s", key, word);
}

static void add_ids(struct buf *text, const struct portacl_request *bind)
{
	u32 i;

	buf_printf(text, " uid=%u", bind->uid);
	if (bind->gid == U32_MAX)
		return;
	buf_printf(text, " gid=%u", bind->gid);
	for (i = 0; i < bind->nr_groups; i++)
		if (bind->groups[i] != bind->gid)
			buf_printf(text, ",%u", bind->groups[i]);
}

/* A wildcard is written without its prefix length. */
static void add_addr(struct buf *text, const struct portacl_request *bind)
{
	struct portacl_cidr cidr = bind->bound[0];
	autofree char *addr = NULL;

	if (!bind->nr_bound)
		return;
	cidr.len = 128;
	addr = cidr_text(&cidr);
	buf_printf(text, " addr=%s", addr);
}

static void add_taint(struct buf *text, u32 taint)
{
	autofree char *names = names_text(portacl_taints, taint);

	if (taint)
		buf_printf(text, " taint=%s", names);
}

/* Write the request for the kernel's `query`, which has no word for V6ONLY. */
char *request_text(const struct request *request)
{
	const struct portacl_request *bind = &request->bind;
	struct buf text = { 0 };

	buf_printf(&text, "%s %u", portacl_protos[bind->proto], bind->port);
	add_ids(&text, bind);
	add_path(&text, "exe", request->exe);
	add_path(&text, "cgroup", request->cgroup);
	if (bind->other_net)
		buf_puts(&text, " net=other");
	if (bind->launch_root)
		buf_puts(&text, " launch=root");
	add_path(&text, "launcher", request->launcher);
	add_taint(&text, bind->taint);
	add_addr(&text, bind);
	return text.text;
}

void request_free(struct request *request)
{
	free(request->exe);
	free(request->launcher);
	free(request->cgroup);
	free(request->groups);
	*request = (struct request) { 0 };
}
