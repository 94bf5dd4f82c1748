/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the files of systemd's units.
 */
#ifndef _PORTACLCTL_SYSTEM_UNITFILES_H
#define _PORTACLCTL_SYSTEM_UNITFILES_H

#include "lib/util.h"

/**
 * struct unit_file - a unit that a file defines
 * @name: its name
 * @path: the file, or NULL if the unit is masked or another's alias
 * @alias: the name of the unit whose alias it is, or NULL
 */
struct unit_file {
	char *name;
	char *path;
	char *alias;
};

/**
 * struct unit_files - all of them
 * @files: the units, each name once
 * @nr: number of @files
 */
struct unit_files {
	struct unit_file *files;
	u32 nr;
};

void unit_files_find(struct unit_files *files);
void unit_files_free(struct unit_files *files);
void unit_file_parts(const struct unit_files *files,
		     const struct unit_file *file, struct list *paths);

#endif /* _PORTACLCTL_SYSTEM_UNITFILES_H */
