// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a policy, line by line through the kernel's parser.
 */
#include <glob.h>
#include <libgen.h>
#include <linux/err.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "policy/enforce.h"
#include "policy/expand.h"
#include "policy/files.h"
#include "policy/limits.h"
#include "policy/names.h"
#include "policy/source.h"
#include "portacl.h"

#define MAX_DEPTH 16

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Hint at habits from elsewhere: a blank in a list or a path, other keys. */
static void hint(const struct source *src, u32 at, const char *reason)
{
	const char *text = src->text;

	if (src->cfg->problems)
		return;
	if (starts(text + at, "user="))
		print_err("    did you mean uid=?\n");
	else if (starts(text + at, "group="))
		print_err("    did you mean gid=?\n");
	else if (text[at] == ',' || (at && text[at - 1] == ','))
		print_err("    a list has no blanks: 80,443\n");
	if (!starts(reason, "unknown word"))
		return;
	while (at && text[at] != '=')
		at--;
	if (text[at] == '=' && text[at + 1] == '/')
		print_err("    in a path a blank is written \\040\n");
}

static void complain_at(struct source *src, const struct portacl_error *error)
{
	autofree char *reason = error_text(error, src->text);

	complain(src, error->column - 1, reason);
	hint(src, error->column - 1, error->reason);
}

/* Give the line to the kernel's parser. */
static void parse(struct source *src)
{
	struct portacl_parser *p = &src->cfg->parser;
	u32 rules = p->draft.rules.len;
	autofree char *line = xstrdup(src->text);
	int err = portacl_parse_line(p, line, strlen(line));

	if (err == -ENOMEM)
		die("out of memory");
	if (!err && src->cfg->backend)
		err = enforce_check(p, src->text);
	if (err) {
		complain_at(src, &p->error);
		memset(&p->error, 0, sizeof(p->error));
	}
	if (p->draft.rules.len > rules)
		source_rule_add(src);
}

static bool read_path(struct config *cfg, const char *path,
		      const struct source *parent);

static bool is_open(const struct source *src, const char *path)
{
	for (; src; src = src->parent)
		if (!strcmp(src->path, path))
			return true;
	return false;
}

static u32 depth_of(const struct source *src)
{
	return src->parent ? depth_of(src->parent) + 1 : 0;
}

/* A relative path starts at the directory of the file that includes it. */
static char *include_path(const struct source *src, const char *word,
			  size_t len)
{
	autofree char *own = xstrdup(src->path);

	if (*word == '/' || !strchr(src->path, '/'))
		return xstrndup(word, len);
	return xasprintf("%s/%.*s", dirname(own), (int)len, word);
}

/* At boot nothing writes into a pipe, so a read would not end. */
static bool is_pipe(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISFIFO(st.st_mode);
}

static void include_file(struct source *src, const char *path, u32 column)
{
	if (is_open(src, path)) {
		complain(src, column, "the file includes itself");
	} else if (is_pipe(path)) {
		complain(src, column, "the file is a pipe");
	} else if (!read_path(src->cfg, path, src)) {
		autofree char *reason = xasprintf("%s: %s", path,
						  strerror(errno));

		complain(src, column, reason);
	}
}

static void include(struct source *src, const char *verb)
{
	size_t len, rest, i;
	const char *word = next_word(verb + strlen("include"), &len);
	autofree char *path = NULL;
	glob_t found;
	int ret;

	if (!word || next_word(word + len, &rest)) {
		complain(src, verb - src->text, "include takes one path");
		return;
	}
	if (depth_of(src) >= MAX_DEPTH) {
		complain(src, verb - src->text, "too many files include each other");
		return;
	}
	path = include_path(src, word, len);
	ret = glob(path, 0, NULL, &found);
	if (ret && strcspn(path, "*?[") == strlen(path))
		complain(src, word - src->text, "no such file");
	for (i = 0; !ret && i < found.gl_pathc; i++)
		include_file(src, found.gl_pathv[i], word - src->text);
	if (!ret)
		globfree(&found);
}

static bool is_word(const char *word, size_t len, const char *name)
{
	return len == strlen(name) && !strncmp(word, name, len);
}

static void read_version(struct source *src, const char *verb)
{
	struct portacl_parser *p = &src->cfg->parser;

	if (src->statements) {
		complain(src, verb - src->text,
			 "'version' is only good as the first statement of a file");
		return;
	}
	p->has_version = false;
	parse(src);
	p->has_version = true;
}

/* The rules behind it are read for this backend. */
static void read_backend(struct source *src, const char *verb)
{
	size_t len, rest;
	const char *word = next_word(verb + strlen("backend"), &len);

	if (!word || !is_word(word, len, "bpf") || next_word(word + len, &rest))
		complain(src, verb - src->text, "'backend bpf' expected");
	else if (src->cfg->parser.draft.rules.len)
		complain(src, verb - src->text, "'backend' must stand before the rules");
	else
		src->cfg->backend = "bpf";
}

/* `version` and `commit` frame the text of one file, not of all of them. */
static void read_statement(struct source *src)
{
	size_t len;
	const char *verb = next_word(src->text, &len);

	if (!verb)
		return;
	if (!src->cfg->raw && is_word(verb, len, "include"))
		include(src, verb);
	else if (!src->cfg->raw && is_word(verb, len, "version"))
		read_version(src, verb);
	else if (!src->cfg->raw && is_word(verb, len, "backend"))
		read_backend(src, verb);
	else
		parse(src);
	src->statements++;
}

