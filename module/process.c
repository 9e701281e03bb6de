// SPDX-License-Identifier: GPL-2.0-only
/*
 * process.c - the process page: pid, fork id, start time, and for which process they are valid
 *
 * 1. The page is valid for one process: the owner, identified by its signal_struct, which all its threads share. The owner is the
 *    process that asked. After fork it is the child, which is known only after its mm was copied. Until then, and after the owner has
 *    left, there is no owner and the pid reads 0. A space never has a second owner.
 *
 * 2. Other processes can run in the owner's mm: after vfork, posix_spawn, CLONE_VM. Each of them is a sharer. It is recorded before it is
 *    woken and removed when it leaves by exec or by the exit of its last thread. While there is a sharer the pid reads 0. Sharers are a
 *    list and not a count: a process that leaves twice (an exec that fails half-way, then exit) removes no other. The owner is never one.
 *
 * 3. ask.c finds the sharers that were there before the process asked. The tracepoint on fork reports those that come later. When there
 *    is no memory to record a sharer, or there are too many, the space is given up: its pid reads 0 from then on. A departure that goes
 *    unnoticed is harmless: the pid stays 0 and readers fall back to the system call.
 */
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <usrsysshm/abi.h>

#include "facts.h"
#include "page.h"
#include "process.h"
#include "sharer.h"
#include "space.h"

/* The list is searched with preemption off. */
#define USS_SHARERS_MAX	256

static atomic64_t uss_last_forkid;

static u64 uss_next_forkid(void)
{
	return atomic64_inc_return(&uss_last_forkid);
}

/* Field 22 of /proc/PID/stat, as the task itself would read it, before it is rounded. */
static u64 uss_start_time(struct task_struct *task)
{
	u64 start = task->group_leader->start_boottime;

#ifdef CONFIG_TIME_NS
	start += timespec64_to_ns(&task->nsproxy->time_ns->offsets.boottime);
#endif
	return start;
}

u64 uss_current_start_time(void)
{
	u64 start;

	/* The leader changes when another thread executes a program. */
	rcu_read_lock();
	start = uss_start_time(current);
	rcu_read_unlock();
	return start;
}

/*
 * The page
 */

/* Writes the fields that can change. The only place that decides whether the page shows the pid. */
static void uss_write_process(struct uss_space *space, struct uss_process_page *page)
{
	const struct uss_process *process = &space->process;
	bool alone = process->owner && !process->settling && !uss_process_is_shared(space);

	lockdep_assert_held(&space->lock);
	WRITE_ONCE(page->start_time, process->start_time);
	/* While settling it is not known yet in which namespaces the other threads are. */
	WRITE_ONCE(page->speaks, process->settling ? 0 : process->speaks);
	WRITE_ONCE(page->title_area, process->title_area);
	/* Release: a reader that sees the pid also sees the fields that the pid makes valid. */
	smp_store_release(&page->pid, alone ? process->pid : 0);
}

static void uss_publish(struct uss_space *space)
{
	if (space->process.page)
		uss_write_process(space, page_address(space->process.page));
}

static void uss_fill_process_page(void *data, void *filled_for)
{
	struct uss_process_page *page = data;
	struct uss_space *space = filled_for;

	uss_page_fill_header(page, USS_MAGIC_PROCESS, sizeof(*page));
	page->forkid = space->process.forkid;
	page->system_offset = USS_SYSTEM_PGOFF * PAGE_SIZE;
	page->cputime_offset = uss_cputime_count_pages() ? USS_CPUTIME_PGOFF * PAGE_SIZE : 0;
	page->machine_offset = USS_MACHINE_PGOFF * PAGE_SIZE;
	uss_write_process(space, page);
}

static struct page *uss_process_page(struct uss_space *space, unsigned int index)
{
	return uss_page_get(&space->process.page, &space->lock, USS_GFP_OPTIONAL, uss_fill_process_page, space);
}

static void uss_process_peek(struct uss_space *space, unsigned int index, void *copy)
{
	uss_fill_process_page(copy, space);
}

void uss_process_set_valid(struct uss_space *space, u32 points)
{
	space->process.speaks |= points;
	uss_publish(space);
}

void uss_process_clear_valid(struct uss_space *space, u32 points)
{
	space->process.speaks &= ~points;
	uss_publish(space);
}

