// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everybody who may bind a port: by the policy, by the kernel's own rule.
 */
#include <unistd.h>

#include "commands.h"
#include "explain/holders.h"
#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "lint/linter.h"
#include "policy/address.h"
#include "policy/json.h"
#include "policy/names.h"
#include "policy/place.h"
#include "system/filecaps.h"
#include "system/netns.h"
#include "system/process.h"

/* More addresses than these in the rules of one port are not told apart. */
#define MAX_ADDRS 16

/**
 * struct others - what those get whom no rule names, at an address
 * @addr: a prefix that a rule has, or NULL: at any other address
 * @root: what root gets
 * @user: what another user gets
 */
struct others {
	char *addr;
	struct answer root;
	struct answer user;
};

/**
 * struct port - what is asked, and what was found
 * @proto: enum portacl_proto
 * @number: the port
 * @source: the policy
 * @has_policy: there is one
 * @enforced: what it denies is refused
 * @spared: something would be, but is not
 * @rules: the rules that name the port
 * @shadows: per rule, the number of an earlier one because of which it is never
 *	reached, 0: none
 * @nr_rules: number of @rules
 * @others: what those get whom no rule names, first at any address
 * @nr_others: number of @others
 * @start: the first port that needs no privilege
 */
struct port {
	u8 proto;
	u32 number;
	struct policy_source source;
	bool has_policy;
	bool enforced;
	bool spared;
	u32 *rules;
	u32 *shadows;
	u32 nr_rules;
	struct others others[1 + MAX_ADDRS];
	u32 nr_others;
	u32 start;
};

/* The rules that name the port, and those that are never reached for it. */
static void find_rules(struct port *port)
{
	const struct portacl_policy *policy = port->source.policy;
	u32 i, nr = policy->nr_rules;

	port->rules = xrealloc(NULL, nr + 1, sizeof(*port->rules));
	port->shadows = xzalloc((nr + 1) * sizeof(*port->shadows));
	for (i = 0; i < nr; i++)
		if (rule_has_port(policy, &policy->rules[i], port->proto,
				  port->number))
			port->rules[port->nr_rules++] = i;
	nr = find_shadows(policy, port->rules, port->nr_rules, port->shadows);
	if (nr < port->nr_rules)
		warn("warning: only the first %u of %u rules were checked for being never reached",
		     nr, port->nr_rules);
}

/* An address that no rule is likely to name: one for documentation. */
static const struct portacl_cidr elsewhere = {
	.addr = { [10] = 0xff, 0xff, 192, 0, 2, 255 }, .len = 128,
};

/* If the policy is not enforced, the kernel's own rule decides what it denies. */
static void ask_one(struct port *port, const struct request *request,
		    struct answer *answer)
{
	ask(&port->source, request, answer);
	if (port->enforced || answer->action != PORTACL_DENY)
		return;
	answer->action = PORTACL_LEGACY;
	answer->reserved = PORTACL_NO_RULE;
	port->spared = true;
}

/*
 * Root, and a user that nobody is; neither runs a program with a rule, or is in
 * the cgroup of one: a deny rule would match an unknown cgroup.
 */
static void ask_others(struct port *port, char *addr,
		       const struct portacl_cidr *at)
{
	struct others *others = &port->others[port->nr_others++];
	struct request root = { .cgroup = "/", .bind = {
		.launch_root = true, .cgroup = "/",
	} };
	struct request user = { .cgroup = "/", .bind = {
		.uid = U32_MAX - 1, .gid = U32_MAX, .cgroup = "/",
	} };

	others->addr = addr;
	request_set_prefix(&root, port->proto, port->number, at);
	request_set_prefix(&user, port->proto, port->number, at);
	ask_one(port, &root, &others->root);
	ask_one(port, &user, &others->user);
}

static bool is_asked(const struct port *port, const char *addr)
{
	u32 i;

	for (i = 1; i < port->nr_others; i++)
		if (!strcmp(port->others[i].addr, addr))
			return true;
	return false;
}

static void ask_at(struct port *port, const struct portacl_cidr *cidr)
{
	char *addr = cidr_text(cidr);

	if (port->nr_others <= MAX_ADDRS && !is_asked(port, addr))
		ask_others(port, addr, cidr);
	else
		free(addr);
}

/* The verdict may differ by address: at those that rules name, and elsewhere. */
static void ask_about_others(struct port *port)
{
	const struct portacl_policy *policy = port->source.policy;
	u32 i, n;

	ask_others(port, NULL, &elsewhere);
	for (i = 0; i < port->nr_rules; i++) {
		const struct portacl_rule *rule =
			&policy->rules[port->rules[i]];

		for (n = 0; n < rule->nr_addrs; n++)
			ask_at(port, &portacl_rule_addrs(policy, rule)[n]);
	}
}

static bool is_privileged(const struct port *port)
{
	return port->number < port->start;
}

/* Does the kernel's own rule have a say at all? */
static bool is_legacy(const struct port *port)
{
	u32 i;

	for (i = 0; i < port->nr_others; i++)
		if (port->others[i].user.action == PORTACL_LEGACY)
			return true;
	return !port->has_policy;
}

