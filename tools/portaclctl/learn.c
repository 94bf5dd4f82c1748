// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mode learn has observed becomes rules, no wider than what was seen.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "kernel.h"
#include "layers.h"
#include "lex.h"
#include "names.h"
#include "observed.h"
#include "programs.h"

#define OUTPUT "/etc/portacl.d/50-learned.conf"

/**
 * struct learner - what was asked for
 * @all: also ports that everybody may bind
 * @ranges: join the ports of a program to one range
 * @quit: stop asking
 * @start: the first port that needs no privilege
 * @path: the file that the rules are added to; NULL: print all of them
 * @fd: that file, once there is something to ask
 * @made: it was not there before
 * @out: the rules
 * @nr: number of rules wanted
 * @skipped: number of rules not wanted
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
	struct buf out;
	u32 nr;
	u32 skipped;
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

/* Do two observations, of different ports perhaps, make one rule? */
static bool is_same_subject(const struct observed *a, const struct observed *b)
{
	return !strcmp(a->exe, b->exe) && a->uid == b->uid &&
	       accepted(a) == accepted(b) && is_usable(a) == is_usable(b);
}

static bool is_same_group(const struct observed *a, const struct observed *b)
{
	return is_same_subject(a, b) && a->proto == b->proto;
}

static void add_names(struct buf *text, const char *const *names, u32 bits)
{
	char list[128];
	struct seq_buf s;

	seq_buf_init(&s, list, sizeof(list));
	portacl_print_names(&s, names, bits);
	buf_add(text, list, s.len);
}

static void add_ports(const struct learner *learner, struct buf *text,
		      const struct observed *seen, u32 nr)
{
	u32 i, last = 0;

	if (learner->ranges && seen[0].port != seen[nr - 1].port) {
		buf_printf(text, "%u-%u", seen[0].port, seen[nr - 1].port);
		return;
	}
	for (i = 0; i < nr; i++) {
		if (seen[i].port == last)
			continue;
		buf_printf(text, "%s%u", last ? "," : "", seen[i].port);
		last = seen[i].port;
	}
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
static void add_comments(struct buf *text, const struct observed *seen, u32 nr)
{
	struct program program;
	char path[PATH_MAX];
	u64 count = 0;
	u32 fault, i;
	char *line;

	for (i = 0; i < nr; i++)
		count += seen[i].count;
	buf_printf(text, "# seen %llu time%s\n", count, count == 1 ? "" : "s");
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
		buf_printf(text, "# %s\n", line);
		free(line);
	}
}

static bool wants_it(struct learner *learner, const char *rule)
{
	char line[16];

	printf("%s\n[a]llow, [s]kip or [q]uit? ", rule);
	fflush(stdout);
	for (;;) {
		if (!fgets(line, sizeof(line), stdin) || *line == 'q') {
			learner->quit = true;
			return false;
		}
		if (*line == 'a' || *line == 's')
			return *line == 'a';
		printf("a, s or q? ");
		fflush(stdout);
	}
}

/* What cannot be allowed is only noted. */
static void take_rule(struct learner *learner, const char *rule, bool usable)
{
	bool wanted = !usable || !learner->path || wants_it(learner, rule);

	if (!usable)
		learner->useless++;
	else if (wanted)
		learner->nr++;
	else
		learner->skipped++;
	if (wanted)
		buf_printf(&learner->out, "%s\n", rule);
}

/*
 * One rule of the first @nr observations, all of one program and user; those
 * up to @all are of the same ports and of the other protocols.
 */
static void add_rule(struct learner *learner, const struct observed *seen,
		     u32 nr, u32 all, u32 protos)
{
	const char *user = name_of(NAME_USER, seen->uid);
	struct buf rule = { 0 };

	add_comments(&rule, seen, all);
	buf_puts(&rule, is_usable(seen) ? "allow " : "# allow ");
	add_names(&rule, portacl_protos, protos);
	buf_puts(&rule, " ");
	add_ports(learner, &rule, seen, nr);
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
	take_rule(learner, rule.text, is_usable(seen));
	free(rule.text);
}

