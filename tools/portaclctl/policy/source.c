// SPDX-License-Identifier: GPL-2.0-only
#include "policy/config.h"
#include "policy/json.h"
#include "policy/source.h"

#define MAX_ERRORS 20

void say(struct source *src, u32 column, const char *kind,
	 const char *reason)
{
	if (src->cfg->problems) {
		json_array_append_new(src->cfg->problems, json_pack(
			"{so si si so sb}", "file", json_text(src->path),
			"line", src->line, "column", column + 1,
			"text", json_text(reason), "warning", !!*kind));
		return;
	}
	print_err("%s:%u:%u: %s%s\n", src->path, src->line, column + 1, kind,
		  reason);
	if (src->text)
		print_source(src->text, column);
}

int error_status(const struct config *cfg)
{
	return cfg->is_question ? EXIT_REFUSED : EXIT_ERROR;
}

/* The next word and its length, or NULL at a comment or the line's end. */
const char *next_word(const char *at, size_t *len)
{
	at += strspn(at, " \t");
	*len = strcspn(at, " \t");
	return *len && *at != '#' ? at : NULL;
}

/* Report an error; @column counts from 0. */
void complain(struct source *src, u32 column, const char *reason)
{
	say(src, column, "", reason);
	if (++src->cfg->errors >= MAX_ERRORS && !src->cfg->problems) {
		warn("%u errors, the rest is not read", src->cfg->errors);
		exit(error_status(src->cfg));
	}
}