static void add_path(const char *path, const struct stat *st,
		     const struct filecap *cap, void *paths)
{
	(void)st;
	if (!cap->root_uid)
		list_add(paths, xstrdup(path + strlen(root_dir)));
}

/* Programs whose file has the capability; the search takes long, so once. */
static const struct list *find_setcap(void)
{
	static const char *const dirs[] = { "/usr", "/opt", "/srv" };
	static struct list paths;
	static u32 i;

	for (; i < ARRAY_SIZE(dirs); i++) {
		autofree char *dir = in_root(dirs[i]);

		filecaps_search(dir, add_path, &paths);
	}
	return &paths;
}

/**
 * struct capable - processes that are not root's but have the capability
 * @texts: as text
 * @json: as JSON
 */
struct capable {
	struct list texts;
	json_t *json;
};

static void add_capable(void *context, pid_t pid)
{
	struct capable *capable = context;
	struct process process;

	if (!process_read(&process, pid))
		return;
	if (process.uid && !process.own_user_ns &&
	    (process.effective & BIT(CAP_NET_BIND_SERVICE_BIT))) {
		list_add(&capable->texts, xasprintf("%s[%d] as uid %u",
						    process.comm, pid,
						    process.uid));
		json_array_append_new(capable->json, json_pack(
			"{si so sI}", "pid", pid,
			"comm", json_text(process.comm),
			"uid", (json_int_t)process.uid));
	}
	process_free(&process);
}

static json_t *json_rules(const struct port *port)
{
	json_t *array = json_array(), *rule;
	u32 i;

	for (i = 0; i < port->nr_rules; i++) {
		rule = json_rule(port->source.policy, port->rules[i]);
		json_object_set_new(rule, "shadowed_by", port->shadows[i] ?
				    json_integer(port->shadows[i]) :
				    json_null());
		json_array_append_new(array, rule);
	}
	return array;
}

static const char *action_of(const struct port *port,
			     const struct answer *answer)
{
	return portacl_actions[port->has_policy ? answer->action :
						  PORTACL_LEGACY];
}

/* Ask for the others at the addresses that rules name. */
static json_t *json_addresses(const struct port *port)
{
	json_t *array = json_array();
	u32 i;

	for (i = 1; i < port->nr_others; i++)
		json_array_append_new(array, json_pack(
			"{ss ss ss}", "addr", port->others[i].addr,
			"others", action_of(port, &port->others[i].user),
			"root", action_of(port, &port->others[i].root)));
	return array;
}

static void print_rule(const struct port *port, u32 i)
{
	const struct portacl_policy *policy = port->source.policy;
	u32 index = port->rules[i];
	autofree char *text = source_rule(&port->source, index);

	print("  rule %u: %s\n", index + 1, text);
	if (port->shadows[i])
		print("    never reached for this port: rule %u comes first\n",
		      port->shadows[i]);
	else if (!(policy->rules[index].flags & PORTACL_RULE_ALLOW))
		print("    refuses\n");
}

static void print_rules(const struct port *port)
{
	u32 i;

	for (i = 0; i < port->nr_rules; i++)
		print_rule(port, i);
	if (!port->has_policy)
		print("  this kernel runs without portacl\n");
	else if (!port->nr_rules)
		print("  no rule names the port\n");
}

static void print_answer(const struct port *port, const char *who,
			 const struct answer *answer, bool root)
{
	if (port->has_policy && answer->action == PORTACL_DENY)
		print("%s: refused: %s\n", who, answer->text);
	else if (port->has_policy && answer->action == PORTACL_ALLOW)
		print("%s: allowed: %s\n", who, answer->text);
	else if (!is_privileged(port))
		print("%s: allowed: net.ipv4.ip_unprivileged_port_start=%u\n",
		       who, port->start);
	else if (root)
		print("%s: allowed, by CAP_NET_BIND_SERVICE\n", who);
	else
		print("%s: needs CAP_NET_BIND_SERVICE (net.ipv4.ip_unprivileged_port_start=%u), which these have:\n  root\n",
		       who, port->start);
}

/* At one address; together, if root is like everybody else. */
static void print_at(const struct port *port, const struct others *others)
{
	const struct answer *root = &others->root, *user = &others->user;

	if (others->addr)
		print("for addr=%s: ", others->addr);
	if (root->action == user->action) {
		print_answer(port, user->action == PORTACL_LEGACY ?
			     "everybody else" : "everybody else, root included",
			     user, false);
		return;
	}
	print_answer(port, "root", root, true);
	if (others->addr)
		print("for addr=%s: ", others->addr);
	print_answer(port, user->action == PORTACL_LEGACY ?
		     "everybody else, without root" : "everybody else",
		     user, false);
}

static void print_others(const struct port *port)
{
	u32 i;

	for (i = 0; i < max(port->nr_others, 1U); i++)
		print_at(port, &port->others[i]);
}

static void print_mode(const struct port *port)
{
	if (port->spared)
		print("not enforced in this mode: the kernel's own rule decides what the policy would refuse\n");
}

