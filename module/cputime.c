// SPDX-License-Identifier: GPL-2.0-only
/*
 * cputime.c - the CPU time page: the CPU time of each thread
 *
 * 1. The kernel's run time of a thread is sum_exec_runtime, plus the time on the scheduler's clock since exec_start. At each tick both
 *    move by the same amount. So sum_exec_runtime - exec_start does not change between a switch to the thread and the next switch from it,
 *    and the run time is that difference plus the clock, which a program reads by itself (clock.c).
 *
 * 2. A process that has touched its CPU time page is a reader. The page has a slot for each processor. At a switch to a thread that runs in
 *    the reader's memory, its difference is stored in the processor's slot; at the switch from it, the slot becomes invalid. A thread that
 *    finds its own processor's slot valid, while it runs there, is the thread that the slot is about. It does not matter which threads
 *    and processes share the memory, how they were created, or what user space knows about threads.
 *
 * 3. Switches are watched, by a tracepoint, while there is a reader and some seconds longer. A switch finds the reader by its mm, in a
 *    table that is read under RCU (interrupts are off then), without a lock. A work item adds and removes the probe, and nothing waits for
 *    that. Until a processor has switched, its slot is invalid, and the thread there makes the system call. A reader may begin while the
 *    probe is being removed. So before that, all slots become invalid, and no switch makes one valid.
 *
 * 4. When another processor wakes up a task that preempts a thread, the kernel charges the thread only until the wake-up. But the thread
 *    runs on until the interrupt comes, and may read the page: a later answer could then be less than this one. So, before a thread
 *    with a valid slot is switched from, it is charged until then, as it would be if it made the system call. That is done at a function
 *    which __schedule() calls with interrupts off, before it takes the run queue's lock.
 *
 * 5. A SCHED_DEADLINE thread that has used up its runtime is not charged from then until it is switched from. So the slots of such threads
 *    stay invalid. A thread can also become one while it runs: its slot becomes invalid in a function that the kernel calls then.
 *
 * 6. A reader ends with its space. After one grace period no switch makes one of its slots valid. Then the slots that are still valid are
 *    removed from their processors; after another grace period no switch writes to its pages.
 *
 * 7. A thread that may not read the counter (PR_SET_TSC, strict seccomp) would be killed by the attempt. The page is disabled for good once
 *    such a thread is found in the reader's memory: when the page is created, at a switch to the thread, or when it loses the right.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/deadline.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <usrsysshm/abi.h>

#include "clock.h"
#include "compat/compat.h"
#include "cputime.h"
#include "facts.h"
#include "function.h"
#include "machine.h"
#include "page.h"
#include "space.h"

/* How long switches are watched after the last reader has gone, so that the probe is not added and removed all the time. */
#define USS_WATCH_LONGER	(10 * HZ)

struct uss_cputime_reader {
	struct hlist_node node;
	const struct mm_struct *mm;
	struct rcu_head rcu;
	raw_spinlock_t lock;	/* disabled, and the page's enabled. Also taken at a switch: with interrupts off */
	bool disabled;
	unsigned int count;
	struct page *pages[];
};

#define USS_READER_BITS	10

/* Read under RCU at each switch; changed under the lock. */
static struct hlist_head uss_readers[1 << USS_READER_BITS];
static DEFINE_RAW_SPINLOCK(uss_readers_lock);
static atomic_t uss_readers_count;

static bool uss_cputime_is_served;

/* The valid slot of this processor, or NULL. Set at a switch; cleared at the next one, or when its reader ends. */
static DEFINE_PER_CPU(struct uss_cputime_slot *, uss_valid_slot);

unsigned int uss_cputime_count_pages(void)
{
	return uss_cputime_is_served ? DIV_ROUND_UP(USS_CPUTIME_SLOTS + nr_cpu_ids * sizeof(struct uss_cputime_slot), PAGE_SIZE) : 0;
}

