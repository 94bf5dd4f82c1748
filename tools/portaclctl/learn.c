// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mode learn has observed becomes rules, no wider than what was seen.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "kernel/observed.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "policy/cover.h"
#include "policy/exe.h"
#include "policy/names.h"
#include "print.h"
#include "system/netns.h"

#define OUTPUT "/etc/portacl.d/50-learned.conf"
#define MAX_PORTS 32

/**
 * struct learner - what was asked for
 * @all: also ports that everybody may bind
 * @ranges: join the ports of a program to one range
 * @quit: stop asking
 * @start: the first port that needs no privilege
 * @path: the file that the rules are added to; NULL: print all of them
 * @fd: that file, once there is something to ask
 * @made: it was not there before
 * @present: what it had in it
 * @out: the rules
 * @json: the rules as JSON, or NULL
 * @nr: number of rules wanted
 * @skipped: number of rules not wanted
 * @known: number of rules that the file has already
 * @useless: number of programs that no rule can allow
 */
struct learner {
	bool all;
	bool ranges;
	bool quit;
	u32 start;
	const char *path;
	int fd;
	bool made;
	char *present;
	struct buf out;
	json_t *json;
	u32 nr;
	u32 skipped;
	u32 known;
	u32 useless;
};

static bool is_wanted(const struct learner *learner,
		      const struct observed *seen)
{
	if (seen->action == PORTACL_ALLOW)
		return false;
	return learner->all || seen->action == PORTACL_DENY ||
	       seen->port < learner->start;
}

/* Weaknesses that no rule takes, and those that a restart takes away. */
static u32 accepted(const struct observed *seen)
{
	return seen->taint & (BIT(PORTACL_NR_ACCEPT) - 1) &
	       ~BIT(PORTACL_TAINT_ENV);
}

static bool is_usable(const struct observed *seen)
{
	return seen->verified && !(seen->taint >> PORTACL_NR_ACCEPT);
}

/* Are two observations of one program and user? */
static bool is_same_subject(const struct observed *a, const struct observed *b)
{
	return !strcmp(a->exe, b->exe) && a->uid == b->uid &&
	       accepted(a) == accepted(b) && is_usable(a) == is_usable(b);
}

static void add_names(struct buf *text, const char *const *names, u32 bits)
{
	char list[128];
	struct seq_buf s;

	seq_buf_init(&s, list, sizeof(list));
	portacl_print_names(&s, names, bits);
	buf_add(text, list, s.len);
}

/**
 * struct ports - ports that a program uses with the same protocols
 * @protos: bits of enum portacl_proto
 * @port: the ports, ascending
 * @nr: number of @port
 * @count: how often they were seen
 * @picked: bindresvport(3) may have picked them
 */
struct ports {
	u32 protos;
	u16 *port;
	u32 nr;
	u64 count;
	bool picked;
};

/*
 * bindresvport(3) gives root a free port from 512 to 1023, another one each
 * time.  A port that services(5) knows is more likely a service's.
 */
static bool is_picked(const struct observed *seen)
{
	return !seen->uid && seen->port >= 512 && seen->port < 1024 &&
	       !getservbyport(htons(seen->port), portacl_protos[seen->proto]);
}

/* More ports than a service has: the program picks them itself. */
static bool is_random(const struct ports *ports)
{
	return ports->nr > MAX_PORTS;
}

static void add_ports(const struct learner *learner, struct buf *text,
		      const struct ports *ports)
{
	u32 i;

	if (ports->nr > 1 && (learner->ranges || is_random(ports))) {
		buf_printf(text, "%u-%u", ports->port[0],
			   ports->port[ports->nr - 1]);
		return;
	}
	for (i = 0; i < ports->nr; i++)
		buf_printf(text, "%s%u", i ? "," : "", ports->port[i]);
}

/* \ooo to its byte. */
static void unescape(char *path, const char *text)
{
	unsigned int byte;
	size_t len;

	for (len = 0; *text && len < PATH_MAX - 1; len++) {
		if (*text == '\\' && strspn(text + 1, "01234567") >= 3 &&
		    sscanf(text + 1, "%3o", &byte) == 1) {
			path[len] = byte;
			text += 4;
		} else {
			path[len] = *text++;
		}
	}
	path[len] = '\0';
}

/* The kernel knows no patterns: what looks like one is a program's name. */
static void add_exe(struct buf *rule, const char *exe)
{
	for (; *exe; exe++) {
		if (strchr("*?[", *exe))
			buf_printf(rule, "\\%03o", *exe);
		else
			buf_add(rule, exe, 1);
	}
}

