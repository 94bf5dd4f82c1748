// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the file `query`: a dry run of the active policy.
 */
#include "portacl.h"

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "lex.h"
#include "parse.h"
#include "path.h"
#include "policy.h"
#include "query.h"
#include "securityfs.h"
#include "state.h"

/**
 * struct dialogue - an open file
 * @lock: one write or read at a time
 * @query: the last question
 * @len: length of @answer in bytes
 * @at: number of its bytes that were read
 * @answer: answer to the last question
 * @path: room for the path of the program that was asked about
 */
struct dialogue {
	struct mutex lock; /* guards all that follows */
	struct portacl_query query;
	size_t len;
	loff_t at;
	char answer[256 + PATH_MAX];
	char path[PATH_MAX];
};

static void answer(struct dialogue *d, struct seq_buf *s)
{
	struct portacl_request *req = &d->query.request;
	struct portacl_policy *policy = portacl_policy_get();
	const char *exe = NULL;

	/* As exec does: a rule is compared with the path that a name resolves to. */
	if (d->query.exe)
		exe = portacl_path_resolve(d->query.exe, d->path);
	if (exe)
		req->exe = portacl_hash_path(exe, strlen(exe));
	portacl_print_answer(s, policy, req, exe);
	seq_buf_putc(s, '\n');
	portacl_policy_put(policy);
}

static int ask(struct dialogue *d, char *text, size_t len)
{
	struct portacl_error error = {
		.line = 1,
		.column = 1,
		.reason = "NUL byte",
	};
	struct seq_buf s;
	int err = -EINVAL;

	seq_buf_init(&s, d->answer, sizeof(d->answer));
	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	if (strlen(text) == len)
		err = portacl_parse_query(&d->query, &portacl_kernel_ops, text,
					  &error);
	if (err)
		seq_buf_printf(&s, "error line %u, column %u: %s\n", error.line,
			       error.column, error.reason);
	else
		answer(d, &s);
	d->len = min_t(size_t, s.len, sizeof(d->answer));
	return err;
}

static ssize_t query_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	struct dialogue *d = file->private_data;
	int err = portacl_may_write(file);
	char *text;

	if (err)
		return err;
	/* Drop the last answer first, so that it is not taken for this one. */
	mutex_lock(&d->lock);
	d->len = 0;
	d->at = 0;
	text = count > PORTACL_MAX_QUERY ? ERR_PTR(-E2BIG) :
					   memdup_user_nul(buf, count);
	err = IS_ERR(text) ? PTR_ERR(text) : ask(d, text, count);
	mutex_unlock(&d->lock);
	if (!IS_ERR(text))
		kfree(text);
	return err ?: (ssize_t)count;
}

static ssize_t query_read(struct file *file, char __user *buf, size_t count,
			  loff_t *pos)
{
	struct dialogue *d = file->private_data;
	ssize_t ret;

	mutex_lock(&d->lock);
	ret = simple_read_from_buffer(buf, count, &d->at, d->answer, d->len);
	mutex_unlock(&d->lock);
	return ret;
}

static int query_open(struct inode *inode, struct file *file)
{
	struct dialogue *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return -ENOMEM;
	mutex_init(&d->lock);
	file->private_data = d;
	return 0;
}

static int query_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

const struct file_operations portacl_query_fops = {
	.open = query_open,
	.read = query_read,
	.write = query_write,
	.llseek = noop_llseek,
	.release = query_release,
};
