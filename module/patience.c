// SPDX-License-Identifier: GPL-2.0-only
/*
 * patience.c - how long a reader waits for the mmap_lock of another process
 *
 * A page fault that does not end (a network file system, a FUSE server) can hold the mmap_lock of its process for ever. A reader of that
 * process's command line gives up after ps_patience_ms.
 *
 * 1. The reader waits in the lock's queue, as it would without the module. So it gets a lock that many threads compete for. (Such a lock is
 *    never free: trying again and again would fail.) A timer ends the wait. It makes the reader's interruptible sleep end by
 *    TIF_NOTIFY_SIGNAL, which, unlike a signal, the reading program does not see.
 *
 * 2. ps reads the command lines of all processes, and all waits together must be short. So when a wait times out, the mm is marked stuck,
 *    if one thread held the lock all the time. For a second its readers only try the lock. Later a reader waits 15 ms for it, once a
 *    second. The first reader that gets the lock clears the mark.
 *
 * 3. One reading process waits ps_patience_ms in full for the first stuck mm that it meets, 15 ms for each further one, and ten times
 *    ps_patience_ms for all of them. Its account is cleared after a second without a timeout. In the queue, 15 ms are long enough for a
 *    process that is not stuck. So a user who has stuck processes shortens the wait for others, but does not end it.
 *
 * Marks and accounts are in two small hash tables. When two mms or two readers share an entry, the later timeout takes it, and the other
 * one waits in full again. (A reader that does not wait takes no entry, so taking the entry of another reader costs time.)
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/timer.h>

#include "compat/compat.h"
#include "patience.h"

unsigned int uss_ps_patience_ms = 100;

/* Long enough for an mm that is locked for a moment. A reader at the head of the queue has precedence after 4 ms. */
#define USS_LEAST_PATIENCE_MS	15
/* In multiples of ps_patience_ms. */
#define USS_ALL_PATIENCE	10
/* How often a reader that waits looks whether the lock has another holder, at most once a tick. */
#define USS_LOOKS		16

#define USS_STUCK_BITS	10
#define USS_WAITER_BITS	8

static struct uss_stuck {
	const struct mm_struct *mm;	/* compared, never dereferenced; NULL: none */
	unsigned long since;		/* the last timeout; in jiffies, as all times here */
} uss_stuck[1 << USS_STUCK_BITS];

static struct uss_waiter {
	pid_t tgid;
	unsigned long waited;
	unsigned long since;
} uss_waiters[1 << USS_WAITER_BITS];

/* Of both tables. Not taken by a reader that gets the mmap_lock at once. Raw: uss_patience_forget() is called with preemption off. */
static DEFINE_RAW_SPINLOCK(uss_patience_lock);

static bool uss_is_stopped;

static struct uss_stuck *uss_stuck_of(const struct mm_struct *mm)
{
	return &uss_stuck[hash_ptr(mm, USS_STUCK_BITS)];
}

void uss_patience_forget(const struct mm_struct *mm)
{
	struct uss_stuck *stuck = uss_stuck_of(mm);

	if (likely(READ_ONCE(stuck->mm) != mm))
		return;
	raw_spin_lock(&uss_patience_lock);
	if (stuck->mm == mm)
		WRITE_ONCE(stuck->mm, NULL);
	raw_spin_unlock(&uss_patience_lock);
}

void uss_patience_forget_all(void)
{
	size_t i;

	raw_spin_lock(&uss_patience_lock);
	for (i = 0; i < ARRAY_SIZE(uss_stuck); i++)
		WRITE_ONCE(uss_stuck[i].mm, NULL);
	raw_spin_unlock(&uss_patience_lock);
}

/* Returns the entry for the hash of the tgid. It may hold the account of another process: see uss_waited(). */
static struct uss_waiter *uss_current_waiter(void)
{
	return &uss_waiters[hash_32(task_tgid_nr(current), USS_WAITER_BITS)];
}

/* How long the current process has waited without getting a lock, if @reader is its account. With the lock. */
static unsigned long uss_waited(const struct uss_waiter *reader)
{
	return reader->tgid == task_tgid_nr(current) && !time_after(jiffies, reader->since + HZ) ? reader->waited : 0;
}

/* How long the current process waits for @mm; 0: it only tries. */
static unsigned long uss_patience(const struct mm_struct *mm, unsigned long whole)
{
	struct uss_stuck *stuck = uss_stuck_of(mm);
	unsigned long least = min_t(unsigned long, msecs_to_jiffies(USS_LEAST_PATIENCE_MS), whole), waited, since;
	bool marked;

	raw_spin_lock(&uss_patience_lock);
	waited = uss_waited(uss_current_waiter());
	marked = stuck->mm == mm;
	since = stuck->since;
	raw_spin_unlock(&uss_patience_lock);
	if (marked)
		return time_after(jiffies, since + HZ) && waited < whole ? least : 0;
	if (waited + least < whole)
		return whole - waited;
	return waited < USS_ALL_PATIENCE * whole ? least : 0;
}

