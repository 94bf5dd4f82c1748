/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: memory, texts and lists that grow.
 */
#ifndef _PORTACLCTL_LIB_MEMORY_H
#define _PORTACLCTL_LIB_MEMORY_H

#include <linux/kernel.h>
#include <stdarg.h>

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

#endif /* _PORTACLCTL_LIB_MEMORY_H */
