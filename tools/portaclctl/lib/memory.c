// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/status.h"

/* A message would need memory, too. */
static void NORETURN die_memory(void)
{
	static const char text[] = "portaclctl: out of memory\n";

	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(EXIT_ERROR);
	exit(EXIT_ERROR);
}

void *xrealloc(void *data, size_t nr, size_t size)
{
	data = reallocarray(data, nr, size);
	if (!data)
		die_memory();
	return data;
}

void *xzalloc(size_t size)
{
	return memset(xrealloc(NULL, 1, size), 0, size);
}

/* At most @len bytes of @text. */
char *xstrndup(const char *text, size_t len)
{
	char *copy;

	len = strnlen(text, len);
	copy = xrealloc(NULL, len + 1, 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *text)
{
	return xstrndup(text, strlen(text));
}

char *xvasprintf(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		die_memory();
	return text;
}

char *xasprintf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	return text;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (buf->len + len >= buf->cap) {
		buf->cap = max(2 * buf->cap, buf->len + len + 1);
		buf->text = xrealloc(buf->text, buf->cap, 1);
	}
	memcpy(buf->text + buf->len, data, len);
	buf->len += len;
	buf->text[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		die_memory();
	buf_add(buf, text, len);
	free(text);
}

void list_add(struct list *list, char *item)
{
	list->items = xrealloc(list->items, list->len + 2, sizeof(item));
	list->items[list->len++] = item;
	list->items[list->len] = NULL;
}

void list_free(struct list *list)
{
	while (list->len)
		free(list->items[--list->len]);
	free(list->items);
	list->items = NULL;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void list_sort(struct list *list)
{
	if (list->len)
		qsort(list->items, list->len, sizeof(*list->items),
		      compare_texts);
}

/* Is the text in a list that is sorted? */
bool list_has(const struct list *list, const char *text)
{
	return list->len && bsearch(&text, list->items, list->len,
				    sizeof(text), compare_texts);
}