/* A slot never crosses a page. */
static struct uss_cputime_slot *uss_reader_slot(const struct uss_cputime_reader *reader, unsigned int cpu)
{
	size_t offset = USS_CPUTIME_SLOTS + cpu * sizeof(struct uss_cputime_slot);

	return page_address(reader->pages[offset / PAGE_SIZE]) + offset % PAGE_SIZE;
}

/* For good. */
static void uss_reader_disable(struct uss_cputime_reader *reader)
{
	struct uss_cputime_page *page = page_address(reader->pages[0]);
	unsigned long flags;

	raw_spin_lock_irqsave(&reader->lock, flags);
	reader->disabled = true;
	WRITE_ONCE(page->enabled, 0);
	raw_spin_unlock_irqrestore(&reader->lock, flags);
}

static void uss_reader_enable(struct uss_cputime_reader *reader)
{
	struct uss_cputime_page *page = page_address(reader->pages[0]);
	unsigned long flags;

	raw_spin_lock_irqsave(&reader->lock, flags);
	if (!reader->disabled)
		WRITE_ONCE(page->enabled, 1);
	raw_spin_unlock_irqrestore(&reader->lock, flags);
}

static bool uss_may_not_read_counter(struct task_struct *task)
{
#ifdef TIF_NOTSC
	return test_tsk_thread_flag(task, TIF_NOTSC);
#else
	return true;
#endif
}

static struct uss_cputime_reader *uss_reader_find(const struct mm_struct *mm)
{
	struct uss_cputime_reader *reader;

	hlist_for_each_entry_rcu_notrace(reader, &uss_readers[hash_ptr(mm, USS_READER_BITS)], node)
		if (reader->mm == mm)
			return reader;
	return NULL;
}

/*
 * Switches. With the run queue's lock held and interrupts off: no lock may be taken here but raw ones that are always taken with interrupts
 * off, nothing freed, nothing woken.
 */

static u64 uss_run_time(const struct task_struct *task)
{
	return task->se.sum_exec_runtime - task->se.exec_start;
}

static notrace struct uss_cputime_slot *uss_slot_invalidate(struct uss_cputime_slot **valid)
{
	/* uss_reader_take_off() may clear it at the same time: only one of the two gets the slot. */
	struct uss_cputime_slot *slot = xchg(valid, NULL);

	if (slot)
		WRITE_ONCE(slot->sequence, slot->sequence + 1);
	return slot;
}

static notrace void uss_slot_end(struct uss_cputime_slot **valid, const struct task_struct *prev)
{
	struct uss_cputime_slot *slot = uss_slot_invalidate(valid);

	/* From 6.12 on a wake-up moves exec_start of a task that has gone to sleep and is still current. It runs no user code in between. */
	if (slot && prev->on_rq && slot->run_time != uss_run_time(prev))
		uss_clock_diverged();
}

static bool uss_watching;	/* written by the work item only */

static notrace void uss_slot_begin(struct uss_cputime_slot **valid, struct uss_cputime_reader *reader, struct task_struct *next)
{
	struct uss_cputime_slot *slot = uss_reader_slot(reader, smp_processor_id());

	if (uss_may_not_read_counter(next)) {
		if (!READ_ONCE(reader->disabled))
			uss_reader_disable(reader);
		return;
	}
	/* The probe is being removed, and the switch from this thread might not be seen; or the thread is not always charged (point 5). */
	if (!READ_ONCE(uss_watching) || dl_prio(next->prio))
		return;
	if (!uss_clock_is_stable())
		return;
	WRITE_ONCE(*valid, slot);
	WRITE_ONCE(slot->run_time, uss_run_time(next));
	/* A thread that reads the slot runs on this processor, after the switch, or finds itself on another one. */
	smp_store_release(&slot->sequence, (slot->sequence | 1) + 1);
}

static notrace void uss_at_switch(void *data, bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int prev_state)
{
	struct uss_cputime_slot **valid = this_cpu_ptr(&uss_valid_slot);
	struct uss_cputime_reader *reader;

	if (READ_ONCE(*valid))
		uss_slot_end(valid, prev);
	if (!next->mm)
		return;
	reader = uss_reader_find(next->mm);
	if (unlikely(reader))
		uss_slot_begin(valid, reader, next);
}

