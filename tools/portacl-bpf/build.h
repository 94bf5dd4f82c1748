/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl-bpf: a parsed policy, and the cells that are made of it.
 */
#ifndef _PORTACL_BPF_BUILD_H
#define _PORTACL_BPF_BUILD_H

#include <linux/kernel.h>

#include "layout.h"
#include "parse.h"
#include "policy.h"

/* The most cells of one policy: 128 MB. */
#define PA_MAX_CELLS (4U << 20)

/**
 * struct source - a policy while it is read; all zero at first
 * @parser: the kernel's parser
 * @lines: for each rule, the number of its line
 * @policy: the policy, once all was read
 */
struct source {
	struct portacl_parser parser;
	struct portacl_vec lines;
	struct portacl_policy *policy;
};

/**
 * struct cells - a policy as the BPF programs read it; all zero at first
 * @cells: the cells
 * @nr: number of cells
 * @cap: number of cells allocated
 * @text: the canonical text
 * @text_len: its length in bytes
 */
struct cells {
	struct pa_cell *cells;
	__u32 nr;
	__u32 cap;
	char *text;
	size_t text_len;
};

/* The hashes of paths are made with this secret. */
extern __u64 hash_key[2];
extern const struct portacl_parse_ops bpf_ops;

/* source.c */
u64 hash_cgroup(const char *path);
int source_read(struct source *src, char *text, bool enforceable);
void source_free(struct source *src);

/* cells.c */
u32 cells_add(struct cells *cells, u64 nr);
void cells_free(struct cells *cells);

/* more.c */
int cells_add_more(struct cells *cells, const struct portacl_policy *policy,
		   const struct portacl_rule *rule, struct pa_rule *r);

/* build.c */
int cells_build(struct cells *cells, struct source *src);

#endif /* _PORTACL_BPF_BUILD_H */
