/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: errors, files, numbers.
 */
#ifndef _PORTACLCTL_LIB_UTIL_H
#define _PORTACLCTL_LIB_UTIL_H

#include <linux/kernel.h>

#include "lib/memory.h"
#include "lib/print.h"
#include "lib/status.h"

/* Where the files of the system are looked for: "", or what tests say. */
extern const char *root_dir;

void warn(const char *fmt, ...) __printf(1, 2);
void NORETURN die(const char *fmt, ...) __printf(1, 2);
/* An error in the arguments. */
#define die_usage(...) die(__VA_ARGS__)
void NORETURN die_errno(const char *fmt, ...) __printf(1, 2);
void NORETURN finish(int status);

char *in_root(const char *path);
char *read_fd(int fd, size_t *len);
char *read_file(const char *path, size_t *len);
char *read_line_file(const char *path);
bool write_all(int fd, const char *text, size_t len);
int compare_u32(const void *a, const void *b);
void add_range(struct buf *list, u32 min, u32 max);
u32 find_first(const void *key, const void *items, u32 nr, size_t size,
	       int (*compare)(const void *a, const void *b));
pid_t fork_piped(int fds[2]);
bool parse_number(const char *text, u32 max, u32 *value);
char *get_field(const char *text, const char *key);
u64 get_number(const char *text, const char *key, u64 otherwise);
char *get_name(const char *text, const char *key);
char *path_unescape(const char *text, size_t len);

#endif /* _PORTACLCTL_LIB_UTIL_H */
