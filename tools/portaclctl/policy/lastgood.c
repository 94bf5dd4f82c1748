// SPDX-License-Identifier: GPL-2.0-only
/*
 * A name that no longer resolves must not leave a machine without a policy: the
 * last one is kept as the kernel got it, and which names its programs had.
 */
#include <fcntl.h>
#include <libgen.h>
#include <sha2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "policy/exe.h"
#include "policy/lastgood.h"
#include "policy/links.h"

#define HEAD "# portaclctl: the last policy that was loaded, in numbers\n"
#define DIGEST "# digest "
#define USUAL "# files usual\n"
#define BPF "# backend bpf\n"
#define EXE "# exe "

/* The PATH of a program that did not exist. */
#define NO_PATH "-"

/* `# exe LINE PATH-AS-WRITTEN PATH FILE` */
static void add_exe(const struct config *cfg, u32 index, struct buf *text)
{
	const struct portacl_policy *policy = cfg->policy;
	const struct origin *origin = &cfg->origins[index];
	const char *path = policy->strings + policy->rules[index].exe_text;
	const char *from = cfg->written[index] ? cfg->written[index] : path;
	struct program program;
	autofree char *written = NULL, *target = NULL;

	program_look(&program, path, false);
	if (program.faults & BIT(PROGRAM_NOT_CANONICAL))
		return;
	written = path_escape(from);
	target = program.faults & BIT(PROGRAM_MISSING) ? xstrdup(NO_PATH) :
							 path_escape(path);
	buf_print(text, EXE "%u %s %s %s\n", origin->line, written, target,
		   cfg->files.items[origin->file]);
}

/* Whole or not at all, also if the power fails. */
static bool write_file(const char *path, const struct buf *text)
{
	autofree char *new = xasprintf("%s.XXXXXX", path), *dir = xstrdup(path);
	int fd, error;
	bool good;

	mkdir(dirname(dir), 0755);
	fd = mkostemp(new, O_CLOEXEC);
	good = fd >= 0 && write_all(fd, text->text, text->len) && !fsync(fd) &&
	       !rename(new, path);
	error = errno;
	if (!good && fd >= 0)
		unlink(new);
	if (fd >= 0)
		close(fd);
	errno = error;
	return good;
}

static char *digest_of(const char *text, size_t len)
{
	return SHA256Data((const u8 *)text, len, NULL);
}

/**
 * last_good_store - keep a policy that was loaded
 * @cfg: the policy
 * @usual: it was made of the usual files
 */
void last_good_store(const struct config *cfg, bool usual)
{
	autofree char *path = in_root(LAST_GOOD), *digest = NULL;
	struct buf text = { 0 }, all = { 0 };
	u32 i;

	policy_text(&text, cfg->policy, "commit");
	digest = digest_of(text.text, text.len);
	buf_printf(&all, HEAD DIGEST "%s\n%s%s", digest, usual ? USUAL : "",
		   cfg->backend ? BPF : "");
	for (i = 0; i < cfg->policy->nr_rules; i++)
		if (cfg->policy->rules[i].exe)
			add_exe(cfg, i, &all);
	buf_puts(&all, text.text);
	if (!write_file(path, &all))
		warn("warning: not kept for the next boot: %s: %s", path,
		     strerror(errno));
	free(text.text);
	free(all.text);
	if (usual)
		boot_error_store(NULL);
}

/* A file that users other than root can write is not trusted. */
static bool is_trusted(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !(st.st_mode & 022) &&
	       (!st.st_uid || st.st_uid == geteuid());
}

/* Find the parts; false if the policy is not what was stored. */
static bool split(struct last_good *last)
{
	const char *digest = strstr(last->data, "\n" DIGEST);
	autofree char *found = NULL;

	last->text = strstr(last->data, "\nversion ");
	if (!digest || !last->text)
		return false;
	digest += 1 + strlen(DIGEST);
	last->digest = xstrndup(digest, strcspn(digest, "\n"));
	last->text++;
	last->usual = strstr(last->data, "\n" USUAL);
	last->bpf = strstr(last->data, "\n" BPF);
	found = digest_of(last->text, strlen(last->text));
	return !strcmp(found, last->digest);
}

