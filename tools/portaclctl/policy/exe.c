// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/root.h"
#include "policy/exe.h"

#define MAX_WARNINGS 20

static const char *const interpreters[] = {
	"R", "Rscript", "ash", "awk", "bash", "beam", "bun", "csh", "dash",
	"deno", "dotnet", "elixir", "erl", "escript", "expect", "fish", "gawk",
	"gdb", "gdbserver", "gjs", "groovy", "guile", "iex",
	"ipython", "java", "jruby", "jshell", "julia", "ksh", "lldb",
	"lua", "luajit", "mawk", "mksh", "mono", "nc", "ncat", "netcat", "node",
	"nodejs", "ocaml", "octave", "osh", "pdksh", "perl", "php", "phpdbg",
	"posh", "pwsh", "pypy", "python", "qemu", "racket", "rbash", "ruby",
	"sbcl", "scala", "sh", "socat", "strace", "tclsh", "tcsh", "wine",
	"wish", "yash", "zsh",
};

/* is_named() compares no more of slirp4netns than `slirp'. */
static const char *const namespaces[] = {
	"apptainer", "buildah", "bwrap", "conmon", "crun", "firejail",
	"flatpak", "lxc", "netavark", "nsenter", "passt", "pasta", "podman",
	"rootlesskit", "rootlessport", "runc", "singularity", "slirp",
	"unshare",
};

static const char *const multicalls[] = {
	"busybox", "coreutils", "sbase", "toybox",
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Up to its version or its kind: python3-dbg is python, php-cgi8.2 php. */
static bool is_named(const char *path, const char *const *names, u32 nr)
{
	const char *base = base_name(path);
	size_t len = strcspn(base, ".-0123456789");
	u32 i;

	for (i = 0; i < nr; i++)
		if (strlen(names[i]) == len && !strncmp(base, names[i], len))
			return true;
	return false;
}

/* As the kernel's portacl_path_taint(): not root's alone. */
static bool is_writable(const struct stat *st)
{
	return st->st_uid || (st->st_mode & 022);
}

/* The nearest directory above a path that is not root's alone. */
static bool find_writable_dir(const char *path, char *dir)
{
	struct stat st;
	char *slash;

	snprintf(dir, PATH_MAX, "%s", path);
	while ((slash = strrchr(dir, '/'))) {
		/* The slash of the root directory stays. */
		slash[slash == dir] = '\0';
		if (!stat(dir, &st) && is_writable(&st))
			return true;
		if (slash == dir)
			break;
	}
	return false;
}

static void add_fault(struct program *program, enum program_fault fault,
		      bool is)
{
	if (is)
		program->faults |= BIT(fault);
}

static void look_inside(struct program *program, const char *path)
{
	char head[sizeof(program->interpreter)] = "", *name;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, head, sizeof(head) - 1);

	if (fd >= 0)
		close(fd);
	if (len < 2 || strncmp(head, "#!", 2))
		return;
	name = head + 2 + strspn(head + 2, " \t");
	name[strcspn(name, " \t\n")] = '\0';
	snprintf(program->interpreter, sizeof(program->interpreter), "%s",
		 name);
	add_fault(program, PROGRAM_SCRIPT, true);
}

static void look_closely(struct program *program, const char *path,
			 const struct stat *st)
{
	struct statvfs fs;

	add_fault(program, PROGRAM_NOT_EXECUTABLE, !(st->st_mode & 0111));
	/* Below --root, the mounts are those of this system. */
	add_fault(program, PROGRAM_NOSUID, !root_option &&
		  !statvfs(path, &fs) && (fs.f_flag & ST_NOSUID));
	add_fault(program, PROGRAM_SETUID, st->st_mode & (S_ISUID | S_ISGID));
	add_fault(program, PROGRAM_INTERPRETER,
		  is_named(path, interpreters, ARRAY_SIZE(interpreters)));
	add_fault(program, PROGRAM_NAMESPACES,
		  is_named(path, namespaces, ARRAY_SIZE(namespaces)));
	add_fault(program, PROGRAM_MULTICALL,
		  is_named(path, multicalls, ARRAY_SIZE(multicalls)));
	add_fault(program, PROGRAM_LOADER,
		  !strncmp(base_name(path), "ld-", 3) ||
		  !strncmp(base_name(path), "ld.so", 5));
	look_inside(program, path);
}

/**
 * struct directory - the one of the last program: many stand side by side
 * @path: its path, with a slash at its end
 * @len: length of @path
 * @fd: it, or -1
 * @canonical: its path is without symbolic links
 * @looked: whether @writable is known
 * @writable: users other than root can replace what is in it
 * @where: because they can write here
 */
