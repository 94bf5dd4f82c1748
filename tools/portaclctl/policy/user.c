// SPDX-License-Identifier: GPL-2.0-only
#include "policy/names.h"
#include "policy/user.h"

/* Letters, digits and the characters of @others, nothing else. */
bool is_made_of(const char *text, const char *others)
{
	while (isalnum((unsigned char)*text) || (*text && strchr(others, *text)))
		text++;
	return !*text;
}

/* Directory services have names that a list would not hold as one word. */
static bool is_plain(const char *name)
{
	return (isalpha((unsigned char)*name) || *name == '_') &&
	       is_made_of(name, "_.@$+-");
}

/* `key=NAME`, or the number where there is no name. */
char *user_word(const char *key, u32 number)
{
	const char *name = name_of(strcmp(key, "gid") ? PORTACL_USER : PORTACL_GROUP,
				   number);

	return name && is_plain(name) ? xasprintf("%s=%s", key, name) :
					xasprintf("%s=%u", key, number);
}
