// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's functions that its parser, printer and matcher call.
 */
#include <arpa/inet.h>

#include <linux/kernel.h>
#include <linux/seq_buf.h>

#include "parse.h"
#include "match.h"

int match_string(const char *const *names, size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}

int kstrtoull(const char *text, unsigned int base, unsigned long long *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, base);
	if (errno)
		return -ERANGE;
	return *end ? -EINVAL : 0;
}

int kstrtouint(const char *text, unsigned int base, unsigned int *value)
{
	unsigned long long wide;
	int err = kstrtoull(text, base, &wide);

	if (!err && wide > UINT_MAX)
		err = -ERANGE;
	*value = wide;
	return err;
}

/* The callers want all of @src or nothing, so @end is not looked for. */
static int pton(int family, const char *src, u8 *dst, const char **end)
{
	*end = src + strlen(src);
	return inet_pton(family, src, dst) == 1;
}

int in4_pton(const char *src, int len, u8 *dst, int delim, const char **end)
{
	(void)len;
	(void)delim;
	return pton(AF_INET, src, dst, end);
}

int in6_pton(const char *src, int len, u8 *dst, int delim, const char **end)
{
	(void)len;
	(void)delim;
	return pton(AF_INET6, src, dst, end);
}

int seq_buf_putmem(struct seq_buf *s, const void *mem, unsigned int len)
{
	if (s->len + len > s->size) {
		s->len = s->size + 1;
		return -1;
	}
	memcpy(s->buffer + s->len, mem, len);
	s->len += len;
	return 0;
}

/* The longest run of two or more zero groups: its start, 8 if there is none. */
static unsigned int zero_run(const u8 *addr, unsigned int groups,
			     unsigned int *len)
{
	unsigned int i, run = 0, start = 8;

	*len = 1;
	for (i = 0; i < groups; i++) {
		run = addr[2 * i] || addr[2 * i + 1] ? 0 : run + 1;
		if (run > *len) {
			*len = run;
			start = i + 1 - run;
		}
	}
	return start;
}

/* As %pI6c, which writes an ISATAP address with an IPv4 tail. */
int seq_buf_puts(struct seq_buf *s, const char *text)
{
	return seq_buf_putmem(s, text, strlen(text));
}

int seq_buf_putc(struct seq_buf *s, unsigned char c)
{
	return seq_buf_putmem(s, &c, 1);
}

static void print_v6(struct seq_buf *s, const u8 *addr)
{
	bool tail = (addr[8] | 2) == 2 && !addr[9] && addr[10] == 0x5e &&
		    addr[11] == 0xfe;
	unsigned int i, len, groups = tail ? 6 : 8;
	unsigned int start = zero_run(addr, groups, &len);
	bool colon = false;

	for (i = 0; i < groups; i++) {
		if (i == start) {
			seq_buf_puts(s, "::");
			i += len - 1;
			colon = false;
			continue;
		}
		seq_buf_printf(s, "%s%x", colon ? ":" : "",
			       addr[2 * i] << 8 | addr[2 * i + 1]);
		colon = true;
	}
	if (tail)
		seq_buf_printf(s, "%s%u.%u.%u.%u", colon ? ":" : "", addr[12],
			       addr[13], addr[14], addr[15]);
}

int seq_buf_printf(struct seq_buf *s, const char *fmt, ...)
{
	bool v4 = !strcmp(fmt, "%pI4"), v6 = !strcmp(fmt, "%pI6c");
	char text[256];
	va_list args;
	const u8 *addr;
	int len;

	va_start(args, fmt);
	if (v4 || v6) {
		addr = va_arg(args, const u8 *);
		if (v4)
			seq_buf_printf(s, "%u.%u.%u.%u", addr[0], addr[1],
				       addr[2], addr[3]);
		else
			print_v6(s, addr);
	} else {
		assert(!strstr(fmt, "%pI"));
		len = vsnprintf(text, sizeof(text), fmt, args);
		assert(len < (int)sizeof(text));
		seq_buf_putmem(s, text, len);
	}
	va_end(args);
	return seq_buf_has_overflowed(s) ? -1 : 0;
}

/* The kernel's hash has a secret key; here nobody gains by a collision. */
u64 portacl_hash_path(const char *path, size_t len)
{
	u64 hash = 0xcbf29ce484222325ULL;

	while (len--)
		hash = (hash ^ (u8)*path++) * 0x100000001b3ULL;
	return hash ? hash : 1;
}

const struct portacl_parse_ops portacl_kernel_ops = {
	.hash = portacl_hash_path,
};
