// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compare the verdict that the BPF programs give, from the cells of a policy,
 * with that of the kernel's matcher on the policy: random policies, random binds.
 */
#include <arpa/inet.h>
#include <linux/kernel.h>

#include "../build.h"
#include "lex.h"
#include "match.h"
#include "query.h"

static struct cells cells;

static struct pa_cell *pa_cell(void *policy, u32 at)
{
	struct cells *c = policy;

	return at < c->nr ? &c->cells[at] : NULL;
}

#define pa_loop(nr, fn, context)                                    \
	do {                                                        \
		for (u32 loop = 0; loop < (nr); loop++)             \
			if (fn(loop, context))                      \
				break;                              \
	} while (0)

#include "../bpf/match.h"

/* The caller of the bind that is judged. */
static const struct portacl_request *caller;

int pa_has_group(u32 min, u32 max)
{
	bool has = caller->gid >= min && caller->gid <= max;
	u32 i;

	for (i = 0; i < caller->nr_groups; i++)
		has |= caller->groups[i] >= min && caller->groups[i] <= max;
	return has;
}

int pa_in_cgroup(u64 hash, u32 depth)
{
	char path[64];
	u32 i, slashes = 0;

	strcpy(path, caller->cgroup);
	if (!path[1])
		return 0;
	for (i = 0; path[i]; i++)
		if (path[i] == '/' && slashes++ == depth)
			path[i--] = '\0';
	return slashes >= depth && hash_cgroup(path) == hash;
}

#define NR_POLICIES 400
#define NR_BINDS 2000

static const char *const exes[] = { "/usr/sbin/a", "/usr/sbin/b", "/c" };
static const char *const protos[] = { "tcp", "udp", "tcp,udp", "udplite,dccp",
				      "sctp", "any" };
static const char *const users[] = { "33", "0", "33,34", "1000-1999", "0-34",
				     "33,1000-4294967294" };
static const char *const gids[] = { "33", "0", "40-50", "5,10-12,4000-5000" };
static const char *const addrs[] = { "127.0.0.0/8", "0.0.0.0/0", "::/0", "::1",
				     "10.0.0.1,::1", "0.0.0.0/0,::/0",
				     "fe80::/10,192.168.0.0/17", "2001:db8::/65",
				     "2001:db8:1::/64" };
static const char *const cgroups[] = { "/", "/a", "/a/b", "/system.slice" };
static const char *const accepts[] = { "env", "nnp", "env,writable" };
static const char *const ports[] = { "80", "80,443", "1-1023", "any", "1024",
				     "2000-2010", "2005,2009", "65535" };
static const u16 bound_ports[] = { 1, 79, 80, 81, 443, 1023, 1024, 2000, 2005, 2009,
			     2011, 65535 };
static const char *const bound_addrs[] = {
	"::", "::1", "::ffff:0.0.0.0", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
	"::ffff:192.168.127.9", "::ffff:192.168.128.9", "fe80::1", "febf::1",
	"2001:db8:1::1", "2001:db8:1:1::1",
	"2001:db8:0:0:7fff::", "2001:db8:0:0:8000::",
};
static const char *const own_cgroups[] = { "/", "/a", "/ab", "/a/b/c",
					   "/system.slice/x" };
static const u32 groups[] = { 0, 5, 11, 33, 45, 4500 };
static const u32 uids[] = { 0, 33, 34, 35, 1000, 1999, 2000, 65534 };

static u64 seed;

static u32 roll(u32 sides)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % sides;
}

#define PICK(array) (array)[roll(ARRAY_SIZE(array))]

static int add(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(text + len, size - len, fmt, args);
	va_end(args);
	return 0;
}

static void make_rule(char *text, size_t size)
{
	bool allow = roll(4), low = false, narrow = false, only;
	const char *proto = PICK(protos), *port = PICK(ports);

	low = atoi(port) < 1024 || !strcmp(port, "any");
	if (allow && low && (strstr(proto, "sctp") || !strcmp(proto, "any")))
		proto = "tcp";
	add(text, size, "%s %s %s", allow ? "allow" : "deny", proto, port);
	if (roll(2))
		add(text, size, " exe=%s", PICK(exes));
	if (roll(2)) {
		add(text, size, " uid=%s", PICK(users));
		narrow = true;
	}
	if (!roll(5))
		add(text, size, " gid=%s", PICK(gids));
	if (!roll(3) && !strstr(proto, "sctp") && strcmp(proto, "any"))
		add(text, size, " addr=%s", PICK(addrs));
	only = allow && !roll(3);
	if (!only && roll(2))
		add(text, size, " net=any");
	if (!roll(5))
		add(text, size, " cgroup=%s", PICK(cgroups));
	if (!roll(5))
		add(text, size, " launch=root");
	if (allow && narrow && !roll(3))
		add(text, size, " accept=%s", PICK(accepts));
	if (only)
		add(text, size, " only");
	if (!roll(4))
		add(text, size, " nolog");
	add(text, size, "\n");
}

