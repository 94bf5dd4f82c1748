// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl-bpf: enforce a portacl policy on a kernel without portacl.
 */
#include <fcntl.h>
#include <linux/kernel.h>
#include <sha2.h>
#include <time.h>
#include <unistd.h>

#include "attach.h"
#include "lex.h"
#include "print.h"
#include "query.h"

/* What is weaker than with portacl in the kernel; portacl-bpf(8) says how. */
#define WEAKER "window,autobind,dumpable,root,bpf_bind"

/* The exit status if another generation is in force than `commit' names. */
#define EXIT_STALE 3

static const char *const modes[] = { "enforce", "permissive", "learn" };

/* All of a file, `-' for standard input, ended by a NUL. */
static char *read_file(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (!f)
		die_errno("%s", path);
	len = getdelim(&text, &size, '\0', f);
	if (ferror(f))
		die_errno("%s", path);
	if (len > 0 && !text[len - 1])
		die("%s: NUL byte", path);
	if (f != stdin)
		fclose(f);
	return len > 0 ? text : strdup("");
}

/* For status; all zero after a load that succeeded. */
static void keep_error(const struct portacl_error *e)
{
	struct pa_config config;

	if (!is_attached())
		return;
	config = get_config();
	config.line = e->line;
	config.column = e->column;
	memcpy(config.reason, e->reason, sizeof(config.reason));
	set_config(&config);
}

static void NORETURN die_source(const struct source *src, int error)
{
	const struct portacl_error *e = &src->parser.error;

	if (!e->line)
		die("%s", error == -ENOMEM ? "out of memory" :
					     strerror(-error));
	keep_error(e);
	die("line %u, column %u: %s", e->line, e->column, e->reason);
}

/* Only in mode enforce does a policy keep ports from being picked. */
static const struct cells *reserving(const struct cells *cells, u32 mode)
{
	static const struct cells none;

	return mode == PA_ENFORCE ? cells : &none;
}

/*
 * A load or a change of the mode: none, a first load, a change of what is in force, or
 * one that is in force.  Or a policy that was withdrawn.
 */
static enum { IDLE, FIRST, CHANGE, DONE, WITHDRAWN } progress;

/* The policy whose ports stay reserved if a change fails. */
static const struct cells *kept;

static void take_away(void);

/*
 * The handler of exit(3): an error leaves nothing of what is not in force.  After that
 * it is but a warning.
 */
static void undo(void)
{
	int was = progress;

	progress = IDLE;
	if (was == FIRST && is_attached())
		take_away();
	else if (was == FIRST)
		remove_remains();
	else if (was == CHANGE)
		release_ports(open_pin("added"), kept);
	else if (was == WITHDRAWN)
		detach();
	else if (was == DONE)
		_exit(EXIT_SUCCESS);
}

/* Have undo() called in case of an error. */
static void begin(int what, const struct cells *reserved)
{
	progress = what;
	kept = reserved;
	if (atexit(undo))
		die_errno("memory");
}

/* Detach the programs even if the sysctl cannot be written. */
static void take_away(void)
{
	const struct cells none = { };

	if (has_pin("policy"))
		withdraw_policy();
	begin(WITHDRAWN, NULL);
	if (has_pin("added"))
		release_ports(open_pin("added"), &none);
	progress = IDLE;
	detach();
}

/* Replace the policy, or attach the programs with it. */
static void put_in_force(const struct source *src, struct cells *cells)
{
	u32 mode = is_attached() ? get_config().mode : PA_ENFORCE;
	struct pa_origin *origin = &cells->cells[1].origin;
	const struct portacl_parser *p = &src->parser;
	struct cells old = { };

	if (is_attached())
		read_policy(&old, true);
	if (p->has_generation &&
	    p->generation != (old.nr ? old.cells[1].origin.generation : 0))
		errx(EXIT_STALE,
		     "the policy was changed by somebody else meanwhile");
	origin->generation = old.nr ? old.cells[1].origin.generation + 1 : 1;
	origin->loaded = time(NULL);
	origin->uid = getuid();
	origin->pid = getpid();
	learn_ports(cells, mode == PA_LEARN);
	begin(old.nr ? CHANGE : FIRST, reserving(&old, mode));
	if (!old.nr)
		attach(cells);
	if (src->policy->has_addrs)
		attach_v6only();
	reserve_ports(open_pin("added"), reserving(cells, mode));
	if (old.nr)
		replace_policy(cells);
	else
		commit_policy(cells);
	progress = DONE;
	release_ports(open_pin("added"), reserving(cells, mode));
	keep_error(&(struct portacl_error) { });
	progress = IDLE;
	cells_free(&old);
}

