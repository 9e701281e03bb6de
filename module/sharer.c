// SPDX-License-Identifier: GPL-2.0-only
/*
 * sharer.c - memory for the record of a process that shares another one's memory
 *
 * The hooks on fork, exec and exit allocate and free such records. Under PREEMPT_RT they run with preemption off, where the allocator's
 * locks may not be taken. There, records come from a reserve and go back to it, and a work item fills the reserve up and frees what
 * is too much. When more processes are created at once than the reserve has records, the hook gets none (process.c says what follows).
 */
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "sharer.h"

struct uss_sharer *uss_sharer_alloc(void)
{
	return kmalloc(sizeof(struct uss_sharer), GFP_ATOMIC | __GFP_NOWARN);
}

#ifdef CONFIG_PREEMPT_RT

/* The work item fills up to USS_RESERVE. It is queued when fewer than half of them, or more than twice as many, are left. */
#define USS_RESERVE	256

static void uss_reserve_adjust(struct work_struct *work);

static DEFINE_RAW_SPINLOCK(uss_reserve_lock);	/* the list and its length */
static LIST_HEAD(uss_reserve);
static unsigned int uss_reserve_count;
static DECLARE_WORK(uss_reserve_work, uss_reserve_adjust);

/* Returns the length of the reserve. */
static unsigned int uss_reserve_put(struct uss_sharer *sharer)
{
	unsigned int count;

	raw_spin_lock(&uss_reserve_lock);
	list_add(&sharer->node, &uss_reserve);
	count = ++uss_reserve_count;
	raw_spin_unlock(&uss_reserve_lock);
	return count;
}

static struct uss_sharer *uss_reserve_get(unsigned int *count)
{
	struct uss_sharer *sharer;

	raw_spin_lock(&uss_reserve_lock);
	sharer = list_first_entry_or_null(&uss_reserve, struct uss_sharer, node);
	if (sharer) {
		list_del(&sharer->node);
		uss_reserve_count--;
	}
	*count = uss_reserve_count;
	raw_spin_unlock(&uss_reserve_lock);
	return sharer;
}

static void uss_reserve_fill(void)
{
	struct uss_sharer *sharer;

	while (READ_ONCE(uss_reserve_count) < USS_RESERVE) {
		sharer = kmalloc(sizeof(*sharer), GFP_KERNEL);
		if (!sharer)
			return;
		uss_reserve_put(sharer);
	}
}

static void uss_reserve_trim(unsigned int length)
{
	unsigned int count;

	while (READ_ONCE(uss_reserve_count) > length)
		kfree(uss_reserve_get(&count));
}

static void uss_reserve_adjust(struct work_struct *work)
{
	uss_reserve_fill();
	uss_reserve_trim(USS_RESERVE);
}

struct uss_sharer *uss_sharer_alloc_in_hook(void)
{
	unsigned int count;
	struct uss_sharer *sharer = uss_reserve_get(&count);

	if (count < USS_RESERVE / 2)
		queue_work(uss_unbound_wq, &uss_reserve_work);
	return sharer;
}

void uss_sharer_free_in_hook(struct uss_sharer *sharer)
{
	if (sharer && uss_reserve_put(sharer) > 2 * USS_RESERVE)
		queue_work(uss_unbound_wq, &uss_reserve_work);
}

int uss_sharers_init(void)
{
	uss_reserve_fill();
	if (uss_reserve_count >= USS_RESERVE)
		return 0;
	uss_reserve_trim(0);
	return -ENOMEM;
}

void uss_sharers_exit(void)
{
	cancel_work_sync(&uss_reserve_work);
	uss_reserve_trim(0);
}

#else

struct uss_sharer *uss_sharer_alloc_in_hook(void)
{
	return uss_sharer_alloc();
}

void uss_sharer_free_in_hook(struct uss_sharer *sharer)
{
	kfree(sharer);
}

int uss_sharers_init(void)
{
	return 0;
}

void uss_sharers_exit(void)
{
}

#endif