static void make_policy(char *text, size_t size)
{
	u32 nr = roll(12);

	strcpy(text, "version 1\n");
	if (!roll(3))
		add(text, size, "default deny\n");
	if (roll(2))
		add(text, size, "launcher /usr/bin/l\n");
	while (nr--)
		make_rule(text, size);
	add(text, size, "commit\n");
}

static u64 hash_of(const char *path)
{
	return bpf_ops.hash(path, strlen(path));
}

/* Some of the groups, in order. */
static void make_groups(struct portacl_request *req)
{
	static u32 own[ARRAY_SIZE(groups)];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (!roll(3))
			own[req->nr_groups++] = groups[i];
	req->groups = own;
	req->gid = PICK(groups);
}

/* One in eight binds has no known address. */
static void make_bind(struct portacl_request *req, struct pa_bound *bound)
{
	memset(bound, 0, sizeof(*bound));
	*req = (struct portacl_request) {
		.exe = roll(5) ? hash_of(PICK(exes)) : 0,
		.launcher = roll(3) ? 0 : hash_of("/usr/bin/l"),
		.taint = roll(3) ? 0 : 1U << roll(PORTACL_NR_TAINTS),
		.uid = PICK(uids),
		.port = PICK(bound_ports),
		.proto = roll(PORTACL_NR_PROTOS),
		.launch_root = !roll(3),
		.other_net = !roll(4),
		.cgroup = PICK(own_cgroups),
	};
	make_groups(req);
	caller = req;
	if (!roll(8))
		return;
	inet_pton(AF_INET6, PICK(bound_addrs), bound->addr);
	bound->v6only = roll(2);
	portacl_request_addr(req, (u8 *)bound->addr, bound->v6only);
}

/* As judge() in bind.h does it. */
static struct pa_verdict judge(const struct portacl_request *req,
			       const struct pa_bound *bound)
{
	struct pa_search s = {
		.policy = &cells,
		.bound = *bound,
		.req = {
			.exe = req->exe,
			.launcher = req->launcher,
			.taint = req->taint,
			.uid = req->uid,
			.port = req->port,
			.proto = req->proto,
			.launch_root = req->launch_root,
			.other_net = req->other_net,
		},
	};
	struct pa_port *port = &pa_cell(&cells, PA_FIRST_PORT + req->port / 4)
					->ports[req->port & 3];

	if (((port->named | port->only) >> req->proto & 1) &&
	    (!req->other_net || (port->kinds & PA_PORT_NET_ANY)))
		pa_match(&s, &cells.cells[0].head, port);
	return s.best;
}

static bool agrees(const struct portacl_policy *policy,
		   const struct portacl_request *req,
		   const struct pa_bound *bound)
{
	struct portacl_verdict want = portacl_match(policy, req);
	struct pa_verdict got = judge(req, bound);
	u32 nr = want.rule == PORTACL_NO_RULE ? 0 : want.rule + 1;

	if (got.action == want.action && got.nr == nr &&
	    !(got.flags & PA_RULE_ONLY) == (want.source != PORTACL_BY_ONLY) &&
	    !(got.flags & PA_RULE_NOLOG) == !(want.flags & PORTACL_RULE_NOLOG))
		return true;
	printf("# %s %u uid=%u exe=%llx taint=%x: kernel %s rule %u, BPF %s rule %u\n",
	       portacl_protos[req->proto], req->port, req->uid, req->exe,
	       req->taint, portacl_actions[want.action], nr,
	       portacl_actions[got.action], got.nr);
	return false;
}

