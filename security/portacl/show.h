/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: what prints to a seq_buf, printed to a seq_file.
 */
#ifndef _SECURITY_PORTACL_SHOW_H
#define _SECURITY_PORTACL_SHOW_H

#include <linux/seq_buf.h>
#include <linux/seq_file.h>

/**
 * portacl_show_begin - print to what is left of a seq_file's buffer
 * @m: the file
 * @s: set up to print there
 *
 * Return: false if nothing is left; the file will ask again with more room.
 */
static inline bool portacl_show_begin(struct seq_file *m, struct seq_buf *s)
{
	char *buf;
	size_t size = seq_get_buf(m, &buf);

	if (!size) {
		seq_commit(m, -1);
		return false;
	}
	seq_buf_init(s, buf, size);
	return true;
}

static inline void portacl_show_end(struct seq_file *m, struct seq_buf *s)
{
	seq_commit(m, seq_buf_has_overflowed(s) ? -1 : (int)s->len);
}

#endif /* _SECURITY_PORTACL_SHOW_H */
