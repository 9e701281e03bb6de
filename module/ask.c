// SPDX-License-Identifier: GPL-2.0-only
/*
 * ask.c - a process asks for its pages
 *
 * A process has no pages until it reads kernel.usrsysshm. From then on the hooks keep its pages right. They did not record what happened
 * before. This file finds that out, once; this is called settling:
 *
 * 1. The pages are mapped. Their space is in the table, so its events are seen. It has no owner, so the pid reads 0.
 *
 * 2. The asker becomes the owner; the pid still reads 0. Then all processes are searched for sharers, which run in the same memory.
 *    The search finds a sharer that was created before the space; the hook on fork reports one that is created after it. Both can find one
 *    created in between, which is recorded once.
 *
 * 3. A sharer that execs or exits causes an event, and runs no user code in this memory afterwards. A process without live threads has
 *    left already. For a process in the middle of exec this is not known: its event may have come before the space was in the table, or
 *    may be yet to come. So the asker searches again until that process has its new memory, or its exec has failed. After USS_EXEC_TRIES
 *    searches it is recorded as a sharer, and the pid reads 0. All this is decided under the lock of the space, which the event takes too.
 *
 * 4. Other threads of the asker may be in another UTS namespace, or have another personality. A thread that is in a system call that
 *    changes either is treated as if it had changed it: its event may have come before the space was in the table.
 *
 * 5. The pid is published.
 *
 * The program may unmap its pages meanwhile, and another of its processes may ask. Then there is another space, with another owner, which
 * settles it. So settling is about one space, known by its fork id, and changes no other (models/owner.pml).
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <asm/syscall.h>

#include "ask.h"
#include "compat/compat.h"
#include "map.h"
#include "process.h"
#include "sharer.h"
#include "space.h"
#include "title.h"

/* How many times processes in the middle of exec are examined, and the wait in between. */
#define USS_EXEC_TRIES		500
#define USS_EXEC_WAIT_US	200

/* Under rcu_read_lock(). All threads of a process have the same mm until they exit, and then none. */
static bool uss_runs_in(struct task_struct *process, const struct mm_struct *mm)
{
	const struct mm_struct *thread_mm;
	struct task_struct *thread;

	for_each_thread(process, thread) {
		thread_mm = READ_ONCE(thread->mm);
		if (thread_mm)
			return thread_mm == mm;
	}
	return false;
}

/* Far enough that its event may have come: exec has ended all other threads by then. */
static bool uss_is_in_exec(struct task_struct *process)
{
	struct task_struct *thread;

	if (get_nr_threads(process) > 1)
		return false;
	for_each_thread(process, thread)
		if (thread->in_execve)
			return true;
	return false;
}

struct uss_search {
	const struct mm_struct *mm;
	u64 forkid;			/* of the space */
	struct task_struct *process;
	struct uss_sharer *sharer;	/* to be added */
	bool again;			/* another search is possible */
	bool in_doubt;			/* another search is needed */
};

static void uss_examine_process(struct uss_space *space, void *data)
{
	struct uss_search *search = data;

	if (space->process.forkid != search->forkid)
		return;
	if (!atomic_read(&search->process->signal->live) || !uss_runs_in(search->process, search->mm))
		return;
	if (search->again && uss_is_in_exec(search->process))
		search->in_doubt = true;
	else
		uss_process_add_sharer(space, search->process, &search->sharer);
}

/* Skips processes that were created after @since: the hook on fork has reported them, and their events are seen. */
static bool uss_search_processes(const struct mm_struct *mm, u64 forkid, u64 since, bool again)
{
	struct uss_search search = { .mm = mm, .forkid = forkid, .again = again };

	rcu_read_lock();
	for_each_process(search.process) {
		if (search.process->flags & PF_KTHREAD || search.process->signal == current->signal || search.process->start_time > since)
			continue;
		if (!uss_runs_in(search.process, mm))
			continue;
		if (!search.sharer)
			search.sharer = uss_sharer_alloc();
		uss_space_call(mm, uss_examine_process, &search);
	}
	rcu_read_unlock();
	kfree(search.sharer);
	return search.in_doubt;
}