static int cmd_check(char **args)
{
	(void)args;
	check_kernel();
	try_programs();
	printf("this kernel can run the programs\n");
	return 0;
}

/* The programs that are left do not enforce a policy. */
static void check_attached(void)
{
	const char *detached;

	if (!is_attached())
		return;
	if (has_pin("policy"))
		check_version();
	detached = detached_program();
	if (detached)
		die("the program %s was detached: unload the policy and load it again",
		    detached);
	if (!has_pin("policy"))
		die("the file " PIN_DIR "/policy is missing: unload the policy and load it again");
}

static int cmd_load(char **args)
{
	char *text = read_file(*args ? *args : "-");
	struct cells cells = { };
	struct source src = { };
	int error;

	check_kernel();
	take_lock();
	check_attached();
	if (is_attached() && is_pending())
		take_away();
	use_secret();
	error = source_read(&src, text, true);
	if (!error)
		error = cells_build(&cells, &src);
	if (error)
		die_source(&src, error);
	close_picker(&cells);
	put_in_force(&src, &cells);
	cells_free(&cells);
	source_free(&src);
	free(text);
	return 0;
}

static int cmd_show(char **args)
{
	struct cells cells = { };

	(void)args;
	read_policy(&cells, false);
	printf("%s", cells.text);
	cells_free(&cells);
	return 0;
}

static int cmd_status(char **args)
{
	struct cells cells = { };
	const struct pa_origin *origin;
	struct pa_config config;
	char when[32], *digest;
	const char *detached;
	time_t loaded;

	(void)args;
	read_policy(&cells, false);
	config = get_config();
	origin = &cells.cells[1].origin;
	loaded = origin->loaded;
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&loaded));
	digest = SHA256Data((const u8 *)cells.text, cells.text_len, NULL);
	printf("abi %u\nmode %s\ngeneration %llu\nrules %u\n", PORTACL_ABI,
	       modes[config.mode], origin->generation, origin->nr_rules);
	printf("default %s\nlocked 0\ndigest %s\n",
	       portacl_actions[cells.cells[0].head.fallback], digest);
	if (config.line)
		printf("error line %u, column %u: %s\n", config.line,
		       config.column, config.reason);
	else
		printf("error none\n");
	printf("loaded uid=%u pid=%u time=%s\nbytes %zu\n", origin->uid,
	       origin->pid, when, cells.nr * sizeof(struct pa_cell));
	printf("backend bpf\nweaker " WEAKER "\n");
	printf("reader %s\n", records_have_reader() ? "running" : "none");
	detached = detached_program();
	printf("detached %s\n", detached ? detached : "none");
	free(digest);
	cells_free(&cells);
	return 0;
}

static void set_mode(u32 mode)
{
	struct pa_config config;
	struct cells cells = { };

	check_caller();
	take_lock();
	config = get_config();
	read_policy(&cells, true);
	begin(CHANGE, reserving(&cells, config.mode));
	reserve_ports(open_pin("added"), reserving(&cells, mode));
	learn_ports(&cells, mode == PA_LEARN);
	/* No bind is noted in another mode, even if this process is killed. */
	if (mode != PA_LEARN)
		store_ports(&cells);
	config.mode = mode;
	set_config(&config);
	if (mode == PA_LEARN)
		store_ports(&cells);
	progress = DONE;
	release_ports(open_pin("added"), reserving(&cells, mode));
	progress = IDLE;
	cells_free(&cells);
}

static int cmd_mode(char **args)
{
	struct pa_config config = get_config();
	int mode;

	if (!*args) {
		if (is_pending())
			die("no policy is loaded");
		printf("%s\n", modes[config.mode]);
		return 0;
	}
	mode = match_string(modes, ARRAY_SIZE(modes), *args);
	if (mode < 0)
		die("%s: a mode is enforce, permissive or learn", *args);
	set_mode(mode);
	return 0;
}

