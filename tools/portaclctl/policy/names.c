// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <search.h>

#include "lex.h"
#include "lib/cleanup.h"
#include "policy/names.h"
#include "policy/text.h"

/* Each name is looked up once: a policy may hold 100,000 of them. */
struct name {
	enum portacl_name kind;
	u32 number;
	u32 protos;
	const char *text;	/* NULL: a number without a name */
	char *why;
};

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int diff = (int)x->kind - (int)y->kind;

	if (!diff)
		diff = (int)x->protos - (int)y->protos;
	return diff ? diff : strcmp(x->text, y->text);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* The port that a service has for a protocol, 0: it is none of it. */
static u32 service_port(const char *name, const char *proto)
{
	const struct servent *entry = getservbyname(name, proto);

	return entry ? ntohs(entry->s_port) : 0;
}

/* `any` needs the service of tcp and udp alone; few have more. */
static u32 needed_protos(u32 protos)
{
	return protos == PORTACL_ANY_PROTO ?
		       BIT(PORTACL_TCP) | BIT(PORTACL_UDP) : protos;
}

/* All protocols of the rule must have the service, at the same port. */
static void find_service(struct name *name)
{
	autofree char *protos = name->protos == PORTACL_ANY_PROTO ?
		xstrdup("any") : names_text(portacl_protos, name->protos);
	const char *lacks = NULL;
	u32 i, port;

	for (i = 0; i < PORTACL_NR_PROTOS; i++) {
		if (!(name->protos & BIT(i)))
			continue;
		port = service_port(name->text, portacl_protos[i]);
		if (!port && (needed_protos(name->protos) & BIT(i)) && !lacks)
			lacks = portacl_protos[i];
		if (!port)
			continue;
		if (name->number && name->number != port) {
			name->why = xasprintf("service '%.32s' has several ports: write the number",
					      name->text);
			return;
		}
		name->number = port;
	}
	if (!name->number)
		name->why = xasprintf("services(5) has no '%.32s' for %s",
				      name->text, protos);
	else if (lacks)
		name->why = xasprintf("'%.32s' is not a %s service: write the number or split the rule",
				      name->text, lacks);
}

static void find_number(struct name *name)
{
	struct passwd *user;
	struct group *group;

	if (name->kind == PORTACL_SERVICE) {
		find_service(name);
	} else if (name->kind == PORTACL_USER) {
		user = getpwnam(name->text);
		if (user)
			name->number = user->pw_uid;
		else
			name->why = xasprintf("unknown user '%.64s'", name->text);
	} else {
		group = getgrnam(name->text);
		if (group)
			name->number = group->gr_gid;
		else
			name->why = xasprintf("unknown group '%.64s'", name->text);
	}
}

/**
 * name_to_number - look up a name
 * @kind: what it is a name of
 * @name: the name
 * @protos: for a service, the protocols that must have it
 * @number: where its number is stored
 *
 * Return: NULL, or why the name has no number.
 */
const char *name_to_number(enum portacl_name kind, const char *name, u32 protos,
			   u32 *number)
{
	static void *cache;
	struct name key = {
		.kind = kind,
		.protos = kind == PORTACL_SERVICE ? protos : 0,
		.text = name,
	};
	struct name **found = tfind(&key, &cache, compare_names);
	struct name *made;

	if (!found) {
		made = xzalloc(sizeof(*made));
		*made = key;
		made->text = xstrdup(name);
		find_number(made);
		found = tsearch(made, &cache, compare_names);
		if (!found)
			die_errno("memory");
	}
	*number = (*found)->number;
	return (*found)->why;
}

/* The name of a uid or gid, or NULL. */
const char *name_of(enum portacl_name kind, u32 number)
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
	if (kind == PORTACL_USER) {
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

const struct portacl_parse_ops policy_ops = {
	.hash = portacl_hash_path,
	.number = name_to_number,
};
