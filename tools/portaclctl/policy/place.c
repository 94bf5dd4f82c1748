// SPDX-License-Identifier: GPL-2.0-only
#include "lex.h"
#include "lib/options.h"
#include "policy/place.h"

static bool is_protocol(const char *word)
{
	return match_string(portacl_protos, PORTACL_NR_PROTOS, word) >= 0;
}

static bool is_number(const char *word)
{
	return strspn(word, "0123456789") == strlen(word);
}

/* Do the words start with a place, which has a protocol, a number or both? */
bool place_starts(char **args)
{
	return *args && (strchr(*args, '/') || is_protocol(*args) ||
			 (is_number(*args) &&
			  (!args[1] || strchr(args[1], '='))));
}

/**
 * place_take - read a place of a bind: PROTO/PORT, PORT/PROTO, PROTO PORT, PORT
 * @args: the words, moved behind the place
 *
 * Return: `PROTO/PORT`, or `/PORT` if no protocol was given; for free().
 */
char *place_take(char ***args)
{
	char *word = *(*args)++, *slash = word ? strchr(word, '/') : NULL;

	if (!word || !*word || slash == word || (slash && !slash[1]))
		die_missing("PROTO/PORT");
	if (slash && is_protocol(slash + 1))
		return xasprintf("%s/%.*s", slash + 1, (int)(slash - word),
				 word);
	if (slash)
		return xstrdup(word);
	if (is_protocol(word) && **args)
		return xasprintf("%s/%s", word, *(*args)++);
	if (is_protocol(word) || strchr(word, '='))
		die_missing("PROTO/PORT");
	return xasprintf("/%s", word);
}

/**
 * request_args - read the words of a request
 * @words: where `PROTO/PORT` and `KEY=VALUE` are added
 * @args: the words as they were typed
 */
void request_args(struct list *words, char **args)
{
	char *place = place_take(&args);

	if (*place == '/')
		die_usage("protocol expected; did you mean: tcp%s or udp%s",
			  place, place);
	for (list_add(words, place); *args; args++) {
		if (!strncmp(*args, "user=", strlen("user=")))
			list_add(words, xasprintf("uid=%s", *args + 5));
		else if (!strncmp(*args, "group=", strlen("group=")))
			list_add(words, xasprintf("gid=%s", *args + 6));
		else
			list_add(words, xstrdup(*args));
	}
}