/* In __schedule(), with interrupts off, before the run queue's lock is taken. */
static notrace void uss_before_switch(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (READ_ONCE(*this_cpu_ptr(&uss_valid_slot)))
		uss_clock_charge();
}

/*
 * switched_to_dl(rq, task), with the run queue's lock, also called on another processor. If another thread runs on the task's processor, that
 * thread makes system calls until its next switch.
 */
static notrace void uss_at_switched_to_dl(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct task_struct *task = (struct task_struct *)uss_ftrace_argument(fregs, 1);

	uss_slot_invalidate(per_cpu_ptr(&uss_valid_slot, task_cpu(task)));
}

/*
 * Watching switches
 */

static struct tracepoint *uss_switch_tracepoint;

/*
 * Without FTRACE_OPS_FL_RECURSION, with which ftrace would leave out a call inside another one. Neither function is called by what the
 * callbacks call.
 */
static struct uss_switch_hook {
	const char *name;
	unsigned long address;
	struct ftrace_ops ops;
} uss_switch_hooks[] = {
	{ "rcu_note_context_switch", 0, { .func = uss_before_switch, .flags = FTRACE_OPS_FL_PERMANENT } },
	{ "switched_to_dl", 0, { .func = uss_at_switched_to_dl, .flags = USS_OPS_WITH_ARGUMENTS | FTRACE_OPS_FL_PERMANENT } },
};

static int uss_switch_hooks_register(void)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(uss_switch_hooks); i++) {
		err = register_ftrace_function(&uss_switch_hooks[i].ops);
		if (err)
			break;
	}
	while (err && i--)
		unregister_ftrace_function(&uss_switch_hooks[i].ops);
	return err;
}

static void uss_switch_hooks_unregister(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_switch_hooks); i++)
		unregister_ftrace_function(&uss_switch_hooks[i].ops);
}

/* On each processor, in an interrupt, so never during a switch. Compares nothing: another processor may be updating the run time. */
static void uss_slot_end_here(void *unused)
{
	uss_slot_invalidate(this_cpu_ptr(&uss_valid_slot));
}

static void uss_watch(struct work_struct *work);
static DECLARE_DELAYED_WORK(uss_watch_work, uss_watch);

static int uss_watch_begin(void)
{
	int err = uss_switch_hooks_register();

	if (err)
		return err;
	/* Switches are seen, and threads are served, before the registration returns. */
	WRITE_ONCE(uss_watching, true);
	err = tracepoint_probe_register(uss_switch_tracepoint, uss_at_switch, NULL);
	if (err) {
		WRITE_ONCE(uss_watching, false);
		uss_switch_hooks_unregister();
	}
	return err;
}

static void uss_watch_end(void)
{
	/* A reader that has begun since gets no slot from here on, and loses those that it has. Its work item comes next. */
	WRITE_ONCE(uss_watching, false);
	on_each_cpu(uss_slot_end_here, NULL, 1);
	tracepoint_probe_unregister(uss_switch_tracepoint, uss_at_switch, NULL);
	tracepoint_synchronize_unregister();
	uss_switch_hooks_unregister();
}

static void uss_watch(struct work_struct *work)
{
	bool wanted = atomic_read(&uss_readers_count) > 0;

	if (!wanted && uss_watching)
		uss_watch_end();
	/* Without memory: the threads make the system call until then. */
	else if (wanted && !uss_watching && uss_watch_begin())
		mod_delayed_work(uss_unbound_wq, &uss_watch_work, HZ);
}

bool uss_cputime_is_watching(void)
{
	return READ_ONCE(uss_watching);
}

/*
 * Readers
 */

static void uss_reader_free(struct uss_cputime_reader *reader)
{
	unsigned int i;

	for (i = 0; i < reader->count; i++)
		uss_page_free(reader->pages[i]);
	kfree(reader);
}

