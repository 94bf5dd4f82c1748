// SPDX-License-Identifier: GPL-2.0-only
/*
 * Add or delete one rule.  The new text is on the disk before the policy with
 * the change is loaded; the guard of the load then renames it to the file, or
 * brings the old policy back.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <libgen.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "lib/options.h"
#include "lib/root.h"
#include "lint/linter.h"
#include "load/load.h"
#include "policy/json.h"

#define LOCAL_FILE CONFIG_DIR "/50-local.conf"

/**
 * struct edit - a change of one file
 * @name: the file, as the policy reads it
 * @path: the same without symbolic links
 * @old: its text, "" if it does not exist
 * @new: the text that it gets
 * @line: the line of the rule, counted from 1; 0: the file has no such rule
 * @usual: the file belongs to the usual policy
 * @generation: that in force before the file was read
 */
struct edit {
	char *name;
	char *path;
	char *old;
	struct buf new;
	u32 line;
	bool usual;
	char *generation;
};

/* The text that is renamed to the file, removed if that does not happen. */
static char *temporary;

static void remove_temporary(void)
{
	if (temporary)
		unlink(temporary);
}

static bool same_line(const struct config *cfg, u32 a, u32 b)
{
	return cfg->origins[a].file == cfg->origins[b].file &&
	       cfg->origins[a].line == cfg->origins[b].line;
}

/*
 * The rules that a line became, of which @first is the first.  It is one text
 * for two ways to write them: names, order, blanks do not count.
 */
static char *canonical(const struct config *cfg, u32 first)
{
	struct buf text = { 0 };
	u32 i;

	for (i = first; i < cfg->policy->nr_rules && same_line(cfg, first, i);
	     i++) {
		autofree char *rule = rule_text(cfg->policy, i);

		buf_printf(&text, "%s\n", rule);
	}
	return text.text;
}

/* The rule on the command line, one word or several. */
static char *join(char **args)
{
	struct buf text = { 0 };

	if (!*args)
		die_missing("a rule");
	for (; *args; args++)
		buf_printf(&text, "%s%s", text.len ? " " : "", *args);
	if (strchr(text.text, '\n'))
		die_usage("a rule is one line");
	if (strncmp(text.text, "allow ", 6) && strncmp(text.text, "deny ", 5))
		die_usage("%s: a rule expected; did you mean: allow PROTO PORTS exe=PATH uid=USER",
			  text.text);
	return text.text;
}

/* Return the canonical text of the rule; exit if it is not one. */
static char *read_rule(const char *text)
{
	struct config cfg = { 0 };
	char *rule;

	config_add_text(&cfg, "rule", text);
	if (cfg.errors)
		exit(EXIT_ERROR);
	config_build(&cfg);
	rule = canonical(&cfg, 0);
	config_free(&cfg);
	return rule;
}

/* Return the first line of the file that has the rule, or 0. */
static u32 find_rule(const struct config *cfg, const char *rule)
{
	u32 i;

	for (i = 0; i < cfg->policy->nr_rules; i++) {
		autofree char *text = NULL;

		/* Included files have another number. */
		if (cfg->origins[i].file || (i && same_line(cfg, i - 1, i)))
			continue;
		text = canonical(cfg, i);
		if (!strcmp(text, rule))
			return cfg->origins[i].line;
	}
	return 0;
}

/* Return whether two paths are of entries of the same directory. */
static bool are_beside(const char *a, const char *b)
{
	autofree char *copy_a = xstrdup(a), *copy_b = xstrdup(b);
	struct stat st_a, st_b;

	return !stat(dirname(copy_a), &st_a) && !stat(dirname(copy_b), &st_b) &&
	       st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;
}

/* Return the name of a file of the usual policy there, or NULL. */
static char *usual_name(const char *path)
{
	autofree char *file = in_root(CONFIG_FILE), *local = in_root(LOCAL_FILE);
	autofree char *dir = in_root(CONFIG_DIR);
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (are_beside(path, file) && !strcmp(name, strrchr(file, '/') + 1))
		return xstrdup(file);
	/* As glob(3) finds them. */
	if (are_beside(path, local) && *name != '.' &&
	    !fnmatch("*.conf", name, 0))
		return xasprintf("%s/%s", dir, name);
	return NULL;
}

