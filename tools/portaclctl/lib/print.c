// SPDX-License-Identifier: GPL-2.0-only
#define PRINT_IMPLEMENTATION
#include "lib/memory.h"
#include "lib/print.h"

/**
 * utf8_len - measure the UTF-8 character at the start of a text
 * @text: the text
 * @len: its length, at least 1
 * @point: where the code point is stored
 *
 * Return: the length of the character, 0 if it is not valid.
 */
size_t utf8_len(const char *text, size_t len, u32 *point)
{
	static const u32 lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	u8 lead = *text;
	size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	size_t i;

	*point = size == 1 ? lead : lead & (0xff >> (size + 1));
	if (size == 1)
		return 1;
	if (lead < 0xc0 || lead > 0xf4 || size > len)
		return 0;
	for (i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (text[i] & 0x3f);
	}
	return *point < lowest[size] || *point > 0x10ffff ||
	       (*point >= 0xd800 && *point < 0xe000) ? 0 : size;
}

/* C0, DEL and C1, and what changes the direction or the line of a text. */
static bool is_control(u32 point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
	       (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

/* Add foreign text; bytes that a terminal may obey become \ooo. */
static void add_clean(struct buf *buf, const char *text, size_t len,
		      const char *keep)
{
	size_t size, i;
	u32 point;

	for (; len; text += size, len -= size) {
		size = utf8_len(text, len, &point);
		if (size && (!is_control(point) ||
			     (*text && strchr(keep, *text)))) {
			buf_add(buf, text, size);
			continue;
		}
		size = max(size, (size_t)1);
		for (i = 0; i < size; i++)
			buf_printf(buf, "\\%03o", (u8)text[i]);
	}
}

static void add_string(struct buf *buf, const char *spec, va_list *args)
{
	bool left = spec[1] == '-';
	const char *at = spec + 1 + left, *dot = strchr(spec, '.'), *text;
	int width = *at == '*' ? va_arg(*args, int) : atoi(at), precision = -1;
	struct buf clean = { 0 };

	if (dot)
		precision = dot[1] == '*' ? va_arg(*args, int) : atoi(dot + 1);
	text = va_arg(*args, const char *);
	if (!text)
		text = "(none)";
	buf_puts(&clean, "");
	add_clean(&clean, text,
		  precision < 0 ? strlen(text) : strnlen(text, precision), "");
	buf_printf(buf, "%*s", left ? -width : width, clean.text);
	free(clean.text);
}

static void add_number(struct buf *buf, const char *spec, va_list *args)
{
	if (strstr(spec, "ll"))
		buf_printf(buf, spec, va_arg(*args, long long));
	else if (strpbrk(spec, "lz"))
		buf_printf(buf, spec, va_arg(*args, long));
	else
		buf_printf(buf, spec, va_arg(*args, int));
}

static void add_directive(struct buf *buf, const char *spec, va_list *args)
{
	char conversion = spec[strlen(spec) - 1], c;

	switch (conversion) {
	case 's':
		add_string(buf, spec, args);
		break;
	case 'c':
		c = va_arg(*args, int);
		add_clean(buf, &c, 1, "");
		break;
	case '%':
		buf_puts(buf, "%");
		break;
	default:
		assert(strchr("diuxo", conversion));
		add_number(buf, spec, args);
	}
}

/**
 * buf_vprint - add a formatted text whose arguments are foreign
 * @buf: where it is added
 * @fmt: the format, of which every byte is taken as it is
 * @list: strings and numbers; control characters in them become \ooo
 */
void buf_vprint(struct buf *buf, const char *fmt, va_list list)
{
	va_list args;

	va_copy(args, list);
	while (*fmt) {
		size_t len = strcspn(fmt, "%");
		char *spec;

		buf_add(buf, fmt, len);
		fmt += len;
		if (!*fmt)
			break;
		len = 1 + strspn(fmt + 1, "-.*0123456789lz") + 1;
		spec = xstrndup(fmt, len);
		add_directive(buf, spec, &args);
		free(spec);
		fmt += len;
	}
	va_end(args);
}

void buf_print(struct buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vprint(buf, fmt, args);
	va_end(args);
}

void print(const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list args;

	buf_puts(&text, "");
	va_start(args, fmt);
	buf_vprint(&text, fmt, args);
	va_end(args);
	fwrite(text.text, 1, text.len, stdout);
	free(text.text);
}

/* Where messages are kept for JSON; NULL: they go to standard error. */
static struct list *collected;

/* Print what was kept, and keep no more: an error ends the command without JSON. */
void print_collected(void)
{
	struct list *list = collected;
	size_t i;

	collected = NULL;
	for (i = 0; list && i < list->len; i++)
		print_err("%s\n", list->items[i]);
}

/*
 * From here on keep warnings and notes, also those of errors in files; NULL: print
 * them again.
 */
void collect_messages(struct list *list)
{
	static bool registered;

	collected = list;
	registered = registered || !atexit(print_collected);
}

/* Keep a message if messages are kept; return whether it was. */
bool collect_message(const char *text)
{
	if (collected)
		list_add(collected, xstrndup(text, strcspn(text, "\n")));
	return collected;
}

void print_err(const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list args;

	fflush(stdout);
	va_start(args, fmt);
	buf_vprint(&text, fmt, args);
	va_end(args);
	if (!collect_message(text.text))
		fwrite(text.text, 1, text.len, stderr);
	free(text.text);
}

static void write_lines(FILE *out, const char *text, size_t len)
{
	struct buf clean = { 0 };

	add_clean(&clean, text, len, "\n\t");
	if (clean.len)
		fwrite(clean.text, 1, clean.len, out);
	free(clean.text);
}

/* Text of several lines, of which line feeds and tabs are kept. */
void print_lines(const char *text, size_t len)
{
	write_lines(stdout, text, len);
}

void print_lines_err(const char *text)
{
	fflush(stdout);
	write_lines(stderr, text, strlen(text));
}

/* Show a part of a long line, and a caret below @column, counted from 0. */
void print_source(const char *line, u32 column)
{
	u32 width = 100, from;
	struct buf text = { 0 };
	size_t i, caret;

	column = min((size_t)column, strlen(line));
	from = column > width ? column - width / 2 : 0;
	buf_puts(&text, "    ");
	add_clean(&text, line + from, column - from, "\t");
	caret = text.len;
	add_clean(&text, line + column,
		  strnlen(line + column, from + width + 50 - column), "\t");
	buf_puts(&text, "\n");
	for (i = 0; i < caret; i++)
		if (text.text[i] == '\t' || (text.text[i] & 0xc0) != 0x80)
			buf_add(&text, text.text[i] == '\t' ? "\t" : " ", 1);
	buf_puts(&text, "^\n");
	print_lines_err(text.text);
	free(text.text);
}