/* What the administrator should know before he takes the rule. */
static void add_comments(const struct learner *learner, struct buf *text,
			 const struct observed *seen, const struct ports *ports)
{
	struct program program;
	char path[PATH_MAX];
	char *line;
	u32 fault;

	buf_printf(text, "# seen %llu time%s\n", ports->count,
		   ports->count == 1 ? "" : "s");
	if (is_random(ports) && !learner->ranges)
		buf_printf(text, "# random ports: %u seen; a rule for all between only with --ranges\n",
			   ports->nr);
	if (ports->picked)
		buf_puts(text, "# bindresvport(3) may have picked the port, and picks another one at the next start:\n# a rule is only right if the program is configured for it\n");
	if (!seen->verified)
		buf_puts(text, "# not verified: the process may have lied about its program\n");
	if (seen->taint >> PORTACL_NR_ACCEPT) {
		buf_puts(text, "# cannot be allowed, the program's identity is: ");
		add_names(text, portacl_taints, seen->taint &
			  ~(BIT(PORTACL_NR_ACCEPT) - 1));
		buf_puts(text, "\n");
	}
	if (accepted(seen))
		buf_puts(text, "# a weakness must be accepted: read portacl(7) first, or mend it\n");
	unescape(path, seen->exe);
	program_look(&program, path, true);
	for (fault = PROGRAM_INTERPRETER; fault < PROGRAM_NR_FAULTS; fault++) {
		if (!(program.faults & BIT(fault)))
			continue;
		line = program_fault_text(&program, seen->exe, fault);
		buf_print(text, "# %s\n", line);
		free(line);
	}
}

static bool wants_it(struct learner *learner, const char *rule)
{
	char line[16];

	print_lines(rule, strlen(rule));
	print("\n[a]llow, [s]kip or [q]uit? ");
	fflush(stdout);
	for (;;) {
		if (!fgets(line, sizeof(line), stdin) || *line == 'q') {
			learner->quit = true;
			return false;
		}
		if (*line == 'a' || *line == 's')
			return *line == 'a';
		print("a, s or q? ");
		fflush(stdout);
	}
}

/* Does the file have the rule already, whatever comments stand before it? */
static bool is_present(const struct learner *learner, const char *rule)
{
	const char *mark = strrchr(rule, '\n'), *at = learner->present;
	size_t len;

	rule = mark ? mark + 1 : rule;
	len = strlen(rule);
	for (; at && (at = strstr(at, rule)); at += len)
		if ((at == learner->present || at[-1] == '\n') &&
		    (!at[len] || at[len] == '\n'))
			return true;
	return false;
}

/* @text is comments, then the rule, which is a comment as well if not usable. */
static json_t *json_learned(const char *text, bool usable,
			    const struct observed *seen,
			    const struct ports *ports)
{
	const char *line = text, *end;
	json_t *comments = json_array(), *json, *list = json_array();
	u32 i;

	for (; (end = strchr(line, '\n')); line = end + 1)
		json_array_append_new(comments, json_stringn(
			line + 2, end - line - 2));
	for (i = 0; i < ports->nr; i++)
		json_array_append_new(list, json_integer(ports->port[i]));
	json = json_pack("{so sb so so sI so sI so}", "rule",
			 json_text(line + (usable ? 0 : 2)), "usable", usable,
			 "comments", comments, "exe", json_text(seen->exe),
			 "uid", (json_int_t)seen->uid,
			 "protocols", json_names(portacl_protos, ports->protos),
			 "count", (json_int_t)ports->count, "ports", list);
	return json;
}

/* What cannot be allowed is only noted. */
static void take_rule(struct learner *learner, const char *rule, bool usable)
{
	bool wanted;

	if (is_present(learner, rule)) {
		learner->known++;
		return;
	}
	wanted = !usable || !learner->path || wants_it(learner, rule);
	if (!usable)
		learner->useless++;
	else if (wanted)
		learner->nr++;
	else
		learner->skipped++;
	if (wanted)
		buf_printf(&learner->out, "%s\n", rule);
}

static void add_rule(struct learner *learner, const struct observed *seen,
		     const struct ports *ports)
{
	const char *user = name_of(PORTACL_USER, seen->uid);
	bool usable = is_usable(seen) && !ports->picked &&
		      (learner->ranges || !is_random(ports));
	struct buf rule = { 0 };

	add_comments(learner, &rule, seen, ports);
	buf_puts(&rule, usable ? "allow " : "# allow ");
	add_names(&rule, portacl_protos, ports->protos);
	buf_puts(&rule, " ");
	add_ports(learner, &rule, ports);
	buf_puts(&rule, " exe=");
	add_exe(&rule, seen->exe);
	buf_puts(&rule, " uid=");
	if (user)
		buf_puts(&rule, user);
	else
		buf_printf(&rule, "%u", seen->uid);
	if (accepted(seen)) {
		buf_puts(&rule, " accept=");
		add_names(&rule, portacl_taints, accepted(seen));
	}
	if (learner->json)
		json_array_append_new(learner->json, json_learned(
			rule.text, usable, seen, ports));
	else
		take_rule(learner, rule.text, usable);
	free(rule.text);
}

/* Of one program and user; they are sorted by protocol, then by port. */
static void find_ports(struct ports *ports, const struct observed *seen,
		       u32 nr, const u8 *protos)
{
	u32 i, first = __builtin_ctz(ports->protos);

	ports->nr = 0;
	ports->count = 0;
	for (i = 0; i < nr; i++) {
		u16 port = seen[i].port;

		if (protos[port] != ports->protos ||
		    is_picked(&seen[i]) != ports->picked)
			continue;
		ports->count += seen[i].count;
		if (seen[i].proto == first &&
		    (!ports->nr || ports->port[ports->nr - 1] != port))
			ports->port[ports->nr++] = port;
	}
}

