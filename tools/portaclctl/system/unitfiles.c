// SPDX-License-Identifier: GPL-2.0-only
/*
 * systemd tells about the units of a system that runs.  Of another one it tells
 * the text of single files only: systemd-analyze cat-config leaves out the
 * drop-ins of a whole type and of a prefix, and does not say which are masked.
 * So they are found here as systemd.unit(5) says.
 */
#include <dirent.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "system/unitfiles.h"

/* The first one that has a name hides it in the others. */
static const char *const dirs[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient", "/run/systemd/generator.early",
	"/etc/systemd/system", "/etc/systemd/system.attached",
	"/run/systemd/system", "/run/systemd/system.attached",
	"/run/systemd/generator", "/usr/local/lib/systemd/system",
	"/lib/systemd/system", "/usr/lib/systemd/system",
	"/run/systemd/generator.late",
};

static struct unit_file *find_file(const struct unit_files *files,
				   const char *name)
{
	u32 i;

	for (i = 0; i < files->nr; i++)
		if (!strcmp(files->files[i].name, name))
			return &files->files[i];
	return NULL;
}

static bool has_end(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

/* A link to another name is an alias; one to /dev/null masks, as no text does. */
static void add_file(struct unit_files *files, const char *dir,
		     const char *name)
{
	autofree char *path = xasprintf("%s/%s", dir, name);
	struct unit_file file = { 0 };
	char target[PATH_MAX];
	struct stat st;
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	char *base;

	if (find_file(files, name))
		return;
	target[max(len, (ssize_t)0)] = '\0';
	base = len > 0 ? basename(target) : NULL;
	if (base && (has_end(base, ".service") || has_end(base, ".socket")) &&
	    strcmp(base, name))
		file.alias = xstrdup(base);
	else if (!stat(path, &st) && S_ISREG(st.st_mode) && st.st_size)
		file.path = xstrdup(path);
	file.name = xstrdup(name);
	make_room(files->files, files->nr);
	files->files[files->nr++] = file;
}

/* Find the services and the sockets. */
void unit_files_find(struct unit_files *files)
{
	struct dirent **names;
	u32 i;

	*files = (struct unit_files) { 0 };
	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		autofree char *dir = in_root(dirs[i]);
		int n = scandir(dir, &names, NULL, alphasort), at;

		for (at = 0; at < n; at++) {
			const char *name = names[at]->d_name;

			if (has_end(name, ".service") ||
			    has_end(name, ".socket"))
				add_file(files, dir, name);
			free(names[at]);
		}
		if (n >= 0)
			free(names);
	}
}

void unit_files_free(struct unit_files *files)
{
	while (files->nr--) {
		free(files->files[files->nr].name);
		free(files->files[files->nr].path);
		free(files->files[files->nr].alias);
	}
	free(files->files);
}

static int compare_bases(const void *a, const void *b)
{
	return strcmp(strrchr(*(char *const *)a, '/'),
		      strrchr(*(char *const *)b, '/'));
}

/* Add the drop-ins of a directory of which no earlier one has the name. */
static void add_drop_ins(struct list *paths, const char *dir, const char *name)
{
	autofree char *path = in_root(dir), *full = NULL;
	struct dirent *entry;
	size_t i;

	full = xasprintf("%s/%s.d", path, name);
	autoclosedir DIR *stream = opendir(full);

	while (stream && (entry = readdir(stream))) {
		autofree char *file = xasprintf("%s/%s", full, entry->d_name);

		if (!has_end(entry->d_name, ".conf") || *entry->d_name == '.')
			continue;
		for (i = 0; i < paths->len; i++) {
			char *item = paths->items[i];

			if (!compare_bases(&item, &file))
				break;
		}
		if (i == paths->len)
			list_add(paths, xstrdup(file));
	}
}

/* In each directory: a-b-c.service.d, then a-b-.service.d, a-.service.d. */
static void add_named(struct list *paths, const char *name)
{
	size_t prefix = strcspn(name, "@."), len;
	const char *suffix = strrchr(name, '.');
	bool template = name[prefix] == '@';
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		add_drop_ins(paths, dirs[i], name);
		for (len = prefix; len; len--) {
			autofree char *start = xstrndup(name, len);
			autofree char *plain = xasprintf("%s%s", start, suffix);
			autofree char *at = xasprintf("%s@%s", start, suffix);

			if (start[len - 1] != '-' || len == prefix)
				continue;
			add_drop_ins(paths, dirs[i], plain);
			if (template)
				add_drop_ins(paths, dirs[i], at);
		}
	}
}

/**
 * unit_file_parts - find the files that make up a unit, in the order that counts
 * @files: all units
 * @file: the unit
 * @paths: where the paths are added
 *
 * The drop-ins are sorted by their names, whatever their directories are.
 */
void unit_file_parts(const struct unit_files *files,
		     const struct unit_file *file, struct list *paths)
{
	const char *type = strrchr(file->name, '.') + 1;
	struct list drop_ins = { 0 };
	u32 i;

	add_named(&drop_ins, file->name);
	for (i = 0; i < files->nr; i++)
		if (files->files[i].alias &&
		    !strcmp(files->files[i].alias, file->name))
			add_named(&drop_ins, files->files[i].name);
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		add_drop_ins(&drop_ins, dirs[i], type);
	if (drop_ins.len)
		qsort(drop_ins.items, drop_ins.len, sizeof(char *),
		      compare_bases);
	list_add(paths, xstrdup(file->path));
	for (i = 0; i < drop_ins.len; i++)
		list_add(paths, drop_ins.items[i]);
	free(drop_ins.items);
}
