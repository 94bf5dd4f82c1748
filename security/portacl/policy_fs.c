// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the file `policy`.  The text written between open and `commit` takes
 * effect as a whole or not at all.
 */
#include "portacl.h"

#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "parse.h"
#include "print.h"
#include "securityfs.h"
#include "show.h"
#include "state.h"

/**
 * struct transaction - the state of an open file
 * @policy: the policy that is being read, or NULL
 * @lock: serialises writes
 * @parser: the complete lines
 * @text: the incomplete line at the end
 * @len: length of @text in bytes
 * @total: number of bytes written
 * @ended: the policy was loaded or refused; more text is an error
 */
struct transaction {
	struct portacl_policy *policy;
	struct mutex lock; /* guards all members below */
	struct portacl_parser parser;
	char *text;
	u32 len;
	u64 total;
	bool ended;
};

static int refuse(struct transaction *t, int err, const char *why)
{
	struct portacl_error *error = &t->parser.error;

	lockdep_assert_held(&t->lock);
	if (why) {
		error->line = t->parser.line + 1;
		error->column = 1;
		error->len = 0;
		strscpy(error->reason, why, sizeof(error->reason));
	}
	portacl_state_fail(error);
	portacl_parser_free(&t->parser);
	t->ended = true;
	return err;
}

static int parse(struct transaction *t, char *line, size_t len)
{
	int err = portacl_parse_line(&t->parser, line, len);

	line[0] = '\0';
	return err ? refuse(t, err, NULL) : 0;
}

/* Parse the complete lines and keep the rest. */
static int parse_lines(struct transaction *t)
{
	char *line = t->text, *end = t->text + t->len, *newline;
	int err;

	while ((newline = memchr(line, '\n', end - line))) {
		*newline = '\0';
		err = parse(t, line, newline - line);
		if (err)
			return err;
		line = newline + 1;
		cond_resched();
	}
	t->len = end - line;
	memmove(t->text, line, t->len);
	return t->len == PORTACL_MAX_LINE ?
		       refuse(t, -E2BIG, "line too long") : 0;
}

static int parse_write(struct transaction *t, const char __user *buf,
		       size_t count)
{
	int err = 0;

	if (!t->text)
		t->text = kvmalloc(PORTACL_MAX_LINE + 1, GFP_KERNEL);
	if (!t->text)
		return refuse(t, -ENOMEM, "out of memory");
	while (!err && count) {
		size_t n = min_t(size_t, count, PORTACL_MAX_LINE - t->len);

		if (copy_from_user(t->text + t->len, buf, n))
			return refuse(t, -EFAULT, "bad address");
		t->len += n;
		buf += n;
		count -= n;
		err = parse_lines(t);
	}
	return err;
}

static int commit(struct transaction *t)
{
	int err = portacl_state_load(&t->parser);

	portacl_parser_free(&t->parser);
	t->ended = true;
	return err;
}

static bool is_blank(const char __user *buf, size_t count)
{
	char byte;

	for (; count; count--, buf++)
		if (get_user(byte, buf) || !strchr(" \t\n", byte) || !byte)
			return false;
	return true;
}

static int add(struct transaction *t, const char __user *buf, size_t count)
{
	int err;

	if (t->ended)
		return is_blank(buf, count) ? 0 : -EINVAL;
	if (portacl_state_locked())
		return refuse(t, -EPERM, "locked");
	t->total += count;
	if (t->total > PORTACL_MAX_TEXT)
		return refuse(t, -EFBIG, "text too large");
	err = parse_write(t, buf, count);
	if (err || !t->parser.committed)
		return err;
	/* The text behind `commit` must be valid, too: parse the last line. */
	t->text[t->len] = '\0';
	if (t->len)
		err = parse(t, t->text, t->len);
	return err ?: commit(t);
}

static ssize_t policy_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	struct transaction *t = m->private;
	int err = portacl_may_write(file);

	if (err)
		return err;
	mutex_lock(&t->lock);
	err = add(t, buf, count);
	mutex_unlock(&t->lock);
	return err ?: (ssize_t)count;
}

/* Discard an uncommitted policy; record the error. */
static void discard(struct transaction *t)
{
	mutex_lock(&t->lock);
	if (!t->ended && t->total)
		refuse(t, 0, "closed before commit");
	mutex_unlock(&t->lock);
}

static void *policy_at(const struct transaction *t, loff_t *pos)
{
	return *pos < portacl_print_steps(t->policy) ? pos : NULL;
}

/* A read from the start reads the policy that is active now. */
static void *policy_start(struct seq_file *m, loff_t *pos)
{
	struct transaction *t = m->private;

	if (!*pos) {
		portacl_policy_put(t->policy);
		t->policy = portacl_policy_get();
	}
	return policy_at(t, pos);
}

static void *policy_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return policy_at(m->private, pos);
}

static void policy_stop(struct seq_file *m, void *v)
{
}

static int policy_show(struct seq_file *m, void *v)
{
	const struct transaction *t = m->private;
	struct seq_buf s;

	if (!portacl_show_begin(m, &s))
		return 0;
	portacl_print_step(&s, t->policy, *(loff_t *)v);
	portacl_show_end(m, &s);
	return 0;
}

static const struct seq_operations policy_seq_ops = {
	.start = policy_start,
	.next = policy_next,
	.stop = policy_stop,
	.show = policy_show,
};

static int policy_open(struct inode *inode, struct file *file)
{
	struct transaction *t;

	t = __seq_open_private(file, &policy_seq_ops, sizeof(*t));
	if (!t)
		return -ENOMEM;
	mutex_init(&t->lock);
	t->parser.ops = &portacl_kernel_ops;
	return 0;
}

static int policy_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct transaction *t = m->private;

	discard(t);
	portacl_parser_free(&t->parser);
	kvfree(t->text);
	portacl_policy_put(t->policy);
	return seq_release_private(inode, file);
}

const struct file_operations portacl_policy_fops = {
	.open = policy_open,
	.read = seq_read,
	.write = policy_write,
	.llseek = seq_lseek,
	.release = policy_release,
};