void uss_process_set_title_area(struct uss_space *space, unsigned long area)
{
	space->process.title_area = area;
	uss_publish(space);
}

void uss_process_set_settling(struct uss_space *space, bool settling)
{
	space->process.settling = settling;
	uss_publish(space);
}

/*
 * Owner and sharers
 */

bool uss_process_is_owner(const struct uss_space *space, const struct task_struct *task)
{
	return space->process.owner == task->signal;
}

bool uss_process_is_shared(const struct uss_space *space)
{
	return !list_empty(&space->process.sharers) || space->process.given_up;
}

static struct uss_sharer *uss_find_sharer(struct uss_space *space, struct signal_struct *signal)
{
	struct uss_sharer *sharer;

	list_for_each_entry(sharer, &space->process.sharers, node)
		if (sharer->signal == signal)
			return sharer;
	return NULL;
}

bool uss_process_is_sharer(struct uss_space *space, const struct task_struct *task)
{
	return uss_find_sharer(space, task->signal);
}

/* Adds it once: the tracepoint and ask.c can both report a process that is created while another one asks. */
void uss_process_add_sharer(struct uss_space *space, struct task_struct *task, struct uss_sharer **new)
{
	struct uss_sharer *sharer = *new;

	if (uss_find_sharer(space, task->signal))
		return;
	if (sharer && space->process.sharers_count < USS_SHARERS_MAX) {
		*new = NULL;
		sharer->signal = task->signal;
		sharer->forkid = uss_next_forkid();
		list_add(&sharer->node, &space->process.sharers);
		space->process.sharers_count++;
	} else {
		space->process.given_up = true;
	}
	uss_publish(space);
}

struct uss_sharer *uss_process_remove_sharer(struct uss_space *space, struct task_struct *task)
{
	struct uss_sharer *sharer = uss_find_sharer(space, task->signal);

	if (!sharer)
		return NULL;
	list_del(&sharer->node);
	space->process.sharers_count--;
	uss_publish(space);
	return sharer;
}

static void uss_process_own(struct uss_space *space, struct task_struct *task)
{
	struct uss_process *process = &space->process;

	process->owner = task->signal;
	process->was_owned = true;
	process->pid = task_tgid_nr_ns(task, task_active_pid_ns(task));
	process->start_time = uss_start_time(task);
	uss_process_set_valid(space, USS_SPEAKS_START_TIME);
}

static void uss_process_leave(struct uss_space *space)
{
	space->process.owner = NULL;
	uss_publish(space);
}

static void uss_process_enter(struct uss_space *space, struct task_struct *task, const struct nsproxy *new)
{
#ifdef CONFIG_TIME_NS
	if (!new || new->time_ns != task->nsproxy->time_ns)
		uss_process_clear_valid(space, USS_SPEAKS_START_TIME);
#endif
}

void uss_process_find_forkid(struct uss_space *space, void *data)
{
	struct uss_sharer *sharer = uss_find_sharer(space, current->signal);
	u64 *forkid = data;

	if (sharer)
		*forkid = sharer->forkid;
	else if (uss_process_is_owner(space, current))
		*forkid = space->process.forkid;
}

static void uss_process_begin(struct uss_space *space)
{
	space->process.forkid = uss_next_forkid();
	INIT_LIST_HEAD(&space->process.sharers);
}

static void uss_process_free(struct uss_space *space)
{
	struct uss_sharer *sharer, *next;

	list_for_each_entry_safe(sharer, next, &space->process.sharers, node)
		kfree(sharer);
	uss_page_free(space->process.page);
}

static int uss_process_init(void)
{
	/* Fork ids start at the time since boot, so they never repeat one from an earlier load of this module. */
	atomic64_set(&uss_last_forkid, ktime_get_boottime_ns());
	return uss_sharers_init();
}

const struct uss_fact uss_process_fact = {
	.names = "pid forkid start_time",
	.features = USS_FEATURE_PID | USS_FEATURE_FORKID | USS_FEATURE_START_TIME,
	.first = USS_PROCESS_PGOFF,
	.pages = 1,
	.init = uss_process_init,
	.exit = uss_sharers_exit,
	.page = uss_process_page,
	.peek = uss_process_peek,
	.begin = uss_process_begin,
	.free = uss_process_free,
	.own = uss_process_own,
	.leave = uss_process_leave,
	.enter = uss_process_enter,
};
