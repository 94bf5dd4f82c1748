// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <search.h>

#include "lex.h"
#include "policy/names.h"

/* Each name is looked up once: a policy may hold 100,000 of them. */
struct name {
	enum name_kind kind;
	u32 number;
	const char *protos;
	const char *text;	/* NULL: a number without a name */
	char *why;
};

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int diff = (int)x->kind - (int)y->kind;

	if (!diff)
		diff = strcmp(x->text, y->text);
	return diff ? diff : strcmp(x->protos, y->protos);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static bool is_listed(const char *protos, const char *proto)
{
	size_t len = strlen(proto);
	const char *at;

	if (!strcmp(protos, "any"))
		return true;
	for (at = protos; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, proto, len) && (!at[len] || at[len] == ','))
			return true;
	}
	return false;
}

/* The port that a service has for a protocol, 0: it is none of it. */
static u32 service_port(const char *name, const char *proto)
{
	const struct servent *entry = getservbyname(name, proto);

	return entry ? ntohs(entry->s_port) : 0;
}

/* `any' is said of services that tcp and udp have; few are of more. */
static bool is_needed(const char *protos, u32 proto)
{
	return strcmp(protos, "any") || proto == PORTACL_TCP ||
	       proto == PORTACL_UDP;
}

/* All protocols of the rule must have the service, and at one port. */
static void find_service(struct name *name)
{
	const char *lacks = NULL;
	u32 i, port;

	for (i = 0; i < PORTACL_NR_PROTOS; i++) {
		if (!is_listed(name->protos, portacl_protos[i]))
			continue;
		port = service_port(name->text, portacl_protos[i]);
		if (!port && is_needed(name->protos, i) && !lacks)
			lacks = portacl_protos[i];
		if (!port)
			continue;
		if (name->number && name->number != port) {
			name->why = xasprintf("service '%s' has several ports: write the number",
					      name->text);
			return;
		}
		name->number = port;
	}
	if (!name->number)
		name->why = xasprintf("services(5) has no '%s' for %s",
				      name->text, name->protos);
	else if (lacks)
		name->why = xasprintf("'%s' is not a %s service: write the number, or a rule for each protocol",
				      name->text, lacks);
}

static void find_number(struct name *name)
{
	struct passwd *user;
	struct group *group;

	if (name->kind == NAME_SERVICE) {
		find_service(name);
	} else if (name->kind == NAME_USER) {
		user = getpwnam(name->text);
		if (user)
			name->number = user->pw_uid;
		else
			name->why = xasprintf("unknown user '%s'", name->text);
	} else {
		group = getgrnam(name->text);
		if (group)
			name->number = group->gr_gid;
		else
			name->why = xasprintf("unknown group '%s'", name->text);
	}
}

/**
 * name_to_number - look up a name
 * @kind: what it is a name of
 * @name: the name
 * @protos: for a service, the list of protocols that it stands beside
 * @number: where its number is stored
 * @why: where an error is explained
 *
 * Return: whether the name is known.
 */
bool name_to_number(enum name_kind kind, const char *name, const char *protos,
		    u32 *number, char **why)
{
	static void *cache;
	struct name key = { .kind = kind, .protos = protos, .text = name };
	struct name **found = tfind(&key, &cache, compare_names);
	struct name *made;

	if (!found) {
		made = xzalloc(sizeof(*made));
		*made = key;
		made->text = xstrdup(name);
		made->protos = xstrdup(protos);
		find_number(made);
		found = tsearch(made, &cache, compare_names);
		if (!found)
			die_errno("memory");
	}
	*number = (*found)->number;
	*why = (*found)->why;
	return !*why;
}

/* The name of a uid or gid, or NULL. */
const char *name_of(enum name_kind kind, u32 number)
{
	static void *cache;
	struct name key = { .kind = kind, .number = number };
	struct name **found = tfind(&key, &cache, compare_numbers);
	struct name *made;
	struct passwd *user;
	struct group *group;

	if (found)
		return (*found)->text;
	made = xzalloc(sizeof(*made));
	*made = key;
	if (kind == NAME_USER) {
		user = getpwuid(number);
		made->text = user ? xstrdup(user->pw_name) : NULL;
	} else {
		group = getgrgid(number);
		made->text = group ? xstrdup(group->gr_name) : NULL;
	}
	if (!tsearch(made, &cache, compare_numbers))
		die_errno("memory");
	return made->text;
}