static void read_line(struct source *src, char *text, size_t len)
{
	src->line++;
	src->text = text;
	text[len] = '\0';
	if (len && text[len - 1] == '\r')
		complain(src, len - 1, "carriage return: the file has DOS line ends");
	else if (strlen(text) != len)
		complain(src, strlen(text), "NUL byte");
	else if (len >= PORTACL_MAX_LINE)
		complain(src, PORTACL_MAX_LINE - 1, "the line is too long");
	else
		read_statement(src);
}

/* The mark of UTF-8, or of UTF-16 in either byte order. */
static bool has_byte_order_mark(const char *text, size_t len)
{
	return (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) ||
	       (len >= 2 && (!memcmp(text, "\xff\xfe", 2) ||
			     !memcmp(text, "\xfe\xff", 2)));
}

/* Takes over @text. */
static void read_text(struct source *src, char *text, size_t len)
{
	struct config *cfg = src->cfg;
	char *line = text, *end = text + len;

	src->file = cfg->files.len;
	list_add(&cfg->files, xstrdup(src->path));
	cfg->parser.ops = cfg->raw ? &portacl_kernel_ops : &policy_ops;
	cfg->parser.has_version = !cfg->raw;
	if (has_byte_order_mark(text, len)) {
		src->line = 1;
		src->text = "";
		complain(src, 0, "the file starts with a byte order mark (BOM): save it as UTF-8 without one");
		line = end;
	}
	while (line < end) {
		char *stop = memchr(line, '\n', end - line);

		if (!stop)
			stop = end;
		read_line(src, line, stop - line);
		line = stop + 1;
	}
	cfg->parser.committed = false;
	free(text);
}

/* False, with errno set, if the file cannot be read. */
static bool read_path(struct config *cfg, const char *path,
		      const struct source *parent)
{
	struct source src = { .cfg = cfg, .path = path, .parent = parent };
	size_t len;
	char *text;

	if (cfg->replaced && !strcmp(path, cfg->replaced)) {
		text = xstrdup(cfg->replacement);
		len = strlen(text);
	} else if (!strcmp(path, "-")) {
		src.path = "stdin";
		text = read_fd(STDIN_FILENO, &len);
	} else {
		text = read_file(path, &len);
	}
	if (!text)
		return false;
	read_text(&src, text, len);
	return true;
}

static void read_named(struct config *cfg, const char *path)
{
	if (!read_path(cfg, path, NULL))
		die_errno("%s", path);
}

/**
 * config_add_text - read a policy from memory
 * @cfg: the policy
 * @name: what errors call the text
 * @text: the text
 */
void config_add_text(struct config *cfg, const char *name, const char *text)
{
	struct source src = { .cfg = cfg, .path = name };

	read_text(&src, xstrdup(text), strlen(text));
}

/* A link whose target is gone is there, and cannot be read. */
static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

/* The files of the directory, and one there that is about to be made. */
static void list_files(const struct config *cfg, const char *pattern,
		       struct list *paths)
{
	const char *made = cfg->replaced && !is_there(cfg->replaced) ?
			   cfg->replaced : NULL;
	glob_t found;
	size_t i;

	if (!glob(pattern, 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc; i++)
			list_add(paths, xstrdup(found.gl_pathv[i]));
		globfree(&found);
	}
	if (!made)
		return;
	list_add(paths, xstrdup(made));
	list_sort(paths);
}

static void read_usual(struct config *cfg, const char *path)
{
	if (is_pipe(path))
		die("%s: the file is a pipe", path);
	read_named(cfg, path);
}

static void read_defaults(struct config *cfg)
{
	autofree char *files = in_root(CONFIG_FILES);
	autofree char *file = in_root(CONFIG_FILE), *dir = in_root(CONFIG_DIR);
	struct list paths = { 0 };
	size_t i;

	if (is_there(dir) && access(dir, R_OK | X_OK))
		die_errno("%s", dir);
	if (is_there(file))
		read_usual(cfg, file);
	list_files(cfg, files, &paths);
	for (i = 0; i < paths.len; i++)
		read_usual(cfg, paths.items[i]);
	list_free(&paths);
	if (!cfg->files.len)
		die("no policy: there is neither %s nor %s", file, files);
}

static void check_limits(struct config *cfg)
{
	autofree char *reason = NULL;
	u32 rule;

	if (find_limit(cfg->policy, &rule, &reason)) {
		const struct origin *origin = &cfg->origins[rule];
		struct source src = {
			.cfg = cfg, .path = cfg->files.items[origin->file],
			.line = origin->line,
		};

		complain(&src, 0, reason);
	}
}

/**
 * config_load - read the files of a policy and build it; exits on an error
 * @cfg: the policy
 * @paths: the files, "-" for standard input; none: the usual ones
 *
 * Return: true; false if errors were added to @cfg->problems.
 */
bool config_load(struct config *cfg, char **paths)
{
	if (!*paths)
		read_defaults(cfg);
	for (; *paths; paths++)
		read_named(cfg, *paths);
	if (cfg->empty > MAX_WARNINGS)
		warn("warning: of %u more rules, no file matches exe=",
		     cfg->empty - MAX_WARNINGS);
	if (!cfg->errors)
		config_build(cfg);
	if (!cfg->errors && cfg->backend)
		check_limits(cfg);
	if (cfg->errors && cfg->problems)
		return false;
	if (cfg->errors) {
		warn("%u error%s", cfg->errors, cfg->errors > 1 ? "s" : "");
		exit(error_status(cfg));
	}
	return true;
}