/* A second add or delete waits until this one has ended. */
static void lock_directory(const struct edit *edit)
{
	autofree char *dir = edit->usual ? in_root(CONFIG_DIR) : NULL;
	autofree char *copy = xstrdup(edit->name);
	int fd;

	if (!dir)
		dir = xstrdup(dirname(copy));
	else if (mkdir(dir, 0755) && errno != EEXIST)
		die_errno("%s", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX))
		die_errno("%s", dir);
}

static void open_edit(struct edit *edit, const char *rule)
{
	const char *file = option("file");
	char *usual = file ? usual_name(file) : in_root(LOCAL_FILE);
	char *paths[] = { NULL, NULL };
	struct config cfg = { 0 };
	struct stat st;

	paths[0] = edit->name = usual ? usual : xstrdup(file);
	edit->usual = usual;
	lock_directory(edit);
	if (!root_option)
		edit->generation = load_generation();
	edit->path = realpath(edit->name, NULL);
	if (!edit->path && (errno != ENOENT || !lstat(edit->name, &st)))
		die_errno("%s", edit->name);
	if (!edit->path) {
		edit->path = xstrdup(edit->name);
		edit->old = xstrdup("");
		return;
	}
	edit->old = read_file(edit->path, NULL);
	if (!edit->old)
		die_errno("%s", edit->path);
	cfg.replaced = edit->name;
	cfg.replacement = edit->old;
	config_load(&cfg, paths);
	edit->line = find_rule(&cfg, rule);
	config_free(&cfg);
}

static void add_line(struct edit *edit, const char *text)
{
	size_t len = strlen(edit->old);
	const char *at;

	buf_add(&edit->new, edit->old, len);
	if (len && edit->old[len - 1] != '\n')
		buf_puts(&edit->new, "\n");
	buf_printf(&edit->new, "%s\n", text);
	for (at = edit->new.text; (at = strchr(at, '\n')); at++)
		edit->line++;
}

/* Comments stay, also those above the line. */
static void delete_line(struct edit *edit)
{
	const char *at = edit->old, *end;
	u32 line;

	buf_puts(&edit->new, "");
	for (line = 1; *at; line++, at = end) {
		end = strchrnul(at, '\n');
		end += *end == '\n';
		if (line != edit->line)
			buf_add(&edit->new, at, end - at);
	}
}

/* The new text beside the file, with the file's owner and mode. */
static void write_temporary(const struct edit *edit)
{
	char *path = xasprintf("%s.new", edit->path);
	struct stat st;
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0)
		die_errno("%s", path);
	temporary = path;
	atexit(remove_temporary);
	if ((!stat(edit->path, &st) && (fchown(fd, st.st_uid, st.st_gid) ||
					fchmod(fd, st.st_mode & 0777))) ||
	    !write_all(fd, edit->new.text, edit->new.len) || fsync(fd) ||
	    close(fd))
		die_errno("%s", path);
}

/* The last rule that the line became, counted from 1. */
static u32 own_rule(const struct config *cfg, const struct edit *edit)
{
	u32 i;

	for (i = cfg->policy->nr_rules; i; i--) {
		const struct origin *origin = &cfg->origins[i - 1];

		if (origin->line == edit->line &&
		    !strcmp(cfg->files.items[origin->file], edit->name))
			break;
	}
	return i;
}

