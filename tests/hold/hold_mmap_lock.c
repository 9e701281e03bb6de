// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold_mmap_lock.c - for tests only: holds the mmap_lock of processes for writing
 *
 *   insmod hold_mmap_lock.ko pid=PID[,PID...] seconds=S
 *
 * insmod returns when all locks are held. They are released after S seconds or at rmmod.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#define MOST 64

static int pid[MOST], pids, seconds = 5;
module_param_array(pid, int, &pids, 0);
module_param(seconds, int, 0);

static DECLARE_COMPLETION(held);
static struct task_struct *holders[MOST];

static int hold(void *data)
{
	struct mm_struct *mm = data;
	int left = seconds;

	mmap_write_lock(mm);
	complete(&held);
	while (left-- > 0 && !kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	mmap_write_unlock(mm);
	mmput(mm);
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static struct task_struct *start_holder(int pid)
{
	struct pid *found = find_get_pid(pid);
	struct task_struct *task = get_pid_task(found, PIDTYPE_TGID), *holder;
	struct mm_struct *mm;

	put_pid(found);
	if (!task)
		return ERR_PTR(-ESRCH);
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return ERR_PTR(-ESRCH);
	holder = kthread_run(hold, mm, "hold_mmap_lock");
	if (IS_ERR(holder))
		mmput(mm);
	else
		wait_for_completion(&held);
	return holder;
}

static void hold_exit(void)
{
	while (pids--)
		kthread_stop(holders[pids]);
}

static int __init hold_init(void)
{
	int wanted = pids, err;

	for (pids = 0; pids < wanted; pids++) {
		holders[pids] = start_holder(pid[pids]);
		if (IS_ERR(holders[pids])) {
			err = PTR_ERR(holders[pids]);
			hold_exit();
			return err;
		}
	}
	return 0;
}

module_init(hold_init);
module_exit(hold_exit);
MODULE_DESCRIPTION("Test only: holds the mmap_lock of processes");
MODULE_LICENSE("GPL");