static struct directory {
	char path[PATH_MAX];
	size_t len;
	int fd;
	bool canonical;
	bool looked;
	bool writable;
	char where[PATH_MAX];
} last = { .fd = -1 };

static void use_directory(const char *path)
{
	size_t len = base_name(path) - path;
	char real[PATH_MAX];

	if (len == last.len && !strncmp(last.path, path, len))
		return;
	if (last.fd >= 0)
		close(last.fd);
	last.len = len;
	last.looked = false;
	snprintf(last.path, sizeof(last.path), "%.*s", (int)len, path);
	last.fd = open(last.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	last.canonical = last.fd >= 0 && realpath(last.path, real) &&
			 strlen(real) + (len > 1) == len &&
			 !strncmp(real, path, strlen(real));
}

static bool in_writable_dir(const char *path, char *where)
{
	use_directory(path);
	if (!last.looked)
		last.writable = find_writable_dir(path, last.where);
	last.looked = true;
	snprintf(where, PATH_MAX, "%s", last.where);
	return last.writable;
}

/* In the open directory; true if there is no symbolic link to follow. */
static bool look_beside(struct program *program, const char *path,
			struct stat *st)
{
	use_directory(path);
	if (last.fd >= 0 && (!last.canonical || !*base_name(path)))
		return false;
	if (last.fd < 0 || fstatat(last.fd, base_name(path), st,
				   AT_SYMLINK_NOFOLLOW))
		program->faults = BIT(PROGRAM_MISSING);
	return (program->faults & BIT(PROGRAM_MISSING)) ||
	       !S_ISLNK(st->st_mode);
}

/* The long way: where does the path lead? */
static void follow(struct program *program, const char *path, struct stat *st)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st))
		program->faults = BIT(PROGRAM_MISSING);
	else
		add_fault(program, PROGRAM_NOT_CANONICAL,
			  realpath(path, program->target) &&
			  strcmp(program->target, path));
	if (fd >= 0)
		close(fd);
}

/**
 * program_look - look at a program
 * @program: where the findings are stored
 * @path: its path
 * @thorough: look also for what makes it a bad choice
 */
void program_look(struct program *program, const char *path, bool thorough)
{
	struct stat st;

	program->faults = 0;
	if (!look_beside(program, path, &st))
		follow(program, path, &st);
	if (program->faults & BIT(PROGRAM_MISSING))
		return;
	if (program->faults)
		path = program->target;
	if (!S_ISREG(st.st_mode)) {
		add_fault(program, PROGRAM_NOT_FILE, true);
		return;
	}
	if (is_writable(&st)) {
		add_fault(program, PROGRAM_WRITABLE, true);
		snprintf(program->where, sizeof(program->where), "%s", path);
	} else {
		add_fault(program, PROGRAM_WRITABLE,
			  in_writable_dir(path, program->where));
	}
	if (thorough)
		look_closely(program, path, &st);
}

static const struct {
	const char *id;
	const char *text;
} fault_texts[] = {
	[PROGRAM_MISSING] = { "exe-missing", "does not exist" },
	[PROGRAM_NOT_CANONICAL] = { "exe-symlink",
		"is not canonical: it resolves to %s" },
	[PROGRAM_NOT_FILE] = { "exe-not-file", "is not a file" },
	[PROGRAM_NOT_EXECUTABLE] = { "exe-not-executable",
		"is not executable" },
	[PROGRAM_SCRIPT] = { "exe-script",
		"is a script: the kernel sees its interpreter %s" },
	[PROGRAM_NOSUID] = { "exe-nosuid",
		"is on a nosuid mount, where no program has an identity" },
	[PROGRAM_WRITABLE] = { "exe-writable",
		"can be replaced by users other than root: they can write %s" },
	[PROGRAM_INTERPRETER] = { "exe-interpreter",
		"runs what its arguments say: the rule is for every script of that user" },
	[PROGRAM_NAMESPACES] = { "exe-namespaces",
		"runs or serves containers and user namespaces: the rule is for all those of the user, whatever runs in them" },
	[PROGRAM_LOADER] = { "exe-loader",
		"is the program loader: the rule is for every program" },
	[PROGRAM_MULTICALL] = { "exe-multicall",
		"is many programs in one: the rule is for all of them" },
	[PROGRAM_SETUID] = { "exe-setuid",
		"is setuid or setgid: uid= and gid= compare what it changes to" },
};
static_assert(ARRAY_SIZE(fault_texts) == PROGRAM_NR_FAULTS);

const char *program_fault_id(enum program_fault fault)
{
	return fault_texts[fault].id;
}