/* A rule behind one that covers its first port does nothing there. */
static void warn_shadowed(const struct config *cfg, const struct edit *edit)
{
	const struct portacl_policy *policy = cfg->policy;
	u32 own = own_rule(cfg, edit), nr = 0, i;
	const struct portacl_rule *rule = &policy->rules[own - 1];
	u8 proto = own ? __ffs(rule->protos) : 0;
	u16 port = own ? portacl_rule_ports(policy, rule)->min : 0;
	autofree u32 *rules = xzalloc((own + 1) * sizeof(*rules));
	autofree u32 *shadows = xzalloc((own + 1) * sizeof(*shadows));

	for (i = 0; i < own; i++)
		if (rule_has_port(policy, &policy->rules[i], proto, port))
			rules[nr++] = i;
	if (nr && find_shadows(policy, rules, nr, shadows) == nr &&
	    shadows[nr - 1]) {
		autofree char *where = config_where(cfg, shadows[nr - 1] - 1);

		warn("warning: the rule is never reached for %s/%u: %s comes first",
		     portacl_protos[proto], port, where);
	}
}

static void check_loads(const struct edit *edit)
{
	if (!edit->usual)
		die_usage("%s is not part of the usual policy: --no-load changes the file alone",
			  edit->path);
	if (!kernel_present())
		die("this kernel runs without portacl: --no-load changes the file alone");
}

/* Check all files with the change, load them, change the file. */
static int apply(struct edit *edit, bool adds, struct load_options *options,
		 json_t **json)
{
	struct config cfg = {
		.replaced = edit->name, .replacement = edit->new.text,
	};
	bool loads = !option("no-load") && !root_option;
	char *paths[] = { edit->usual ? NULL : edit->name, NULL };
	int ret = EXIT_OK;

	if (loads)
		check_loads(edit);
	write_temporary(edit);
	options->from = temporary;
	options->to = edit->path;
	options->old = edit->old;
	options->seen = edit->generation;
	config_load(&cfg, paths);
	if (adds) {
		u32 own = own_rule(&cfg, edit);

		options->exe = own ? cfg.policy->rules[own - 1].exe : 0;
		warn_shadowed(&cfg, edit);
	}
	if (loads)
		ret = load_config(&cfg, options, paths, json);
	else if (rename(temporary, edit->path))
		die_errno("%s", edit->path);
	config_free(&cfg);
	return ret;
}

static void print_change(const struct edit *edit, bool changed, bool adds,
			 json_t *loaded, const struct list *warnings)
{
	json_t *json;

	if (!option("json")) {
		if (changed)
			print("%s:%u: %s\n", edit->path, edit->line,
			      adds ? "added" : "deleted");
		return;
	}
	json = json_pack("{sb sb so so}", "changed", changed, "loaded", false,
			 "file", json_text(edit->path),
			 "line", edit->line ? json_integer(edit->line) :
					      json_null());
	json_object_update(json, loaded);
	json_object_set_new(json, "warnings", json_texts(warnings));
	print_json(json);
}

static int change(char **args, bool adds)
{
	struct load_options options = {
		.seconds = option("confirm"), .force = option("force"),
		.json = option("json"),
	};
	autofree char *text = join(args), *rule = read_rule(text);
	struct list warnings = { 0 };
	struct edit edit = { 0 };
	json_t *loaded = NULL;
	bool changed = false;
	int ret = EXIT_OK;

	load_options_check(&options);
	if (options.seconds && (option("no-load") || root_option))
		die_usage("nothing is loaded, so there is nothing to confirm");
	open_edit(&edit, rule);
	if (options.json)
		collect_messages(&warnings);
	if (adds && edit.line) {
		warn("%s:%u has the rule already", edit.path, edit.line);
	} else if (!adds && !edit.line) {
		warn("%s does not have the rule", edit.path);
		ret = EXIT_REFUSED;
	} else {
		if (adds)
			add_line(&edit, text);
		else
			delete_line(&edit);
		ret = apply(&edit, adds, &options, &loaded);
		changed = ret == EXIT_OK;
	}
	if (ret == EXIT_ERROR)
		print_collected();
	else
		print_change(&edit, changed, adds, loaded, &warnings);
	collect_messages(NULL);
	json_decref(loaded);
	list_free(&warnings);
	free(edit.name);
	free(edit.path);
	free(edit.old);
	free(edit.generation);
	free(edit.new.text);
	return ret;
}

int cmd_add(char **args)
{
	return change(args, true);
}

int cmd_delete(char **args)
{
	return change(args, false);
}
