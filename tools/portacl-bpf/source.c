// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a policy with the kernel's parser, and hash paths as the BPF programs do.
 */
#include "portacl.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "build.h"
#include "policy/enforce.h"

static_assert(PA_MAX_DEPTH == BPF_MAX_DEPTH);
static_assert(PA_MAX_NAME == BPF_MAX_NAME);

__u64 hash_key[2];

/* As the BPF programs hash the names that they read from the last to the first. */
static u64 hash_path(const char *path, size_t len)
{
	const char *end = path + len, *name;
	struct pa_sip sip;

	pa_sip_start(&sip, hash_key[0], hash_key[1]);
	for (; end > path; end = name - 1) {
		u64 words[32] = { 0 };
		size_t i, n;

		for (name = end; name[-1] != '/'; name--)
			;
		n = min_t(size_t, end - name, PA_MAX_NAME);
		memcpy(words, name, n);
		for (i = 0; i < PA_NAME_WORDS(n); i++)
			pa_sip_word(&sip, words[i]);
		pa_sip_word(&sip, n);
	}
	return pa_sip_end(&sip);
}

const struct portacl_parse_ops bpf_ops = { .hash = hash_path };

static int read_line(struct source *src, char *line, bool enforceable)
{
	struct portacl_parser *p = &src->parser;
	u32 was = p->draft.rules.len;
	char *copy = strdup(line);
	int err = copy ? portacl_parse_line(p, line, strlen(line)) : -ENOMEM;

	if (!err && p->draft.rules.len > was)
		err = portacl_vec_push(&src->lines, &p->line, 1, sizeof(u32));
	if (!err && enforceable)
		err = enforce_check(p, copy);
	free(copy);
	return err;
}

/**
 * source_read - parse a policy
 * @src: where it is kept
 * @text: the text, which is modified
 * @enforceable: refuse what the backend cannot enforce
 *
 * Return: 0, or a negative errno with the reason in @src->parser.error.
 */
int source_read(struct source *src, char *text, bool enforceable)
{
	struct portacl_parser *p = &src->parser;
	char *line;
	int err;

	p->ops = &bpf_ops;
	while ((line = strsep(&text, "\n"))) {
		err = *line || text ? read_line(src, line, enforceable) : 0;
		if (err)
			return err;
	}
	if (!p->committed) {
		p->error.line = p->line + 1;
		p->error.column = 1;
		snprintf(p->error.reason, sizeof(p->error.reason),
			 "ended before commit");
		return -EINVAL;
	}
	src->policy = portacl_policy_build(&p->draft);
	return IS_ERR(src->policy) ? PTR_ERR(src->policy) :
	       src->policy ? 0 : -ENOMEM;
}

void source_free(struct source *src)
{
	if (src->policy && !IS_ERR(src->policy))
		portacl_policy_free(src->policy);
	portacl_parser_free(&src->parser);
	free(src->lines.data);
	*src = (struct source) { };
}
