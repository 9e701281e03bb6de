// SPDX-License-Identifier: GPL-2.0-only
/*
 * withdraw.c - removes the system page from a process that has left its UTS namespace
 *
 * The page is removed from the process's page tables, so that the next touch faults and finds the page that is right for it now. A worker
 * does this, because the hook in which a task leaves a namespace cannot sleep.
 *
 * The worker does not wait for an mmap_lock: a program can hold its own for ever (a page fault on a FUSE file that nothing answers). A
 * withdrawal that cannot get the lock goes back to the list and is tried again later.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "compat/compat.h"
#include "facts.h"
#include "vma.h"
#include "withdraw.h"

struct uss_withdrawal {
	struct list_head node;
	struct mm_struct *mm;
};

#define USS_WITHDRAWAL_RETRY_MS	20

static void uss_withdraw_all(struct work_struct *work);

static DEFINE_RAW_SPINLOCK(uss_withdrawals_lock);		/* the list, which stays empty once the module is going */
static LIST_HEAD(uss_withdrawals);
static bool uss_is_going;
static DECLARE_DELAYED_WORK(uss_withdrawals_work, uss_withdraw_all);

/* With the mmap_lock for writing, so that no fault is under way. */
static void uss_zap_system_page(struct vm_area_struct *vma)
{
	if (!uss_vma_is_ro(vma) || vma->vm_pgoff > USS_SYSTEM_PGOFF || vma->vm_pgoff + vma_pages(vma) <= USS_SYSTEM_PGOFF)
		return;
	uss_zap_vma_range(vma, vma->vm_start + (USS_SYSTEM_PGOFF - vma->vm_pgoff) * PAGE_SIZE, PAGE_SIZE);
}

/* Returns false if it must be tried again. */
static bool uss_try_withdrawal(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);
	bool locked;

	if (!mmget_not_zero(mm))
		return true;
	locked = uss_mmap_write_trylock(mm);
	if (locked) {
		/* As in unload.c. */
		for_each_vma(vmi, vma) {
			if (uss_mm_is_unstable(mm) || xa_is_zero(vma))
				break;
			uss_zap_system_page(vma);
		}
		mmap_write_unlock(mm);
	}
	/* This may be the last reference, and then it takes long. */
	mmput_async(mm);
	return locked;
}

static void uss_withdrawal_free(struct uss_withdrawal *withdrawal)
{
	list_del(&withdrawal->node);
	mmdrop(withdrawal->mm);
	kfree(withdrawal);
}

static void uss_withdraw_all(struct work_struct *work)
{
	struct uss_withdrawal *withdrawal, *next;
	LIST_HEAD(list);

	raw_spin_lock(&uss_withdrawals_lock);
	list_splice_init(&uss_withdrawals, &list);
	raw_spin_unlock(&uss_withdrawals_lock);
	list_for_each_entry_safe(withdrawal, next, &list, node)
		if (uss_try_withdrawal(withdrawal->mm))
			uss_withdrawal_free(withdrawal);
	if (list_empty(&list))
		return;
	raw_spin_lock(&uss_withdrawals_lock);
	list_splice(&list, &uss_withdrawals);
	if (!uss_is_going)
		queue_delayed_work(uss_unbound_wq, &uss_withdrawals_work, msecs_to_jiffies(USS_WITHDRAWAL_RETRY_MS));
	raw_spin_unlock(&uss_withdrawals_lock);
}

struct uss_withdrawal *uss_withdrawal_alloc(void)
{
	return kmalloc(sizeof(struct uss_withdrawal), GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

bool uss_withdraw(struct uss_withdrawal *withdrawal, struct mm_struct *mm)
{
	bool taken;

	if (!withdrawal)
		return false;
	raw_spin_lock(&uss_withdrawals_lock);
	taken = !uss_is_going;
	if (taken) {
		mmgrab(mm);
		withdrawal->mm = mm;
		list_add_tail(&withdrawal->node, &uss_withdrawals);
		/* At once, even if others are waiting for their next try. */
		mod_delayed_work(uss_unbound_wq, &uss_withdrawals_work, 0);
	}
	raw_spin_unlock(&uss_withdrawals_lock);
	return taken;
}

void uss_withdraw_exit(void)
{
	struct uss_withdrawal *withdrawal, *next;

	raw_spin_lock(&uss_withdrawals_lock);
	uss_is_going = true;
	raw_spin_unlock(&uss_withdrawals_lock);
	cancel_delayed_work_sync(&uss_withdrawals_work);
	list_for_each_entry_safe(withdrawal, next, &uss_withdrawals, node)
		uss_withdrawal_free(withdrawal);
}
