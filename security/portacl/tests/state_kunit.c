// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: KUnit tests that readers do not wait for writers.
 */
#include "../portacl.h"

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "../state.h"

/* The wait ends at once unless a reader waits for a writer. */
#define PATIENCE (60 * HZ)

/**
 * struct reader - a thread that does what the readers of all files do
 * @done: the thread has finished
 * @m: its output
 */
struct reader {
	struct completion done;
	struct seq_file m;
};

static int read_all(void *arg)
{
	struct reader *reader = arg;

	portacl_state_show(&reader->m, true);
	portacl_policy_put(portacl_policy_get());
	if (!portacl_state_locked())
		portacl_state_event();
	complete(&reader->done);
	return 0;
}

/* A writer that sleeps with the mutex held delays no reader. */
static void test_readers_do_not_wait(struct kunit *test)
{
	struct task_struct *task;
	struct reader *reader;
	unsigned long left;

	if (!rcu_access_pointer(portacl_active))
		kunit_skip(test, "portacl is not active");
	reader = kunit_kzalloc(test, sizeof(*reader), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reader);
	reader->m.size = PAGE_SIZE;
	reader->m.buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reader->m.buf);
	init_completion(&reader->done);

	mutex_lock(&portacl_writers);
	task = kthread_run(read_all, reader, "portacl_reader");
	left = IS_ERR(task) ? 0 :
	       wait_for_completion_timeout(&reader->done, PATIENCE);
	mutex_unlock(&portacl_writers);
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	KUNIT_EXPECT_NE(test, left, 0);
	/* Until then it uses the memory of this test. */
	if (!left)
		wait_for_completion(&reader->done);
	KUNIT_EXPECT_EQ(test, strncmp(reader->m.buf, "abi ", 4), 0);
}

static struct kunit_case state_tests[] = {
	KUNIT_CASE(test_readers_do_not_wait),
	{ }
};

static struct kunit_suite state_suite = {
	.name = "portacl_state",
	.test_cases = state_tests,
};

kunit_test_suite(state_suite);
