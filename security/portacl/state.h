/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: the active policy and the mode.
 */
#ifndef _SECURITY_PORTACL_STATE_H
#define _SECURITY_PORTACL_STATE_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

#include "policy.h"

struct portacl_error;
struct portacl_parser;

enum portacl_mode {
	PORTACL_ENFORCE,
	PORTACL_PERMISSIVE,
	PORTACL_LEARN,
	PORTACL_NR_MODES,
};

extern const char *const portacl_modes[PORTACL_NR_MODES];

/* Not NULL after initialisation. */
extern struct portacl_policy __rcu *portacl_active;
extern enum portacl_mode portacl_mode;
/* The ports of policy->ports, or all in mode learn; more during a change. */
extern unsigned long portacl_ports[BITS_TO_LONGS(PORTACL_NR_PORTS)];
extern wait_queue_head_t portacl_changed;
/* Only writers take it.  Binds and readers of files never wait for it. */
extern struct mutex portacl_writers;

int portacl_state_init(enum portacl_mode mode);
int portacl_state_load(struct portacl_parser *p);
void portacl_state_fail(const struct portacl_error *error);
int portacl_state_set_mode(enum portacl_mode mode);
void portacl_state_lock(void);
bool portacl_state_locked(void);
int portacl_state_event(void);
void portacl_state_show(struct seq_file *m, bool digest);
struct portacl_policy *portacl_policy_get(void);
void portacl_policy_put(struct portacl_policy *policy);

#endif /* _SECURITY_PORTACL_STATE_H */