static void print_list(const struct list *list, const char *title,
		       const char *what)
{
	size_t i;

	if (title && list->len)
		print("%s:\n", title);
	for (i = 0; i < list->len; i++)
		print("  %s%s\n", what, list->items[i]);
}

/* Free, but not for everybody: nobody else may take it. */
static void print_reserved(const struct port *port,
			   const struct sockets *sockets)
{
	u32 index = port->has_policy ? port->others[0].user.reserved :
				       PORTACL_NO_RULE;
	autofree char *rule = NULL;

	if (index == PORTACL_NO_RULE)
		return;
	rule = source_rule(&port->source, index);
	print("  the port is %sreserved by rule %u: %s\n",
	       sockets->unseen.len ? "" : "free, and ", index + 1, rule);
}

static json_t *json_port(const struct port *port, const struct list *paths,
			 json_t *capable, const struct sockets *sockets,
			 const struct steering *steering)
{
	return json_pack(
		"{ss si so ss ss so si so so so so so so so}", "protocol",
		portacl_protos[port->proto], "port", port->number,
		"rules", json_rules(port),
		"others", action_of(port, &port->others[0].user),
		"root", action_of(port, &port->others[0].root),
		"addresses", json_addresses(port),
		"unprivileged_port_start", port->start,
		"file_capabilities", json_texts(paths),
		"capable_processes", capable,
		"holders", json_holders(sockets),
		"free", json_free(sockets),
		"unlisted", json_texts(&sockets->unseen),
		"steered", json_texts(&steering->found),
		"unseen", json_texts(&steering->unseen));
}

/* Print what was found, or add it to @json. */
static void show_port(const struct port *port, json_t *json)
{
	const struct list none = { 0 }, *paths = &none;
	struct capable capable = { .json = json_array() };
	struct steering steering = { 0 };
	struct sockets sockets;

	sockets_read(&sockets, getpid(), port->proto, port->number);
	steering_read(&steering, port->proto, port->number, 0);
	if (is_legacy(port) && is_privileged(port)) {
		paths = find_setcap();
		if (!root_option)
			each_process(add_capable, &capable);
	}
	if (json) {
		json_array_append_new(json, json_port(
			port, paths, capable.json, &sockets, &steering));
	} else {
		print("%s/%u:\n", portacl_protos[port->proto], port->number);
		print_rules(port);
		print_others(port);
		print_list(paths, NULL, "users that run ");
		print_list(&capable.texts, NULL, "process ");
		print_mode(port);
		print_holders(&sockets);
		if (!sockets.nr)
			print_reserved(port, &sockets);
		print_list(&steering.found, "served without a bind", "");
		print_list(&sockets.unseen, "not listed", "");
		print_list(&steering.unseen, "cannot see", "");
		json_decref(capable.json);
	}
	sockets_free(&sockets);
	list_free(&capable.texts);
	steering_free(&steering);
}

/* @place is PROTO/PORT. */
static void look_at(struct port *port, char *place, json_t *json)
{
	char *words[] = { place, NULL };
	struct request request;
	u32 i;

	/* The parser wants a user; it is not used. */
	request_words(&request, words, "uid=0");
	port->proto = request.bind.proto;
	port->number = request.bind.port;
	request_free(&request);
	if (port->has_policy) {
		find_rules(port);
		ask_about_others(port);
	}
	port->start = unprivileged_start(0);
	show_port(port, json);
	for (i = 0; i < port->nr_others; i++) {
		free(port->others[i].addr);
		answer_free(&port->others[i].root);
		answer_free(&port->others[i].user);
	}
	free(port->rules);
	free(port->shadows);
	port->rules = port->shadows = NULL;
	port->nr_rules = port->nr_others = 0;
	port->spared = false;
}

static bool has_service(u8 proto, const char *name)
{
	u32 number;

	return !name_to_number(PORTACL_SERVICE, name, BIT(proto), &number);
}

/* Without a protocol: few services have both; one that has neither is an error. */
static void look_at_both(struct port *port, const char *name, json_t *json)
{
	static const u8 both[] = { PORTACL_TCP, PORTACL_UDP };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(both); i++) {
		autofree char *place = xasprintf("%s/%s", portacl_protos[both[i]],
						 name);

		if (has_service(both[i], name) || !has_service(both[!i], name))
			look_at(port, place, json);
	}
}

int cmd_who(char **args)
{
	autofree char *place = place_take(&args);
	json_t *json = option("json") ? json_array() : NULL;
	const char *file = option("file");
	struct port port = { .has_policy = file || root_option ||
						 kernel_present() };

	if (*args)
		die_usage("%s: too many arguments", *args);
	if (port.has_policy)
		source_open(&port.source, !file && !root_option, file);
	port.enforced = source_enforced(&port.source);
	if (*place == '/')
		look_at_both(&port, place + 1, json);
	else
		look_at(&port, place, json);
	if (json && *place != '/')
		print_json(json_incref(json_array_get(json, 0)));
	else if (json)
		print_json(json_incref(json));
	json_decref(json);
	if (port.has_policy)
		source_close(&port.source);
	return EXIT_OK;
}
