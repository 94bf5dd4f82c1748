/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PORTACLCTL_LINUX_SEQ_BUF_H
#define _PORTACLCTL_LINUX_SEQ_BUF_H

#include <linux/kernel.h>

struct seq_buf {
	char *buffer;
	size_t size;
	size_t len;
};

static inline void seq_buf_init(struct seq_buf *s, char *buf, unsigned int size)
{
	*s = (struct seq_buf) { .buffer = buf, .size = size };
}

static inline bool seq_buf_has_overflowed(const struct seq_buf *s)
{
	return s->len > s->size;
}

int seq_buf_putmem(struct seq_buf *s, const void *mem, unsigned int len);
int seq_buf_printf(struct seq_buf *s, const char *fmt, ...) __printf(2, 3);
int seq_buf_puts(struct seq_buf *s, const char *text);
int seq_buf_putc(struct seq_buf *s, unsigned char c);

#endif /* _PORTACLCTL_LINUX_SEQ_BUF_H */
