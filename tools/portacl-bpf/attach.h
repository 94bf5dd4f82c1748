/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: the programs in the kernel and the policy in force.
 */
#ifndef _PORTACL_BPF_ATTACH_H
#define _PORTACL_BPF_ATTACH_H

#include <err.h>
#include <linux/bpf.h>

#include "build.h"

/* The exit status of an error; 0 and 1 are answers, as in portaclctl. */
#define EXIT_ERROR 2
#define NORETURN __attribute__((noreturn))
#define die(...) errx(EXIT_ERROR, __VA_ARGS__)
#define die_errno(...) err(EXIT_ERROR, __VA_ARGS__)

#define OTHER_VERSION \
	"the policy in force is of another version of portacl-bpf: unload the policy and load it again"

#define PIN_PARENT "/sys/fs/bpf"
#define PIN_DIR PIN_PARENT "/portacl"

/**
 * struct totals - binds since the programs were attached
 * @grants: grants by a rule
 * @denies: denials, also those that mode permissive let pass
 * @kernel_denies: reserved ports denied to kernel threads
 */
struct totals {
	u64 grants;
	u64 denies;
	u64 kernel_denies;
};

/* check.c */
void check_kernel(void);
void check_caller(void);
void check_hook(const char *name, enum bpf_attach_type hook);

/* attach.c */
void take_lock(void);
bool is_attached(void);
void use_secret(void);
struct totals read_totals(void);
void try_programs(void);
void attach(const struct cells *cells);
void attach_v6only(void);
bool remove_remains(void);
void detach(void);
const char *detached_program(void);

/* guard.c */
void pass_guard(void);

/* state.c */
int open_pin(const char *name);
int make_policy_map(const struct cells *cells, int like);
bool has_pin(const char *name);
bool is_pending(void);
void check_version(void);
void commit_policy(const struct cells *cells);
void withdraw_policy(void);
void replace_policy(const struct cells *cells);
void read_policy(struct cells *cells, bool ports);
struct pa_config get_config(void);
void set_config(const struct pa_config *config);
void learn_ports(struct cells *cells, bool learn);
void store_ports(const struct cells *cells);

/* reserve.c */
void reserve_ports(int map, const struct cells *policy);
void release_ports(int map, const struct cells *policy);
void close_picker(struct cells *cells);

/* process.c */
char *process_cgroup(u32 pid);
u32 *process_groups(u32 pid, u32 *gid, u32 *nr);

/* observed.c */
void print_observed(void);
void clear_observed(void);

/* log.c */
bool records_have_reader(void);
void print_records(bool to_kernel);

#endif /* _PORTACL_BPF_ATTACH_H */