static void uss_find_sharers(struct mm_struct *mm, u64 forkid)
{
	/* The space is in the table. */
	u64 since = ktime_get_ns();
	int tries = 0;

	/* Nothing else runs in this memory, so nothing else can create a sharer. */
	if (atomic_read(&current->signal->live) == 1 && atomic_read(&mm->mm_users) == 1)
		return;
	/* A killed asker does not wait, but skips no process: its exit may take long, and sharers continue to run in its memory. */
	while (uss_search_processes(mm, forkid, since, ++tries < USS_EXEC_TRIES && !fatal_signal_pending(current)))
		usleep_range(USS_EXEC_WAIT_US / 2, USS_EXEC_WAIT_US);
}

struct uss_examined_thread {
	u64 forkid;			/* of the space */
	struct task_struct *thread;
	bool in_doubt;
};

static void uss_compare_thread(struct uss_space *space, void *data)
{
	struct uss_examined_thread *examined = data;

	if (space->process.forkid == examined->forkid)
		uss_space_compare(space, examined->thread, examined->in_doubt);
}

/* While its task_lock() is held, a thread that still has its mm keeps the mm, its stack and its namespaces. */
static void uss_examine_thread(struct mm_struct *mm, u64 forkid, struct task_struct *thread)
{
	struct uss_examined_thread examined = { .forkid = forkid, .thread = thread };

	task_lock(thread);
	if (thread->mm) {
		examined.in_doubt = uss_changes_thread(syscall_get_nr(thread, task_pt_regs(thread)));
		/* If the call has ended, its effect is visible below. */
		smp_rmb();
		uss_space_call(mm, uss_compare_thread, &examined);
	}
	task_unlock(thread);
}

/* A thread created meanwhile has the namespaces and the personality of its creator; an event reports any difference. */
static void uss_examine_threads(struct mm_struct *mm, u64 forkid)
{
	struct task_struct *thread;

	rcu_read_lock();
	for_each_thread(current, thread)
		if (thread != current)
			uss_examine_thread(mm, forkid, thread);
	rcu_read_unlock();
}

static void uss_end_settling(struct uss_space *space, void *data)
{
	const u64 *forkid = data;

	if (space->process.forkid == *forkid)
		uss_process_set_settling(space, false);
}

static void uss_begin_settling(struct uss_space *space, void *data)
{
	u64 *forkid = data;

	if (uss_space_begin_settling(space, current))
		*forkid = space->process.forkid;
}

static void uss_settle(struct mm_struct *mm)
{
	u64 forkid = 0;

	uss_space_call(mm, uss_begin_settling, &forkid);
	if (!forkid)
		return;
	/* Pairs with the one in uss_space_call(). */
	smp_mb();
	uss_find_sharers(mm, forkid);
	uss_examine_threads(mm, forkid);
	uss_space_call(mm, uss_end_settling, &forkid);
}

/*
 * A child that runs in its parent's memory while the parent waits. It leaves soon and should not become the owner. (A second thread of it
 * can: then no page is valid for the parent any more, which is the program's own doing.)
 */
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

static unsigned long uss_open_window(void)
{
	unsigned long area = 0;

	/* Not under the lock of the space, because it may sleep under PREEMPT_RT. */
	spin_lock(&current->mm->arg_lock);
	uss_space_call(current->mm, uss_title_open_window, &area);
	spin_unlock(&current->mm->arg_lock);
	return area;
}

unsigned long uss_ask_title_area(void)
{
	unsigned long area;

	if (!current->mm || !uss_current_base())
		return 0;
	area = uss_open_window();
	if (area)
		return area;
	/* If this fails because another thread was faster, there is an area all the same. */
	uss_map_title_area();
	return uss_open_window();
}
