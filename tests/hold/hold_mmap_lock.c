// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold_mmap_lock.c - for tests only: holds the mmap_lock of a process for writing
 *
 *   insmod hold_mmap_lock.ko pid=PID seconds=S
 *
 * insmod returns when the lock is held. The lock is released after S seconds or at rmmod.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

static int pid, seconds = 5;
module_param(pid, int, 0);
module_param(seconds, int, 0);

static DECLARE_COMPLETION(held);
static struct task_struct *holder;

static int hold(void *data)
{
	struct mm_struct *mm = data;

	mmap_write_lock(mm);
	complete(&held);
	while (seconds-- > 0 && !kthread_should_stop())
		msleep(1000);
	mmap_write_unlock(mm);
	mmput(mm);
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static int __init hold_init(void)
{
	struct pid *found = find_get_pid(pid);
	struct task_struct *task = get_pid_task(found, PIDTYPE_TGID);
	struct mm_struct *mm;

	put_pid(found);
	if (!task)
		return -ESRCH;
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return -ESRCH;
	holder = kthread_run(hold, mm, "hold_mmap_lock");
	if (IS_ERR(holder)) {
		mmput(mm);
		return PTR_ERR(holder);
	}
	wait_for_completion(&held);
	return 0;
}

static void __exit hold_exit(void)
{
	kthread_stop(holder);
}

module_init(hold_init);
module_exit(hold_exit);
MODULE_DESCRIPTION("Test only: holds a process's mmap_lock");
MODULE_LICENSE("GPL");
