// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the words of the policy language: numbers, names, paths, addresses.
 */
#include "portacl.h"

#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "draft.h"
#include "lex.h"

const char *const portacl_protos[PORTACL_NR_PROTOS] = {
	[PORTACL_TCP] = "tcp",
	[PORTACL_UDP] = "udp",
	[PORTACL_SCTP] = "sctp",
	[PORTACL_UDPLITE] = "udplite",
	[PORTACL_DCCP] = "dccp",
};

const char *const portacl_keys[PORTACL_NR_KEYS] = {
#define PORTACL_RULE_KEY(NAME, name) \
	[PORTACL_KEY_##NAME] = #name,
#include "key_defs.h"
};

const char *const portacl_actions[PORTACL_NR_ACTIONS] = {
	[PORTACL_LEGACY] = "legacy",
	[PORTACL_ALLOW] = "allow",
	[PORTACL_DENY] = "deny",
};

const char *const portacl_outcomes[PORTACL_NR_ACTIONS] = {
	[PORTACL_LEGACY] = "legacy",
	[PORTACL_ALLOW] = "grant",
	[PORTACL_DENY] = "deny",
};

const char *const portacl_taints[PORTACL_NR_TAINTS] = {
	[PORTACL_TAINT_ENV] = "env",
	[PORTACL_TAINT_NNP] = "nnp",
	[PORTACL_TAINT_CHROOT] = "chroot",
	[PORTACL_TAINT_WRITABLE] = "writable",
	[PORTACL_TAINT_IDMAPPED] = "idmapped",
	[PORTACL_TAINT_DELETED] = "deleted",
	[PORTACL_TAINT_SHARED] = "shared",
	[PORTACL_TAINT_TRACED] = "traced",
	[PORTACL_TAINT_NAMESPACE] = "namespace",
	[PORTACL_TAINT_NOSUID] = "nosuid",
	[PORTACL_TAINT_NOPATH] = "nopath",
};

/**
 * portacl_next_word - cut the next word off a line
 * @rest: the rest of the line; starts after the word afterwards
 *
 * Return: the word, or NULL at the end of the line or at a comment.
 */
char *portacl_next_word(char **rest)
{
	char *word;

	do {
		word = strsep(rest, " \t");
	} while (word && !*word);
	if (word && *word == '#') {
		*rest = NULL;
		word = NULL;
	}
	return word;
}

/**
 * portacl_parse_u32 - read a decimal number
 * @text: digits only
 * @max: the highest value allowed
 * @value: set to the number
 *
 * Return: NULL, or the reason of an error.
 */
const char *portacl_parse_u32(const char *text, u32 max, u32 *value)
{
	if (!*text || strspn(text, "0123456789") != strlen(text) ||
	    (text[0] == '0' && text[1]))
		return "not a decimal number";
	return kstrtouint(text, 10, value) || *value > max ?
	       "number out of range" : NULL;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct portacl_range *x = a, *y = b;

	return x->min < y->min ? -1 : x->min > y->min;
}

/**
 * portacl_tidy_ranges - sort ranges, merge those that overlap or touch
 * @list: of struct portacl_range, not empty
 */
void portacl_tidy_ranges(struct portacl_vec *list)
{
	struct portacl_range *range = list->data;
	u32 i, n = 0;

	sort(range, list->len, sizeof(*range), compare_ranges, NULL);
	for (i = 1; i < list->len; i++) {
		if (range[n].max == U32_MAX || range[i].min <= range[n].max + 1)
			range[n].max = max(range[n].max, range[i].max);
		else
			range[++n] = range[i];
	}
	list->len = n + 1;
}

/**
 * portacl_parse_names - read a list of names as bits
 * @list: names separated by commas
 * @names: the known names
 * @nr: number of @names
 *
 * Return: the bits, or -1 minus the offset of an unknown or repeated name.
 */
int portacl_parse_names(char *list, const char *const *names, u32 nr)
{
	char *item, *rest = list;
	int bits = 0, bit;

	while ((item = strsep(&rest, ","))) {
		bit = match_string(names, nr, item);
		if (bit < 0 || bits & BIT(bit))
			return list - item - 1;
		bits |= BIT(bit);
	}
	return bits;
}

/* The byte written as \ooo at @text, or 0. */
static u8 read_octal(const char *text)
{
	unsigned int byte;

	if (strspn(text + 1, "01234567") < 3)
		return 0;
	byte = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
	return byte <= U8_MAX ? byte : 0;
}

/* Return true if the component is empty, "." or "..". */
static bool is_invalid_component(const char *name, const char *end)
{
	size_t len = end - name;

	return !len || (name[0] == '.' &&
			(len == 1 || (len == 2 && name[1] == '.')));
}

/**
 * portacl_parse_path - read a path in place
 * @path: absolute, without "//", "/./", "/../" or a slash at its end; any byte
 *	may be written as \ooo
 * @root: accept "/", too
 *
 * Return: 0, or -1 minus the offset of the error.
 */
int portacl_parse_path(char *path, bool root)
{
	char *from = path, *to = path, *name = path;
	int start = 0;
	u8 byte;

	do {
		int at = from - path;

		byte = *from;
		if (byte == '\\') {
			byte = read_octal(from);
			from += 3;
			if (!byte)
				return -at - 1;
		}
		if ((to == path && byte != '/') ||
		    (byte && to - path == PATH_MAX - 1))
			return -at - 1;
		if (byte == '/' || !byte) {
			if (to > path && is_invalid_component(name, to) &&
			    !(root && !byte && to == path + 1))
				return -start - 1;
			name = to + 1;
			start = at + 1;
		}
		*to++ = byte;
		from++;
	} while (byte);
	return 0;
}

static bool has_host_bits(const struct portacl_cidr *cidr)
{
	u32 bit;

	for (bit = cidr->len; bit < 128; bit++)
		if (cidr->addr[bit / 8] & (0x80 >> bit % 8))
			return true;
	return false;
}

/* Reject leading zeros: the kernel reads 010 as 10, other software as 8. */
static bool has_invalid_group(const char *text)
{
	bool decimal = false;

	while (*text) {
		size_t len = strcspn(text, ".:");

		decimal |= text[len] == '.';
		if (len > 4 || (decimal && len > 1 && text[0] == '0'))
			return true;
		text += len;
		text += !!*text;
	}
	return false;
}

static bool read_addr(const char *text, struct portacl_cidr *cidr, u32 *start)
{
	const char *end;

	*start = 0;
	if (has_invalid_group(text))
		return false;
	if (strchr(text, ':'))
		return in6_pton(text, -1, cidr->addr, -1, &end) && !*end;
	*start = 96;
	memset(cidr->addr, 0, 10);
	memset(cidr->addr + 10, 0xff, 2);
	return in4_pton(text, -1, cidr->addr + 12, -1, &end) && !*end;
}

/**
 * portacl_parse_cidr - read an address with or without a prefix length
 * @text: the address; modified
 * @cidr: set to the address
 * @why: set to the reason of an error
 *
 * Return: 0, or -1 minus the offset of the error.
 */
int portacl_parse_cidr(char *text, struct portacl_cidr *cidr, const char **why)
{
	char *slash = strchr(text, '/');
	u32 start;

	if (slash)
		*slash = '\0';
	*why = "not an address";
	if (!read_addr(text, cidr, &start))
		return -1;
	cidr->len = 128 - start;
	*why = slash ? portacl_parse_u32(slash + 1, 128 - start, &cidr->len) :
		       NULL;
	if (*why)
		return text - slash - 2;
	cidr->len += start;
	*why = "the address has bits beyond its prefix";
	return has_host_bits(cidr) ? -1 : 0;
}