char *program_fault_text(const struct program *program, const char *path,
			 enum program_fault fault)
{
	const char *more = fault == PROGRAM_NOT_CANONICAL ? program->target :
			   fault == PROGRAM_WRITABLE ? program->where :
			   program->interpreter;
	const char *text = fault_texts[fault].text, *mark = strstr(text, "%s");

	if (!mark)
		return xasprintf("exe=%s %s", path, text);
	return xasprintf("exe=%s %.*s%s%s", path, (int)(mark - text), text,
			 more, mark + 2);
}

/* Do these faults make a rule match nobody? */
bool program_is_dead(const struct portacl_rule *rule, u32 faults)
{
	if (faults & (BIT(PROGRAM_NOSUID) - 1))
		return true;
	/* A denial asks for the name only. */
	if (!(rule->flags & PORTACL_RULE_ALLOW))
		return false;
	return (faults & BIT(PROGRAM_NOSUID)) ||
	       ((faults & BIT(PROGRAM_WRITABLE)) &&
		!(rule->accept & BIT(PORTACL_TAINT_WRITABLE)));
}

static int compare_exes(const void *a, const void *b, void *priv)
{
	const struct portacl_policy *policy = priv;
	u32 x = *(const u32 *)a, y = *(const u32 *)b;
	u64 ex = policy->rules[x].exe, ey = policy->rules[y].exe;

	if (ex != ey)
		return ex < ey ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Rules that name a program, those of one program together, in file order. */
static u32 *program_rules(const struct portacl_policy *policy, u32 *nr)
{
	u32 *list = xrealloc(NULL, policy->nr_rules + 1, sizeof(*list));
	u32 i;

	for (i = *nr = 0; i < policy->nr_rules; i++)
		if (policy->rules[i].exe)
			list[(*nr)++] = i;
	qsort_r(list, *nr, sizeof(*list), compare_exes, (void *)policy);
	return list;
}

/**
 * programs_look - look at the programs of all rules
 * @policy: the policy
 * @thorough: look also for what makes them a bad choice
 *
 * Return: per rule the faults of its program, for free(); PROGRAM_FIRST marks
 * the first rule of a program.
 */
u32 *programs_look(const struct portacl_policy *policy, bool thorough)
{
	const struct portacl_rule *rules = policy->rules;
	u32 *faults = xrealloc(NULL, policy->nr_rules + 1, sizeof(*faults));
	u32 i, nr;
	autofree u32 *list = program_rules(policy, &nr);
	struct program program;

	memset(faults, 0, policy->nr_rules * sizeof(*faults));
	for (i = 0; i < nr; i++) {
		bool first = !i || rules[list[i]].exe != rules[list[i - 1]].exe;

		if (first)
			program_look(&program, policy->strings +
				     rules[list[i]].exe_text, thorough);
		faults[list[i]] = program.faults | (first ? PROGRAM_FIRST : 0);
	}
	return faults;
}

/* Let the verdict say which rules name a program by another of its names. */
void program_aliases(struct portacl_policy *policy)
{
	autofree u32 *faults = programs_look(policy, false);
	struct program program;
	u32 i;

	for (i = 0; i < policy->nr_rules &&
	     policy->nr_aliases < PORTACL_MAX_ALIASES; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if (!(faults[i] & PROGRAM_FIRST) ||
		    !(faults[i] & BIT(PROGRAM_NOT_CANONICAL)))
			continue;
		program_look(&program, policy->strings + rule->exe_text, false);
		policy->aliases[policy->nr_aliases++] = (struct portacl_alias) {
			.exe = rule->exe,
			.target = portacl_hash_path(program.target,
						    strlen(program.target)),
		};
	}
}

static void warn_program(const struct config *cfg, u32 index)
{
	const struct portacl_policy *policy = cfg->policy;
	const char *path = policy->strings + policy->rules[index].exe_text;
	autofree char *where = config_where(cfg, index), *text = NULL;
	struct program program;

	program_look(&program, path, true);
	if (!program.faults)
		return;
	text = program_fault_text(&program, path,
				  __builtin_ctz(program.faults));
	print_err("%s: warning: %s: the rule matches nobody\n", where, text);
}

/* Warn about rules that match nobody because of the program they name. */
void warn_programs(const struct config *cfg)
{
	const struct portacl_policy *policy = cfg->policy;
	autofree u32 *faults = programs_look(policy, true);
	u32 i, warnings = 0;

	for (i = 0; i < policy->nr_rules; i++)
		if (program_is_dead(&policy->rules[i], faults[i]) &&
		    ++warnings <= MAX_WARNINGS)
			warn_program(cfg, i);
	if (warnings > MAX_WARNINGS)
		print_err("%u more rules match nobody, their programs are missing or not usable: portaclctl lint\n",
			warnings - MAX_WARNINGS);
}