static void uss_reader_free_rcu(struct rcu_head *rcu)
{
	uss_reader_free(container_of(rcu, struct uss_cputime_reader, rcu));
}

/* No switch makes a slot of this reader valid any more. Remove those that still are from their processors. */
static void uss_reader_take_off(struct rcu_head *rcu)
{
	struct uss_cputime_reader *reader = container_of(rcu, struct uss_cputime_reader, rcu);
	int cpu;

	for_each_possible_cpu(cpu)
		cmpxchg(per_cpu_ptr(&uss_valid_slot, cpu), uss_reader_slot(reader, cpu), NULL);
	call_rcu(&reader->rcu, uss_reader_free_rcu);
}

static struct uss_cputime_reader *uss_reader_alloc(void)
{
	unsigned int count = uss_cputime_count_pages();
	struct uss_cputime_reader *reader;
	struct uss_cputime_page *page;

	reader = kzalloc(struct_size(reader, pages, count), USS_GFP_OPTIONAL | GFP_KERNEL_ACCOUNT);
	if (!reader)
		return NULL;
	raw_spin_lock_init(&reader->lock);
	for (; reader->count < count; reader->count++) {
		reader->pages[reader->count] = uss_page_alloc(USS_GFP_OPTIONAL);
		if (!reader->pages[reader->count]) {
			uss_reader_free(reader);
			return NULL;
		}
	}
	page = page_address(reader->pages[0]);
	uss_page_fill_header(page, USS_MAGIC_CPUTIME, sizeof(*page));
	page->slots = nr_cpu_ids;
	return reader;
}

/* Checks the threads that existed before the reader and may run on without a switch. Later ones are checked at a switch. */
static bool uss_all_may_read_counter(const struct mm_struct *mm)
{
	struct task_struct *process, *thread;
	bool all = true;

	/* No other thread runs in this memory, and a later one inherits the flag. */
	if (atomic_read(&mm->mm_users) == 1)
		return !uss_may_not_read_counter(current);
	rcu_read_lock();
	for_each_process_thread(process, thread)
		if (READ_ONCE(thread->mm) == mm && uss_may_not_read_counter(thread))
			all = false;
	rcu_read_unlock();
	return all;
}

static void uss_reader_begin(struct uss_space *space)
{
	struct uss_cputime_reader *reader = uss_reader_alloc(), *mine = reader;

	if (!reader)
		return;
	reader->mm = space->mm;
	raw_spin_lock(&space->lock);
	if (!space->cputime.reader) {
		raw_spin_lock(&uss_readers_lock);
		hlist_add_head_rcu(&reader->node, &uss_readers[hash_ptr(reader->mm, USS_READER_BITS)]);
		raw_spin_unlock(&uss_readers_lock);
		/* Pairs with the acquire in uss_cputime_page(). */
		smp_store_release(&space->cputime.reader, reader);
		mine = NULL;
	}
	raw_spin_unlock(&space->lock);
	if (mine) {
		uss_reader_free(mine);
		return;
	}
	if (atomic_inc_return(&uss_readers_count) == 1)
		mod_delayed_work(uss_unbound_wq, &uss_watch_work, 0);
	/*
	 * Either the flag of a thread is seen here, or the thread, which sets it first, finds this reader in uss_counter_is_forbidden(). The
	 * page is enabled after the check, not before: another thread may have it mapped already.
	 */
	smp_mb();
	if (uss_all_may_read_counter(reader->mm))
		uss_reader_enable(reader);
}

/* The current thread has just been forbidden to read the counter. */
static void uss_counter_is_forbidden(void)
{
	struct uss_cputime_reader *reader;

	smp_mb();
	rcu_read_lock();
	reader = uss_reader_find(current->mm);
	if (reader)
		uss_reader_disable(reader);
	rcu_read_unlock();
}

/*
 * The page
 */

/* The fault holds the VMA, which holds the space, which holds the reader. */
static struct page *uss_cputime_page(struct uss_space *space, unsigned int index)
{
	struct uss_cputime_reader *reader = smp_load_acquire(&space->cputime.reader);