/* A rule for the ports of each set of protocols: dnsmasq has tcp,udp 53. */
static void add_subject(struct learner *learner, const struct observed *seen,
			u32 nr)
{
	static u8 protos[PORTACL_NR_PORTS];
	struct ports ports = { .port = xrealloc(NULL, nr, sizeof(u16)) };
	u32 i, n;

	memset(protos, 0, sizeof(protos));
	for (i = 0; i < nr; i++)
		protos[seen[i].port] |= BIT(seen[i].proto);
	for (i = 1; i < BIT(PORTACL_NR_PROTOS) && !learner->quit; i++) {
		ports.protos = i;
		for (n = 0; n < 2 && !learner->quit; n++) {
			ports.picked = n;
			find_ports(&ports, seen, nr, protos);
			if (ports.nr)
				add_rule(learner, seen, &ports);
		}
	}
	free(ports.port);
}

/* The observations are sorted: those of one program and user together. */
static void add_rules(struct learner *learner, const struct observed *seen,
		      u32 nr)
{
	u32 at, len;

	for (at = 0; at < nr && !learner->quit; at += len) {
		for (len = 1; at + len < nr &&
		     is_same_subject(seen + at, seen + at + len); len++)
			;
		add_subject(learner, seen + at, len);
	}
}

/* Before the questions: the answers would be lost. */
static void open_output(struct learner *learner)
{
	learner->made = access(learner->path, F_OK);
	learner->fd = open(learner->path,
			   O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (learner->fd < 0)
		die_errno("%s", learner->path);
	learner->present = read_fd(learner->fd, NULL);
	if (!learner->present)
		die_errno("%s", learner->path);
}

static void learn_from(struct learner *learner)
{
	json_int_t lost;

	char *text = kernel_read("observed"), *overflow;
	u32 i, n = 0, nr;
	struct observed *seen = observed_read(text, &nr);

	for (i = 0; i < nr; i++) {
		if (is_wanted(learner, &seen[i]))
			seen[n++] = seen[i];
		else
			free(seen[i].exe);
	}
	observed_sort(seen, n);
	if (n && learner->path)
		open_output(learner);
	add_rules(learner, seen, n);
	overflow = get_field(text, "overflow");
	lost = overflow ? strtoll(overflow, NULL, 10) : 0;
	if (learner->json)
		print_json(json_pack("{sO sI}", "rules", learner->json,
				     "overflow", lost));
	else if (lost)
		warn("%s binds were not recorded: learn in smaller steps (portaclctl learn --start)",
		     overflow);
	for (i = 0; i < n; i++)
		free(seen[i].exe);
	free(overflow);
	free(seen);
	free(text);
}

static void write_output(const struct learner *learner)
{
	size_t len = strlen(learner->present);
	bool ended = !len || learner->present[len - 1] == '\n';

	if ((!ended && !write_all(learner->fd, "\n", 1)) ||
	    !write_all(learner->fd, learner->out.text, learner->out.len) ||
	    close(learner->fd))
		die_errno("%s", learner->path);
	print("%u rule%s added to %s; next: portaclctl check, portaclctl load, portaclctl mode enforce\n",
	       learner->nr, learner->nr == 1 ? "" : "s", learner->path);
}

static void say_nothing_written(const struct learner *learner)
{
	if (learner->made)
		unlink(learner->path);
	if (learner->skipped)
		print("no rule was chosen: nothing written\n");
	else if (learner->known)
		print("nothing new: %s has the rules already\n", learner->path);
	else if (learner->useless)
		print("nothing that a rule could allow: portaclctl learn --print tells why\n");
	else
		print("nothing to learn: every bind seen is allowed already, or needs no privilege (--all)\n");
}

static int start_learning(void)
{
	kernel_write("observed", "clear");
	kernel_write("mode", "learn");
	print("mode learn: use the services as they are used every day, then `portaclctl learn'\n");
	return EXIT_OK;
}

int cmd_learn(char **args)
{
	struct learner learner = {
		.all = option("all"), .ranges = option("ranges"),
	};
	bool start = option("start"), as_text = option("print");
	const char *path = option("output");

	(void)args;
	if (option("json")) {
		learner.json = json_array();
		as_text = true;
	}
	if (start && (as_text || path || learner.all || learner.ranges))
		die_usage("--start takes no other option");
	if (as_text && path)
		die_usage("--print or --json and --output exclude each other");
	if (start)
		return start_learning();
	if (!as_text)
		learner.path = path ? path : OUTPUT;
	learner.start = unprivileged_start(0);
	learn_from(&learner);
	if (learner.json)
		json_decref(learner.json);
	else if (as_text)
		print_lines(learner.out.text, learner.out.len);
	else if (learner.nr)
		write_output(&learner);
	else
		say_nothing_written(&learner);
	free(learner.out.text);
	free(learner.present);
	return EXIT_OK;
}
