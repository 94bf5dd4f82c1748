/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: output.  Names of processes, files, units and cgroups are chosen
 * by others; none of their bytes reaches a terminal as a control character.
 */
#ifndef _PORTACLCTL_LIB_PRINT_H
#define _PORTACLCTL_LIB_PRINT_H

#include <linux/kernel.h>
#include <stdarg.h>

struct buf;
struct list;

void print(const char *fmt, ...) __printf(1, 2);
void print_err(const char *fmt, ...) __printf(1, 2);
void print_lines(const char *text, size_t len);
void print_lines_err(const char *text);
void collect_messages(struct list *list);
void print_collected(void);
bool collect_message(const char *text);
void print_source(const char *line, u32 column);

void buf_print(struct buf *buf, const char *fmt, ...) __printf(2, 3);
void buf_vprint(struct buf *buf, const char *fmt, va_list args)
	__printf(2, 0);
size_t utf8_len(const char *text, size_t len, u32 *point);

/* Everything goes through the functions above. */
#ifndef PRINT_IMPLEMENTATION
#define printf(...) use_print_instead()
#define vprintf(...) use_print_instead()
#define puts(...) use_print_instead()
#define putchar(...) use_print_instead()
#define fprintf(...) use_print_err_instead()
#define vfprintf(...) use_print_err_instead()
#define fputs(...) use_print_lines_instead()
#define fputc(...) use_print_lines_instead()
#define fwrite(...) use_print_lines_instead()
#endif

#endif /* _PORTACLCTL_LIB_PRINT_H */
