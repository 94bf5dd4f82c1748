// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the files in /sys/kernel/security/portacl.
 */
#include "portacl.h"

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/security.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "learn.h"
#include "securityfs.h"
#include "state.h"
#include "stats.h"

/**
 * portacl_may_write - check whether the caller may write to a file
 * @file: one of the files of this module
 *
 * Both the opener and the writer need the capability.  A process without it
 * gains nothing by a descriptor that it received, or by one that it passes on.
 *
 * Context: may sleep.
 * Return: 0 or -EPERM.
 */
int portacl_may_write(struct file *file)
{
	if (!file_ns_capable(file, &init_user_ns, CAP_MAC_ADMIN) ||
	    !capable(CAP_MAC_ADMIN))
		return -EPERM;
	return 0;
}

/* Read a word, with or without a newline. */
static int read_word(struct file *file, char *word, size_t size,
		     const char __user *buf, size_t count)
{
	int err = portacl_may_write(file);

	if (err)
		return err;
	if (count > PAGE_SIZE)
		return -E2BIG;
	if (count >= size)
		return -EINVAL;
	if (copy_from_user(word, buf, count))
		return -EFAULT;
	if (memchr(word, '\0', count))
		return -EINVAL;
	word[count] = '\0';
	if (count && word[count - 1] == '\n')
		word[count - 1] = '\0';
	return 0;
}

/* Not audited: reading without the capability is no violation. */
static int status_show(struct seq_file *m, void *v)
{
	bool digest = !security_capable(m->file->f_cred, &init_user_ns,
					CAP_MAC_ADMIN, CAP_OPT_NOAUDIT);

	portacl_state_show(m, digest);
	return 0;
}

static int status_open(struct inode *inode, struct file *file)
{
	int err = single_open(file, status_show, NULL);

	if (!err) {
		struct seq_file *m = file->private_data;

		m->poll_event = portacl_state_event();
	}
	return err;
}

/* As in sysfs, poll() reports a change until the file is read. */
static __poll_t status_poll(struct file *file, struct poll_table_struct *wait)
{
	const struct seq_file *m = file->private_data;

	poll_wait(file, &portacl_changed, wait);
	if (m->poll_event == portacl_state_event())
		return 0;
	return EPOLLIN | EPOLLRDNORM | EPOLLERR | EPOLLPRI;
}

static const struct file_operations status_fops = {
	.open = status_open,
	.read = seq_read,
	.poll = status_poll,
	.llseek = seq_lseek,
	.release = single_release,
};

static int mode_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", portacl_modes[READ_ONCE(portacl_mode)]);
	return 0;
}

static ssize_t mode_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *pos)
{
	char word[16];
	int err = read_word(file, word, sizeof(word), buf, count);
	int mode;

	if (err)
		return err;
	mode = match_string(portacl_modes, PORTACL_NR_MODES, word);
	if (mode < 0)
		return -EINVAL;
	err = portacl_state_set_mode(mode);
	return err ?: (ssize_t)count;
}

DEFINE_SHOW_STORE_ATTRIBUTE(mode);

static int lock_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", portacl_state_locked());
	return 0;
}

static ssize_t lock_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *pos)
{
	char word[4];
	int err = read_word(file, word, sizeof(word), buf, count);

	if (err)
		return err;
	if (!strcmp(word, "0"))
		return portacl_state_locked() ? -EPERM : (ssize_t)count;
	if (strcmp(word, "1"))
		return -EINVAL;
	portacl_state_lock();
	return count;
}

DEFINE_SHOW_STORE_ATTRIBUTE(lock);

static int observed_show(struct seq_file *m, void *v)
{
	portacl_learn_show(m);
	return 0;
}

static ssize_t observed_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *pos)
{
	char word[8];
	int err = read_word(file, word, sizeof(word), buf, count);

	if (err)
		return err;
	if (strcmp(word, "clear"))
		return -EINVAL;
	portacl_learn_clear();
	return count;
}

DEFINE_SHOW_STORE_ATTRIBUTE(observed);

static void *stats_at(const struct portacl_policy *policy, loff_t *pos)
{
	return *pos <= policy->nr_rules ? pos : NULL;
}

static void *stats_start(struct seq_file *m, loff_t *pos)
{
	if (!*pos) {
		portacl_policy_put(m->private);
		m->private = portacl_policy_get();
	}
	return stats_at(m->private, pos);
}

static void *stats_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return stats_at(m->private, pos);
}

static void stats_stop(struct seq_file *m, void *v)
{
}

static int stats_show(struct seq_file *m, void *v)
{
	const struct portacl_policy *policy = m->private;
	u32 line = *(loff_t *)v;

	if (line < policy->nr_rules)
		portacl_stats_show_rule(m, policy->stats, line);
	else
		portacl_stats_show_totals(m);
	return 0;
}

static const struct seq_operations stats_seq_ops = {
	.start = stats_start,
	.next = stats_next,
	.stop = stats_stop,
	.show = stats_show,
};

static int stats_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &stats_seq_ops);
}

static int stats_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	portacl_policy_put(m->private);
	return seq_release(inode, file);
}

static const struct file_operations stats_fops = {
	.open = stats_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = stats_release,
};

struct entry {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
};

static const struct entry files[] __initconst = {
	{ "policy", 0600, &portacl_policy_fops },
	{ "status", 0444, &status_fops },
	{ "mode", 0600, &mode_fops },
	{ "query", 0600, &portacl_query_fops },
	{ "stats", 0600, &stats_fops },
	{ "observed", 0600, &observed_fops },
	{ "lock", 0600, &lock_fops },
};

/**
 * portacl_securityfs_init - create the files
 *
 * Context: boot, after securityfs is initialised.
 * Return: 0, or the error of securityfs; then no file remains.
 */
int __init portacl_securityfs_init(void)
{
	struct dentry *dir = securityfs_create_dir(PORTACL_NAME, NULL);
	struct dentry *made[ARRAY_SIZE(files)];
	int i;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		made[i] = securityfs_create_file(files[i].name, files[i].mode,
						 dir, NULL, files[i].fops);
		if (IS_ERR(made[i])) {
			int err = PTR_ERR(made[i]);

			while (i--)
				securityfs_remove(made[i]);
			securityfs_remove(dir);
			return err;
		}
	}
	return 0;
}
