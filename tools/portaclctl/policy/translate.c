// SPDX-License-Identifier: GPL-2.0-only
/*
 * One line of a file to a line of the kernel's: names to numbers.
 */
#include <glob.h>

#include "lex.h"
#include "policy/files.h"
#include "policy/names.h"

/* The next word and its length, or NULL at a comment or the line's end. */
const char *next_word(const char *at, size_t *len)
{
	at += strspn(at, " \t");
	*len = strcspn(at, " \t");
	return *len && *at != '#' ? at : NULL;
}

/* Append text.  If @moves, each byte has its own column in the source. */
void line_put(struct line *line, const char *text, size_t len, u32 column,
	      bool moves)
{
	size_t i;

	if (line->len + len >= line->cap) {
		line->cap = 2 * line->cap + len + 256;
		line->text = xrealloc(line->text, line->cap, 1);
		line->columns = xrealloc(line->columns, line->cap,
					 sizeof(*line->columns));
	}
	memcpy(line->text + line->len, text, len);
	for (i = 0; i < len; i++)
		line->columns[line->len + i] = column + (moves ? i : 0);
	line->len += len;
	line->text[line->len] = '\0';
}

static bool is_number(const char *item, size_t len)
{
	return strspn(item, "0123456789-") >= len;
}

/* A list in which names stand beside numbers and ranges. */
static bool put_list(struct source *src, struct line *line, const char *list,
		     size_t len, enum name_kind kind, const char *protos)
{
	const char *item = list, *end = list + len;
	char name[256], number[12], *why;
	u32 value;

	for (;;) {
		size_t n = strcspn(item, ", \t");
		u32 column = item - src->text;

		if (is_number(item, n) ||
		    (kind == NAME_SERVICE && n == 3 && !strncmp(item, "any", 3))) {
			line_put(line, item, n, column, true);
		} else if (n >= sizeof(name)) {
			complain(src, column, "name too long");
			return false;
		} else {
			snprintf(name, sizeof(name), "%.*s", (int)n, item);
			if (!name_to_number(kind, name, protos, &value, &why)) {
				complain(src, column, why);
				return false;
			}
			snprintf(number, sizeof(number), "%u", value);
			line_put(line, number, strlen(number), column, false);
		}
		item += n;
		if (item >= end)
			return true;
		line_put(line, ",", 1, item - src->text, true);
		item++;
	}
}

static bool has_key(const char *word, const char *key)
{
	return !strncmp(word, key, strlen(key));
}

static bool is_protos(const char *list)
{
	char *copy = xstrdup(list);
	bool good = !strcmp(list, "any") ||
		    portacl_parse_names(copy, portacl_protos,
					PORTACL_NR_PROTOS) >= 0;

	free(copy);
	return good;
}

/* The two words that every rule must have; what is forgotten is named. */
static bool put_protos(struct source *src, struct line *line, const char *word,
		       size_t len)
{
	if (isdigit((unsigned char)*word) || memchr(word, '=', len)) {
		complain(src, word - src->text, "protocol expected");
		return false;
	}
	line_put(line, word, len, word - src->text, true);
	return true;
}

static bool put_ports(struct source *src, struct line *line, const char *word,
		      size_t len, const char *protos)
{
	if (memchr(word, '=', len)) {
		complain(src, word - src->text, "ports expected");
		return false;
	}
	/* The kernel's parser says what is wrong with the protocols. */
	if (is_protos(protos))
		return put_list(src, line, word, len, NAME_SERVICE, protos);
	line_put(line, word, len, word - src->text, true);
	return true;
}

/* A word after the ports. */
static bool put_option(struct source *src, struct line *line, const char *word,
		       size_t len, const char *exe)
{
	u32 column = word - src->text;
	bool uid = has_key(word, "uid=");

	if (exe && has_key(word, "exe=")) {
		line_put(line, word, 4, column, true);
		line_put(line, exe, strlen(exe), column + 4, false);
		return true;
	}
	if (len > 4 && (uid || has_key(word, "gid="))) {
		line_put(line, word, 4, column, true);
		return put_list(src, line, word + 4, len - 4,
				uid ? NAME_USER : NAME_GROUP, "");
	}
	line_put(line, word, len, column, true);
	return true;
}

/**
 * translate - make a line for the kernel's parser
 * @src: the file, at the line
 * @line: where the result is stored
 * @exe: the path to take instead of the one that exe= gives, or NULL
 *
 * Return: whether all names are known; what is not was complained about.
 */
bool translate(struct source *src, struct line *line, const char *exe)
{
	const char *word = src->text;
	char protos[64] = "";
	size_t len = 0;
	bool rule = false;
	u32 n, end = 0;

	line->len = 0;
	line_put(line, "", 0, 0, true);
	for (n = 0; (word = next_word(word + len, &len)); n++) {
		u32 column = word - src->text;
		bool ok = true;

		/* An error at a word's end is at the blank after it. */
		if (n)
			line_put(line, " ", 1, end, true);
		else
			rule = has_key(word, "allow") || has_key(word, "deny");
		if (n == 1)
			snprintf(protos, sizeof(protos), "%.*s", (int)len,
				 word);
		if (rule && n == 1)
			ok = put_protos(src, line, word, len);
		else if (rule && n == 2)
			ok = put_ports(src, line, word, len, protos);
		else if (rule && n > 2)
			ok = put_option(src, line, word, len, exe);
		else
			line_put(line, word, len, column, true);
		if (!ok)
			return false;
		end = column + len;
	}
	return true;
}

/* \ooo to its byte, where glob(3) must not take it for a pattern. */
static char *to_pattern(const char *text, size_t len)
{
	struct buf pattern = { 0 };
	unsigned int byte;

	for (; len; text++, len--) {
		if (*text != '\\' || len < 4 ||
		    sscanf(text + 1, "%3o", &byte) != 1) {
			buf_add(&pattern, text, 1);
			continue;
		}
		buf_printf(&pattern, "\\%c", (int)byte);
		text += 3;
		len -= 3;
	}
	return pattern.text;
}

/* The value of a key in a line and its length, or NULL if it has none. */
const char *find_value(const char *text, const char *key, size_t *len)
{
	const char *word = text;
	size_t size = 0;

	while ((word = next_word(word + size, &size))) {
		if (!has_key(word, key))
			continue;
		*len = size - strlen(key);
		return word + strlen(key);
	}
	return NULL;
}

/* The files that a pattern matches. */
void expand_pattern(const char *pattern, struct list *matches)
{
	char *text = to_pattern(pattern, strcspn(pattern, " \t"));
	glob_t found;
	size_t i;

	if (!glob(text, 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc; i++)
			list_add(matches, xstrdup(found.gl_pathv[i]));
		globfree(&found);
	}
	free(text);
}