static void uss_waited_in_vain(const struct mm_struct *mm, unsigned long waited, bool moved)
{
	struct uss_waiter *reader = uss_current_waiter();
	struct uss_stuck *stuck = uss_stuck_of(mm);

	raw_spin_lock(&uss_patience_lock);
	if (!moved) {
		stuck->since = jiffies;
		WRITE_ONCE(stuck->mm, mm);
	}
	reader->waited = uss_waited(reader) + waited;
	reader->since = jiffies;
	reader->tgid = task_tgid_nr(current);
	raw_spin_unlock(&uss_patience_lock);
}

/* Identifies the thread that holds the lock; the lowest bits are flags. A real-time kernel does not record it. */
static unsigned long uss_holder(struct mm_struct *mm)
{
#ifdef CONFIG_PREEMPT_RT
	return 0;
#else
	return atomic_long_read(&mm->mmap_lock.owner) & ~7UL;
#endif
}

struct uss_alarm {
	struct timer_list timer;
	struct task_struct *reader;
	struct mm_struct *mm;
	unsigned long end;
	unsigned long step;
	unsigned long holder;
	bool rang;
	bool moved;			/* the lock has had more than one holder */
};

/* Looks at the holder often enough, but not with each tick of a long wait. */
static void uss_alarm_set(struct uss_alarm *alarm)
{
	mod_timer(&alarm->timer, jiffies + clamp_t(long, alarm->end - jiffies, 1, alarm->step));
}

static void uss_alarm_tick(struct timer_list *timer)
{
	struct uss_alarm *alarm = container_of(timer, struct uss_alarm, timer);

	if (uss_holder(alarm->mm) != alarm->holder)
		alarm->moved = true;
	if (time_before(jiffies, alarm->end)) {
		uss_alarm_set(alarm);
		return;
	}
	alarm->rang = true;
	set_tsk_thread_flag(alarm->reader, TIF_NOTIFY_SIGNAL);
	wake_up_process(alarm->reader);
}

/* Waits in the lock's queue for at most @ticks. Returns whether the current thread has the lock. */
static bool uss_lock_in_time(struct mm_struct *mm, unsigned long ticks, bool *moved)
{
	struct uss_alarm alarm = { .reader = current, .mm = mm, .end = jiffies + ticks, .step = max(1UL, ticks / USS_LOOKS) };
	int err;

	/* A signal that is not fatal does not interrupt the read, but would interrupt the sleep in the queue. */
	if (signal_pending(current)) {
		schedule_timeout_killable(1);
		return mmap_read_trylock(mm);
	}
	alarm.holder = uss_holder(mm);
	timer_setup_on_stack(&alarm.timer, uss_alarm_tick, 0);
	uss_alarm_set(&alarm);
	err = down_read_interruptible(&mm->mmap_lock);
	timer_delete_sync(&alarm.timer);
	uss_timer_destroy_on_stack(&alarm.timer);
	if (alarm.rang) {
		clear_thread_flag(TIF_NOTIFY_SIGNAL);
		/* The flag may have been set for task work too. Pairs with task_work_add(), which queues its work first. */
		smp_mb__after_atomic();
		if (task_work_pending(current))
			set_thread_flag(TIF_NOTIFY_SIGNAL);
	}
	*moved |= alarm.moved;
	return !err;
}

static bool uss_wait_for_lock(struct mm_struct *mm)
{
	unsigned long whole = msecs_to_jiffies(READ_ONCE(uss_ps_patience_ms)), begin = jiffies, ticks, left;
	bool locked = false, moved = false;

	ticks = left = whole ? uss_patience(mm, whole) : MAX_JIFFY_OFFSET;
	while (!locked && (long)left > 0 && !fatal_signal_pending(current) && !READ_ONCE(uss_is_stopped)) {
		locked = uss_lock_in_time(mm, min_t(unsigned long, left, HZ), &moved);
		left = begin + ticks - jiffies;
	}
	/* A reader that only tried leaves the mark as old as it is. */
	if (!locked && ticks && (long)left <= 0)
		uss_waited_in_vain(mm, ticks, moved);
	return locked;
}

bool uss_lock_patiently(struct mm_struct *mm)
{
	if (!mmap_read_trylock(mm) && !uss_wait_for_lock(mm))
		return false;
	uss_patience_forget(mm);
	return true;
}

void uss_patience_stop(void)
{
	WRITE_ONCE(uss_is_stopped, true);
}