/* Do two groups hold the same ports? */
static bool is_same_ports(const struct learner *learner,
			  const struct observed *a, u32 nr_a,
			  const struct observed *b, u32 nr_b)
{
	struct buf x = { 0 }, y = { 0 };
	bool same;

	add_ports(learner, &x, a, nr_a);
	add_ports(learner, &y, b, nr_b);
	same = !strcmp(x.text, y.text);
	free(x.text);
	free(y.text);
	return same;
}

static u32 group_len(const struct observed *seen, u32 nr)
{
	u32 n = 1;

	while (n < nr && is_same_group(seen, seen + n))
		n++;
	return n;
}

/* The observations are sorted: those of one program, user, protocol together. */
static void add_rules(struct learner *learner, const struct observed *seen,
		      u32 nr)
{
	u32 at = 0;

	while (at < nr && !learner->quit) {
		u32 len = group_len(seen + at, nr - at), next = at + len;
		u32 protos = BIT(seen[at].proto);

		/* dnsmasq on udp/53 and tcp/53 is one rule. */
		while (next < nr && is_same_subject(seen + at, seen + next)) {
			u32 n = group_len(seen + next, nr - next);

			if (!is_same_ports(learner, seen + at, len, seen + next,
					   n))
				break;
			protos |= BIT(seen[next].proto);
			next += n;
		}
		add_rule(learner, seen + at, len, next - at, protos);
		at = next;
	}
}

/* Before the questions: the answers would be lost. */
static void open_output(struct learner *learner)
{
	learner->made = access(learner->path, F_OK);
	learner->fd = open(learner->path,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (learner->fd < 0)
		die_errno("%s", learner->path);
}

static void learn_from(struct learner *learner)
{
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
	if (overflow && strcmp(overflow, "0"))
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
	if (!write_all(learner->fd, learner->out.text, learner->out.len) ||
	    close(learner->fd))
		die_errno("%s", learner->path);
	printf("%u rule%s added to %s; next: portaclctl check, portaclctl load, portaclctl mode enforce\n",
	       learner->nr, learner->nr == 1 ? "" : "s", learner->path);
}

static void say_nothing_written(const struct learner *learner)
{
	if (learner->made)
		unlink(learner->path);
	if (learner->skipped)
		printf("no rule was chosen: nothing written\n");
	else if (learner->useless)
		printf("nothing that a rule could allow: portaclctl learn --print tells why\n");
	else
		printf("nothing to learn: every bind seen is allowed already, or needs no privilege (--all)\n");
}

static int start_learning(void)
{
	kernel_write("observed", "clear");
	kernel_write("mode", "learn");
	printf("mode learn: use the services as they are used every day, then `portaclctl learn'\n");
	return EXIT_OK;
}

int cmd_learn(char **argv)
{
	struct learner learner = { 0 };
	bool start = false, print = false;
	const char *path = NULL;
	const struct flag flags[] = {
		{ "start", &start, NULL }, { "print", &print, NULL },
		{ "all", &learner.all, NULL },
		{ "ranges", &learner.ranges, NULL },
		{ "output", NULL, &path },
	};

	take_flags(argv, flags, ARRAY_SIZE(flags), 0);
	if (start && (print || path || learner.all || learner.ranges))
		die_usage("--start takes no other option");
	if (print && path)
		die_usage("--print and --output exclude each other");
	if (start)
		return start_learning();
	if (!print)
		learner.path = path ? path : OUTPUT;
	learner.start = unprivileged_start(0);
	learn_from(&learner);
	if (print)
		fputs(learner.out.text ? learner.out.text : "", stdout);
	else if (learner.nr)
		write_output(&learner);
	else
		say_nothing_written(&learner);
	free(learner.out.text);
	return EXIT_OK;
}
