// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>

#include "lex.h"
#include "lib/cleanup.h"
#include "parse.h"
#include "policy/address.h"
#include "print.h"

/* Read ADDRESS or ADDRESS/LENGTH as the policy language does. */
bool cidr_read(struct portacl_cidr *cidr, const char *text)
{
	autofree char *copy = xstrdup(text);
	const char *why;

	return !portacl_parse_cidr(copy, cidr, &why);
}

/* As addr= takes it; for free(). */
char *cidr_text(const struct portacl_cidr *cidr)
{
	char text[INET6_ADDRSTRLEN + sizeof("/128")];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	portacl_print_cidr(&s, cidr);
	return xstrndup(text, s.len);
}

/* Is it IPv4, or the same as an IPv4-mapped prefix? */
bool cidr_is_v4(const struct portacl_cidr *cidr)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return cidr->len >= 96 && !memcmp(cidr->addr, mapped, sizeof(mapped));
}

/* Is it the wildcard address of IPv4 or IPv6 itself, not a prefix? */
bool cidr_is_wildcard(const struct portacl_cidr *cidr)
{
	static const u8 zero[16];

	return cidr->len == 128 &&
	       !memcmp(cidr->addr + (cidr_is_v4(cidr) ? 12 : 0), zero,
		       cidr_is_v4(cidr) ? 4 : 16);
}

/* Read PORT, ADDR:PORT or [ADDR]:PORT; @addr is what stands before the port. */
bool listen_read(char *text, char **addr, u32 *port)
{
	char *colon = strrchr(text, ':');

	*addr = NULL;
	if (colon) {
		*colon = '\0';
		*addr = text;
	}
	if (colon > text && *text == '[' && colon[-1] == ']') {
		++*addr;
		colon[-1] = '\0';
	}
	return parse_number(colon ? colon + 1 : text, 65535, port) && *port;
}

/* Does the one prefix hold all of the other? */
bool cidr_covers(const struct portacl_cidr *outer,
		 const struct portacl_cidr *inner)
{
	u32 bytes = outer->len / 8, bits = outer->len % 8;
	u8 mask = bits ? 0xff << (8 - bits) : 0;

	return inner->len >= outer->len &&
	       !memcmp(outer->addr, inner->addr, bytes) &&
	       (!bits || !((outer->addr[bytes] ^ inner->addr[bytes]) & mask));
}