static bool check_policy(u64 *allowed, u64 *denied)
{
	char text[4096], copy[4096];
	struct portacl_request req;
	struct pa_bound bound;
	struct source src = { };
	bool good = true;
	int i;

	make_policy(text, sizeof(text));
	strcpy(copy, text);
	if (source_read(&src, copy, true) || cells_build(&cells, &src)) {
		printf("# line %u, column %u: %s\n%s", src.parser.error.line,
		       src.parser.error.column, src.parser.error.reason, text);
		good = false;
	}
	for (i = 0; good && i < NR_BINDS; i++) {
		make_bind(&req, &bound);
		good = agrees(src.policy, &req, &bound);
		*allowed += judge(&req, &bound).action == PA_ALLOW;
		*denied += judge(&req, &bound).action == PA_DENY;
		if (!good)
			printf("# %s", text);
	}
	source_free(&src);
	cells_free(&cells);
	return good;
}

/* A line that the backend refuses: where, and why. */
static bool is_refused(const char *line, u32 column, const char *reason)
{
	char text[512];
	struct source src = { };
	struct portacl_error *e = &src.parser.error;
	bool good;

	snprintf(text, sizeof(text), "version 1\n%s\ncommit\n", line);
	good = source_read(&src, text, true) == -EINVAL && e->line == 2 &&
	       e->column == column && strstr(e->reason, reason);
	if (!good)
		printf("# %s: line %u, column %u: %s\n", line, e->line,
		       e->column, e->reason);
	source_free(&src);
	return good;
}

static const struct {
	const char *line;
	u32 column;
	const char *reason;
} refused[] = {
	{ "allow tcp 80 net=any  only", 23, "only with net=any" },
	{ "deny sctp 8080  addr=127.0.0.0/8", 17, "addr= for sctp" },
	{ "deny any 80 uid=33 addr=::1", 20, "addr= for sctp" },
	{ "allow sctp 80 uid=33", 7, "sctp below 1024" },
	{ "\tallow  any 80,2000 uid=33", 9, "sctp below 1024" },
	{ "default allow", 9, "default allow" },
};

static bool check_refused(void)
{
	bool good = true;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		good &= is_refused(refused[i].line, refused[i].column,
				   refused[i].reason);
	return good;
}

/* Return the error of a policy of @nr rules that differ in a number. */
static int build_many(u32 nr, const char *fmt)
{
	char *text = malloc(nr * 64 + 64), *at = text;
	struct source src = { };
	int err;

	at += sprintf(at, "version 1\n");
	for (u32 i = 0; i < nr; i++) {
		at += sprintf(at, fmt, 1000 + 2 * i, 1001 + 2 * i);
		at += sprintf(at, "\n");
	}
	sprintf(at, "commit\n");
	err = source_read(&src, text, true);
	if (!err)
		err = cells_build(&cells, &src);
	if (err)
		printf("# %u rules: %d, line %u: %s\n", nr, err,
		       src.parser.error.line, src.parser.error.reason);
	source_free(&src);
	cells_free(&cells);
	free(text);
	return err;
}

/* The path is refused, and nothing before it is read. */
static bool check_relative_query(void)
{
	char *text = strdup("tcp 80 exe=foo uid=33");
	struct portacl_error error = { };
	struct portacl_query query;
	int err = portacl_parse_query(&query, &bpf_ops, text, &error);

	free(text);
	return err && error.column == 12;
}

static int point(int nr, bool good, const char *what)
{
	printf("%sok %d %s\n", good ? "" : "not ", nr, what);
	return !good;
}

int main(int argc, char **argv)
{
	u64 allowed = 0, denied = 0;
	bool good = true;
	int bad = 0, i;

	seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	hash_key[0] = 1;
	hash_key[1] = 2;
	printf("1..7\n# seed %llu\n", seed);
	for (i = 0; good && i < NR_POLICIES; i++)
		good = check_policy(&allowed, &denied);
	bad += point(1, good, "the verdicts agree");
	printf("# %llu allowed, %llu denied\n", allowed, denied);
	bad += point(2, allowed > 10000 && denied > 10000,
		     "both verdicts were given often");
	bad += point(3, check_refused(), "what cannot be enforced is refused");
	bad += point(4, !build_many(100000, "allow tcp 80 uid=%u"),
		     "100,000 rules on one port");
	bad += point(5, !build_many(64, "allow tcp 80 uid=%u-%u"),
		     "64 ranges on one port");
	bad += point(6, build_many(65, "allow tcp 80 uid=%u-%u") == -E2BIG,
		     "65 ranges on one port are refused");
	bad += point(7, check_relative_query(), "a relative path in a query");
	return bad > 0;
}
