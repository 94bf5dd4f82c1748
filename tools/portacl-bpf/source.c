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
static_assert((int)PA_LEGACY == (int)PORTACL_LEGACY);
static_assert((int)PA_ALLOW == (int)PORTACL_ALLOW);
static_assert((int)PA_DENY == (int)PORTACL_DENY);
static_assert((int)TCP == (int)PORTACL_TCP);
static_assert((int)UDP == (int)PORTACL_UDP);
static_assert((int)SCTP == (int)PORTACL_SCTP);
static_assert((int)UDPLITE == (int)PORTACL_UDPLITE);
static_assert((int)DCCP == (int)PORTACL_DCCP);
static_assert((int)TAINT_ENV == (int)PORTACL_TAINT_ENV);
static_assert((int)TAINT_NNP == (int)PORTACL_TAINT_NNP);
static_assert((int)TAINT_CHROOT == (int)PORTACL_TAINT_CHROOT);
static_assert((int)TAINT_WRITABLE == (int)PORTACL_TAINT_WRITABLE);
static_assert((int)TAINT_IDMAPPED == (int)PORTACL_TAINT_IDMAPPED);
static_assert((int)TAINT_DELETED == (int)PORTACL_TAINT_DELETED);
static_assert((int)TAINT_SHARED == (int)PORTACL_TAINT_SHARED);
static_assert((int)TAINT_TRACED == (int)PORTACL_TAINT_TRACED);
static_assert((int)TAINT_NAMESPACE == (int)PORTACL_TAINT_NAMESPACE);
static_assert((int)TAINT_NOSUID == (int)PORTACL_TAINT_NOSUID);
static_assert((int)TAINT_NOPATH == (int)PORTACL_TAINT_NOPATH);

__u64 hash_key[2];

static void hash_name(struct pa_sip *sip, const char *name, size_t len)
{
	u64 words[PA_NAME_WORDS(PA_MAX_NAME)] = { 0 };
	size_t i, n = min_t(size_t, len, PA_MAX_NAME);

	memcpy(words, name, n);
	for (i = 0; i < PA_NAME_WORDS(n); i++)
		pa_sip_word(sip, words[i]);
	pa_sip_word(sip, n);
}

/**
 * hash_cgroup - hash the path of a cgroup, from the first name to the last
 * @path: the path, not that of the root
 */
u64 hash_cgroup(const char *path)
{
	struct pa_sip sip;
	size_t len;

	pa_sip_start(&sip, hash_key[0], hash_key[1]);
	for (; *path; path += len) {
		path++;
		len = strcspn(path, "/");
		hash_name(&sip, path, len);
	}
	return pa_sip_end(&sip);
}

/* As the BPF programs hash the names that they read from the last to the first. */
static u64 hash_path(const char *path, size_t len)
{
	const char *end = path + len, *name;
	struct pa_sip sip;

	pa_sip_start(&sip, hash_key[0], hash_key[1]);
	for (; end > path; end = name - 1) {
		for (name = end; name > path && name[-1] != '/'; name--)
			;
		hash_name(&sip, name, end - name);
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
