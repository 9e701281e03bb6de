// SPDX-License-Identifier: GPL-2.0-only
/*
 * ask.c - a process asks for its pages
 *
 * A process has no pages until it reads kernel.usrsysshm. From then on hooks keep its pages right; what happened before, they missed.
 * It is found out here, once:
 *
 * 1. The pages are mapped. Their space is in the table, so events for it are seen; it has no owner, so the pid reads 0.
 *
 * 2. The asker becomes the owner, still with pid 0. Then all processes are looked at. One that runs in the same memory is a sharer. One
 *    that was made before the space is found by this look, one that is made after it by the hook on fork, and one in between
 *    by both, which is the same as once.
 *
 * 3. A process is not a sharer any more once its event has come: no code of its program runs in this memory again. That is when none of
 *    its threads is live; then no look is needed. And it is in the middle of exec, just before it takes its new memory. If it is still
 *    in exec, its event may have come before the space was there, or may be yet to come. So the asker looks again, until it has
 *    taken its new memory, or its exec has failed. After USS_EXEC_TRIES it counts as a sharer: the pid reads 0.
 *    Both are decided under the lock of the space, which the event takes too.
 *
 * 4. The asker's other threads may be in another UTS namespace, or have another personality. One that is just now in a system call that
 *    changes either counts as if it were: its event may have come too early.
 *
 * 5. The pid is published.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/timekeeping.h>
#include <asm/syscall.h>

#include "ask.h"
#include "compat/compat.h"
#include "map.h"
#include "space.h"

/* How often a process in the middle of exec is looked at again, and how long is waited in between. */
#define USS_EXEC_TRIES		500
#define USS_EXEC_WAIT_US	200

/* Under rcu_read_lock(). */
static bool uss_runs_in(struct task_struct *process, const struct mm_struct *mm)
{
	struct task_struct *thread;

	for_each_thread(process, thread)
		if (READ_ONCE(thread->mm) == mm)
			return true;
	return false;
}

static bool uss_is_in_exec(struct task_struct *process)
{
	struct task_struct *thread;

	for_each_thread(process, thread)
		if (thread->in_execve)
			return true;
	return false;
}

struct uss_look {
	const struct mm_struct *mm;
	struct task_struct *process;
	bool again;			/* may it be looked at again? */
	bool in_doubt;			/* it is to be */
};

static void uss_look_at_process(struct uss_space *space, void *data)
{
	struct uss_look *look = data;

	if (!atomic_read(&look->process->signal->live) || !uss_runs_in(look->process, look->mm))
		return;
	if (look->again && uss_is_in_exec(look->process))
		look->in_doubt = true;
	else
		uss_space_add_sharer(space, look->process);
}

/* Those that were made after @since are not looked at: the hook on fork has seen them, and their events are seen. */
static bool uss_look_at_processes(const struct mm_struct *mm, u64 since, bool again)
{
	struct uss_look look = { .mm = mm, .again = again };

	rcu_read_lock();
	for_each_process(look.process) {
		if (look.process->flags & PF_KTHREAD || look.process->signal == current->signal || look.process->start_time > since)
			continue;
		if (uss_runs_in(look.process, mm))
			uss_space_call(mm, uss_look_at_process, &look);
	}
	rcu_read_unlock();
	return look.in_doubt;
}

static void uss_find_sharers(struct mm_struct *mm)
{
	/* The space is in the table. */
	u64 since = ktime_get_ns();
	int tries = 0;

	/* Nobody else can come to share the memory: that takes a thread of it. */
	if (atomic_read(&current->signal->live) == 1 && atomic_read(&mm->mm_users) == 1)
		return;
	/* One that is killed does not wait, but it leaves nobody out: it may take long to go, and others go on in its memory. */
	while (uss_look_at_processes(mm, since, ++tries < USS_EXEC_TRIES && !fatal_signal_pending(current)))
		usleep_range(USS_EXEC_WAIT_US / 2, USS_EXEC_WAIT_US);
}

/* With @space locked. A thread that has its memory keeps it, its stack and its namespaces as long as its task lock is held. */
static void uss_look_at_thread(struct uss_space *space, struct task_struct *thread)
{
	bool in_doubt;

	task_lock(thread);
	if (thread->mm) {
		in_doubt = uss_changes_thread(syscall_get_nr(thread, task_pt_regs(thread)));
		/* If the call has ended, what it has done is seen. */
		smp_rmb();
		uss_space_compare(space, thread, in_doubt);
	}
	task_unlock(thread);
}

static void uss_look_at_threads(struct uss_space *space, void *data)
{
	struct task_struct *thread;

	for_each_thread(current, thread)
		if (thread != current)
			uss_look_at_thread(space, thread);
	uss_space_settled(space);
}

static void uss_begin_settling(struct uss_space *space, void *data)
{
	bool *begun = data;

	*begun = uss_space_begin_settling(space, current);
}

static void uss_settle(struct mm_struct *mm)
{
	bool begun = false;

	uss_space_call(mm, uss_begin_settling, &begun);
	if (!begun)
		return;
	/* Pairs with the one in uss_space_call(). */
	smp_mb();
	uss_find_sharers(mm);
	uss_space_call(mm, uss_look_at_threads, NULL);
}

/* A child that runs in its parent's memory while the parent waits: it is soon gone, and must not become the owner. */
static bool uss_is_in_vfork(void)
{
	bool shares;

	rcu_read_lock();
	shares = current->vfork_done && READ_ONCE(rcu_dereference(current->real_parent)->mm) == current->mm;
	rcu_read_unlock();
	return shares;
}

unsigned long uss_ask(void)
{
	struct mm_struct *mm = current->mm;
	unsigned long base;

	if (!mm)
		return 0;
	base = uss_current_base();
	if (uss_is_in_vfork())
		return base;
	if (!base)
		base = uss_map_pages();
	if (base)
		uss_settle(mm);
	return base;
}

unsigned long uss_ask_title_area(void)
{
	unsigned long area;

	if (!current->mm || !uss_current_base())
		return 0;
	area = uss_space_open_window(current->mm);
	if (area)
		return area;
	/* If this fails because another thread was quicker, there is an area all the same. */
	uss_map_title_area();
	return uss_space_open_window(current->mm);
}
