// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the words of the policy language: numbers, names, paths, addresses.
 */
#include "portacl.h"

#include <linux/errno.h>
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
 * @rest: what is left of the line
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
 * @value: where the number is stored
 * @why: where an error is explained
 *
 * Return: 0 or -EINVAL.
 */
int portacl_parse_u32(const char *text, u32 max, u32 *value, const char **why)
{
	*why = "not a decimal number";
	if (!*text || strspn(text, "0123456789") != strlen(text) ||
	    (text[0] == '0' && text[1]))
		return -EINVAL;
	*why = "number out of range";
	return kstrtouint(text, 10, value) || *value > max ? -EINVAL : 0;
}

/**
 * portacl_is_name - check whether a word is looked up instead of read
 * @ops: where names are looked up
 * @text: the word
 *
 * Return: true if the word is a name and names are accepted.
 */
bool portacl_is_name(const struct portacl_parse_ops *ops, const char *text)
{
	return ops->number && text[strspn(text, "0123456789-")];
}

/**
 * portacl_parse_number - read a number, or the name of one
 * @ops: where names are looked up
 * @kind: what a name stands for
 * @protos: the protocols of a service
 * @text: the number or the name
 * @value: where the number is stored
 * @why: where an error is explained
 *
 * Return: 0 or -EINVAL.
 */
int portacl_parse_number(const struct portacl_parse_ops *ops,
			 enum portacl_name kind, u32 protos, const char *text,
			 u32 *value, const char **why)
{
	u32 max = kind == PORTACL_SERVICE ? PORTACL_NR_PORTS - 1 : U32_MAX - 1;

	if (!portacl_is_name(ops, text))
		return portacl_parse_u32(text, max, value, why);
	*why = ops->number(kind, text, protos, value);
	if (!*why && *value > max)
		*why = "number out of range";
	return *why ? -EINVAL : 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct portacl_range *x = a, *y = b;

	return x->min < y->min ? -1 : x->min > y->min;
}

/**
 * portacl_tidy_ranges - sort a list, then join what overlaps or touches
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
 * @names: what they may be
 * @nr: number of @names
 *
 * Return: the bits, or minus the offset of a bad name minus one.
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
 * @path: absolute, without "//", "/./", "/../" or a slash at its end; odd
 *	bytes as \ooo
 * @root: "/" alone is one too
 *
 * Return: 0, or minus the offset of the error minus one.
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
		if ((to == path && byte != '/') || to - path == PATH_MAX - 1)
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

/* The kernel reads 010 as ten, others as eight: so nobody may write it. */
static bool has_odd_group(const char *text)
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
	if (has_odd_group(text))
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
 * @text: the address, cut at its slash
 * @cidr: where it is stored
 * @why: where an error is explained
 *
 * Return: 0, or minus the offset of the error minus one.
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
	if (slash && portacl_parse_u32(slash + 1, 128 - start, &cidr->len, why))
		return text - slash - 2;
	cidr->len += start;
	*why = "the address has bits beyond its prefix";
	return has_host_bits(cidr) ? -1 : 0;
}
