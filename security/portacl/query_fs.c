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

#include "parse.h"
#include "path.h"
#include "policy.h"
#include "query.h"
#include "securityfs.h"
#include "state.h"

/**
 * struct query_file - the state of an open file
 * @lock: serialises reads and writes
 * @query: the last request
 * @len: length of @answer in bytes
 * @at: read position in @answer
 * @answer: the answer to the last request
 * @path: buffer for the resolved path of the program
 */
struct query_file {
	struct mutex lock; /* guards all that follows */
	struct portacl_query query;
	size_t len;
	loff_t at;
	char answer[256 + PATH_MAX];
	char path[PATH_MAX];
};

static void answer(struct query_file *d, struct seq_buf *s)
{
	struct portacl_request *req = &d->query.request;
	struct portacl_policy *policy = portacl_policy_get();
	const char *exe = NULL;

	/* Rules are compared with the resolved path, as at exec. */
	if (d->query.exe)
		exe = portacl_path_resolve(d->query.exe, d->path);
	if (exe)
		req->exe = portacl_hash_path(exe, strlen(exe));
	portacl_print_answer(s, policy, req, exe);
	seq_buf_putc(s, '\n');
	portacl_policy_put(policy);
}

static int ask(struct query_file *d, char *text, size_t len)
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
	struct query_file *d = file->private_data;
	int err = portacl_may_write(file);
	char *text;

	if (err)
		return err;
	/* After an invalid request, no read may return an earlier answer. */
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
	struct query_file *d = file->private_data;
	ssize_t ret;

	mutex_lock(&d->lock);
	ret = simple_read_from_buffer(buf, count, &d->at, d->answer, d->len);
	mutex_unlock(&d->lock);
	return ret;
}

static int query_open(struct inode *inode, struct file *file)
{
	struct query_file *d = kzalloc(sizeof(*d), GFP_KERNEL);

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