/**
 * last_good_read - read what is stored
 * @last: where it is stored, for last_good_free()
 * @why: if there is nothing good, why
 *
 * Return: whether there is.
 */
bool last_good_read(struct last_good *last, char **why)
{
	autofree char *path = in_root(LAST_GOOD);

	*last = (struct last_good) { .data = read_file(path, NULL) };
	*why = NULL;
	if (!last->data)
		*why = xasprintf("%s: %s", path, strerror(errno));
	else if (!is_trusted(path))
		*why = xasprintf("%s: users other than root can write it", path);
	else if (!split(last))
		*why = xasprintf("%s is damaged", path);
	if (*why)
		last_good_free(last);
	return !*why;
}

void last_good_free(struct last_good *last)
{
	free(last->data);
	free(last->digest);
	*last = (struct last_good) { 0 };
}

/* Say how a program has moved, or come; NULL: it has not. */
static char *look_again(const char *written, const char *target)
{
	struct program program;
	const char *now = written;
	bool was_missing = !strcmp(target, NO_PATH);

	program_look(&program, written, false);
	if (program.faults & BIT(PROGRAM_MISSING))
		return was_missing ? NULL :
			       xasprintf("exe=%s no longer exists", written);
	if (program.faults & BIT(PROGRAM_NOT_CANONICAL))
		now = program.target;
	/* The policy has the path of a missing program as it is written. */
	if (!strcmp(now, was_missing ? written : target))
		return NULL;
	if (was_missing)
		target = written;
	return xasprintf("exe=%s now resolves to %s, the policy that was loaded has %s",
			 written, now, target);
}

/* A line of those that add_exe() makes. */
static char *check_line(const char *line, u32 *number, const char **file)
{
	size_t written, target;
	autofree char *from = NULL, *to = NULL;

	*number = strtoul(line + strlen(EXE), (char **)&line, 10);
	line += strspn(line, " ");
	written = strcspn(line, " \n");
	from = path_unescape(line, written);
	line += written + strspn(line + written, " ");
	target = strcspn(line, " \n");
	to = path_unescape(line, target);
	*file = line + target + strspn(line + target, " ");
	return look_again(from, to);
}

/**
 * last_good_stale - find programs that are not any more where they were
 * @last: what is stored
 * @nr: where their number is stored
 *
 * Return: what became of them, for stale_free().
 */
struct stale *last_good_stale(const struct last_good *last, u32 *nr)
{
	const char *line = last->data, *file;
	struct stale *list = NULL;
	char *text;
	u32 number;

	*nr = 0;
	while ((line = strstr(line, "\n" EXE)) && line++ < last->text) {
		text = check_line(line, &number, &file);
		if (!text)
			continue;
		make_room(list, *nr);
		list[(*nr)++] = (struct stale) {
			.file = xstrndup(file, strcspn(file, "\n")),
			.line = number,
			.text = text,
		};
	}
	return list;
}

void stale_free(struct stale *stale, u32 nr)
{
	while (nr--) {
		free(stale[nr].file);
		free(stale[nr].text);
	}
	free(stale);
}

bool last_good_in_force(const struct last_good *last)
{
	autofree char *digest = kernel_status("digest");

	return digest && !strcmp(digest, last->digest);
}

/* Why the policy's files could not be loaded at boot; NULL: they could. */
void boot_error_store(const char *text)
{
	autofree char *path = in_root(BOOT_ERROR);
	struct buf line = { 0 };

	if (text) {
		buf_printf(&line, "%s\n", text);
		if (!write_file(path, &line))
			warn("warning: %s: %s", path, strerror(errno));
		free(line.text);
	} else if (unlink(path) && errno != ENOENT && errno != ENOTDIR) {
		warn("warning: %s: %s", path, strerror(errno));
	}
}