	if (!reader) {
		uss_reader_begin(space);
		reader = smp_load_acquire(&space->cputime.reader);
	}
	if (!reader || index >= reader->count)
		return NULL;
	get_page(reader->pages[index]);
	return reader->pages[index];
}

static void uss_cputime_peek(struct uss_space *space, unsigned int index, void *copy)
{
	struct uss_cputime_reader *reader = space->cputime.reader;

	if (reader && index < reader->count)
		memcpy(copy, page_address(reader->pages[index]), PAGE_SIZE);
}

static void uss_cputime_free(struct uss_space *space)
{
	struct uss_cputime_reader *reader = space->cputime.reader;

	if (!reader)
		return;
	raw_spin_lock(&uss_readers_lock);
	hlist_del_rcu(&reader->node);
	raw_spin_unlock(&uss_readers_lock);
	call_rcu(&reader->rcu, uss_reader_take_off);
	if (atomic_dec_and_test(&uss_readers_count))
		queue_delayed_work(uss_unbound_wq, &uss_watch_work, USS_WATCH_LONGER);
}

static void uss_find_switch_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "sched_switch"))
		uss_switch_tracepoint = tracepoint;
}

static const char *uss_switch_hooks_find(void)
{
	size_t i;

	/* A kernel for one processor has no function rcu_note_context_switch(), and a compiler may inline it. */
	for (i = 0; i < ARRAY_SIZE(uss_switch_hooks); i++)
		if (uss_function_find(uss_switch_hooks[i].name, &uss_switch_hooks[i].address))
			return uss_switch_hooks[i].name;
	return NULL;
}

static bool uss_cputime_probe(void)
{
	const char *missing = uss_switch_hooks_find();

	for_each_kernel_tracepoint(uss_find_switch_tracepoint, NULL);
	if (!uss_switch_tracepoint) {
		pr_info("CPU time is not served: this kernel has no tracepoint sched_switch\n");
		return false;
	}
	if (missing) {
		pr_info("CPU time is not served: this kernel has no function %s that can be hooked\n", missing);
		return false;
	}
	uss_cputime_is_served = uss_clock_probe();
	return uss_cputime_is_served;
}

static void uss_switch_hooks_free(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_switch_hooks); i++)
		ftrace_free_filter(&uss_switch_hooks[i].ops);
}

static int uss_switch_hooks_init(void)
{
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(uss_switch_hooks) && !err; i++) {
		err = ftrace_set_filter_ip(&uss_switch_hooks[i].ops, uss_switch_hooks[i].address, 0, 0);
		if (err)
			pr_err("cannot hook %s: error %d\n", uss_switch_hooks[i].name, err);
	}
	return err;
}

static int uss_cputime_init(void)
{
	int err = uss_switch_hooks_init();

	if (!err) {
		err = uss_clock_init(uss_machine_contents(), uss_counter_is_forbidden);
		if (err)
			pr_err("cannot follow the scheduler's clock: error %d\n", err);
	}
	if (err)
		uss_switch_hooks_free();
	return err;
}

static void uss_cputime_exit(void)
{
	cancel_delayed_work_sync(&uss_watch_work);
	/* There is no reader any more. */
	uss_watch(NULL);
	uss_switch_hooks_free();
	uss_clock_exit();
	/* The first waits for uss_reader_take_off(), which queues uss_reader_free_rcu(); the second waits for that. */
	rcu_barrier();
	rcu_barrier();
}

const struct uss_fact uss_cputime_fact = {
	.names = "cputime",
	.features = USS_FEATURE_CPUTIME,
	.first = USS_CPUTIME_PGOFF,
	.pages = USS_CPUTIME_PAGES_MAX,
	.probe = uss_cputime_probe,
	.init = uss_cputime_init,
	.exit = uss_cputime_exit,
	.page = uss_cputime_page,
	.peek = uss_cputime_peek,
	.free = uss_cputime_free,
};
