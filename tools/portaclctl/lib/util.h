/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: errors, memory, files.
 */
#ifndef _PORTACLCTL_LIB_UTIL_H
#define _PORTACLCTL_LIB_UTIL_H

#include <linux/kernel.h>
#include <stdarg.h>

#include "lib/print.h"

#define NORETURN __attribute__((noreturn))

/* The exit status: 0 and 1 are answers, as those of grep(1) and diff(1). */
enum {
	EXIT_OK,
	EXIT_REFUSED,
	EXIT_ERROR,
};

/* Where the files of the system are looked for: "", or what tests say. */
extern const char *root_dir;

void warn(const char *fmt, ...) __printf(1, 2);
void NORETURN die(const char *fmt, ...) __printf(1, 2);
/* An error in the arguments. */
#define die_usage(...) die(__VA_ARGS__)
void NORETURN die_errno(const char *fmt, ...) __printf(1, 2);
void NORETURN finish(int status);

void *xrealloc(void *data, size_t nr, size_t size);
void *xzalloc(size_t size);
/* Make room for one more item in an array of @nr, which grows by doubling. */
#define make_room(items, nr) ((items) = (nr) & ((nr) + 1) ? (items) : \
	xrealloc(items, 2 * (size_t)(nr) + 1, sizeof(*(items))))
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xvasprintf(const char *fmt, va_list args) __printf(1, 0);
char *xasprintf(const char *fmt, ...) __printf(1, 2);

/**
 * struct buf - a text that grows; all zero at first
 * @text: the text, ended by a NUL; NULL if nothing was added
 * @len: its length
 * @cap: room allocated
 */
struct buf {
	char *text;
	size_t len;
	size_t cap;
};

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...) __printf(2, 3);

/**
 * struct list - an array of strings, the last one NULL; all zero at first
 * @items: the strings
 * @len: number of strings without the NULL
 */
struct list {
	char **items;
	size_t len;
};

void list_add(struct list *list, char *item);
void list_free(struct list *list);
void list_sort(struct list *list);
bool list_has(const struct list *list, const char *text);

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
