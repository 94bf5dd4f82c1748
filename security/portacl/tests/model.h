/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: random policies and requests, and a naive verdict on them that
 * shares no code with the matcher.
 */
#ifndef _SECURITY_PORTACL_TESTS_MODEL_H
#define _SECURITY_PORTACL_TESTS_MODEL_H

#include <linux/prandom.h>
#include <linux/seq_buf.h>

#include "../match.h"
#include "../policy.h"

#define MODEL_MAX_RULES 400

/**
 * struct model_rule - a rule as the model has it
 * @allow: it allows
 * @only: it reserves
 * @net_any: it has net=any
 * @launch_root: it has launch=root
 * @protos: bits of enum portacl_proto
 * @accept: bits of enum portacl_taint
 * @exe: number of its program, 0: none
 * @addr: number of its addr= in the table, 0: none
 * @cgroup: number of its cgroup= in the table, 0: none
 * @nr_ports: number of @ports
 * @nr_uids: number of @uids
 * @nr_gids: number of @gids
 * @ports: in any order
 * @uids: in any order
 * @gids: in any order
 */
struct model_rule {
	bool allow;
	bool only;
	bool net_any;
	bool launch_root;
	u8 protos;
	u8 accept;
	u8 exe;
	u8 addr;
	u8 cgroup;
	u8 nr_ports;
	u8 nr_uids;
	u8 nr_gids;
	struct portacl_range ports[3];
	struct portacl_range uids[3];
	struct portacl_range gids[2];
};

/**
 * struct model - a policy as the model has it
 * @default_action: its default
 * @nr_rules: number of @rules
 * @rules: in file order
 */
struct model {
	enum portacl_action default_action;
	u32 nr_rules;
	struct model_rule rules[MODEL_MAX_RULES];
};

/**
 * struct model_request - a request, and what the model knows about it
 * @req: the request
 * @exe: number of its program
 * @addr: number of its address in the table
 * @cgroup: number of its cgroup in the table
 * @groups: its supplementary groups
 */
struct model_request {
	struct portacl_request req;
	u8 exe;
	u8 addr;
	u8 cgroup;
	u32 groups[6];
};

void model_make(struct model *model, struct rnd_state *rnd, u32 nr_rules);
void model_print(struct seq_buf *s, const struct model_rule *rule);
void model_ask(struct model_request *ask, struct rnd_state *rnd);
struct portacl_verdict model_match(const struct model *model,
				   const struct model_request *ask);

#endif /* _SECURITY_PORTACL_TESTS_MODEL_H */