static int cmd_query(char **args)
{
	static struct portacl_query query;
	char text[PORTACL_MAX_QUERY] = "", answer[4096], path[PATH_MAX];
	struct portacl_error error = { };
	struct cells cells = { };
	struct source src = { };
	struct seq_buf s;

	for (; *args; args++) {
		if (strlen(text) + strlen(*args) + 2 > sizeof(text))
			die("the request is longer than %zu bytes",
			    sizeof(text) - 2);
		strcat(strcat(text, *args), " ");
	}
	read_policy(&cells, false);
	use_secret();
	if (source_read(&src, cells.text, false))
		die("the policy in force is not understood");
	if (portacl_parse_query(&query, &bpf_ops, text, &error))
		die("column %u: %s", error.column, error.reason);
	/* Rules are compared with the resolved path, as at exec. */
	if (query.exe && realpath(query.exe, path))
		query.request.exe = bpf_ops.hash(path, strlen(path));
	seq_buf_init(&s, answer, sizeof(answer));
	portacl_print_answer(&s, src.policy, &query.request, query.exe);
	printf("%.*s\n", (int)min(s.len, s.size), answer);
	source_free(&src);
	cells_free(&cells);
	return 0;
}

static u64 now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int cmd_stats(char **args)
{
	u64 boot = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);
	struct totals totals = read_totals();
	const struct pa_counter *c;
	struct cells cells = { };
	u32 i;

	(void)args;
	read_policy(&cells, false);
	for (i = 1; i <= cells.cells[1].origin.nr_rules; i++) {
		c = &cells.cells[cells.cells[0].head.counters + i].counter;
		printf("rule=%u grants=%llu denies=%llu last=%llu\n", i,
		       c->grants, c->denies,
		       c->last ? (boot + c->last) / 1000000000 : 0);
	}
	printf("total grants=%llu denies=%llu\n", totals.grants, totals.denies);
	printf("kernel denies=%llu\n", totals.kernel_denies);
	cells_free(&cells);
	return 0;
}

static int cmd_observed(char **args)
{
	if (!*args)
		print_observed();
	else if (!strcmp(*args, "clear"))
		clear_observed();
	else
		die("%s: 'clear' expected", *args);
	return 0;
}

static int cmd_log(char **args)
{
	bool to_kernel = *args && !strcmp(*args, "--kernel");

	if (*args && !to_kernel)
		die("%s: unknown option", *args);
	print_records(to_kernel);
	return 0;
}

static int cmd_unload(char **args)
{
	(void)args;
	check_caller();
	take_lock();
	if (is_attached())
		take_away();
	else if (!remove_remains())
		die("no policy is loaded");
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char **args);
	int max;
	const char *usage;
} commands[] = {
	{ "check", cmd_check, 0, "           say whether this kernel can run the programs" },
	{ "load", cmd_load, 1, "[FILE]      put a policy in force; `-' is standard input" },
	{ "show", cmd_show, 0, "            print the policy in force" },
	{ "status", cmd_status, 0, "          print mode, generation, digest and what is weaker" },
	{ "mode", cmd_mode, 1, "[enforce|permissive|learn]" },
	{ "query", cmd_query, 64, "PROTO PORT [exe=PATH] uid=N [KEY=VALUE...]" },
	{ "stats", cmd_stats, 0, "           print what each rule granted and denied" },
	{ "observed", cmd_observed, 1, "[clear]   print what mode learn observed, or forget it" },
	{ "log", cmd_log, 1, "[--kernel]   print records, or write them to the kernel log" },
	{ "unload", cmd_unload, 0, "          take the programs away" },
};

static void print_usage(FILE *to)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "%s portacl-bpf %s %s\n",
			i ? "      " : "usage:", commands[i].name,
			commands[i].usage);
}

/* A disk that is full, for example. */
static int flush(int status)
{
	if (fflush(stdout) || ferror(stdout))
		die_errno("standard output");
	return status;
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		print_usage(stdout);
		return 0;
	}
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name) &&
		    argc - 2 <= commands[i].max)
			return flush(commands[i].run(argv + 2));
	print_usage(stderr);
	return EXIT_ERROR;
}
