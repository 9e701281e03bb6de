// SPDX-License-Identifier: GPL-2.0-only
/*
 * unload.c - takes the pages away from all processes
 *
 * Each of our VMAs is replaced, in place, by a private mapping of /dev/zero, which is ordinary memory: its program reads zeros and falls
 * back to the system call. A kernel thread makes the new mapping by vm_mmap() in the process's mm, through a file of our own with two
 * methods. One checks, under the mmap_lock, that the VMA to be replaced is still ours. The other substitutes /dev/zero's file.
 *
 * rmmod blocks while a process is at vm.max_map_count: the kernel then refuses every mmap(2), even one that replaces a mapping. It also
 * blocks while a process holds its mmap_lock in a page fault that does not end.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/xarray.h>

#include "compat/compat.h"
#include "map.h"
#include "space.h"
#include "unload.h"
#include "vma.h"

static struct file *uss_zero_file;

struct task_struct *uss_evictor;
bool uss_is_closed;

static unsigned long uss_zero_area(struct file *file, unsigned long addr, unsigned long len, unsigned long pgoff, unsigned long flags)
{
	struct vm_area_struct *vma = find_vma(current->mm, addr);

	/* An earlier attempt has unmapped our VMA and then failed. Fill the hole, unless the program has mapped something there. */
	if (uss_is_closed && (!vma || vma->vm_start >= addr + len))
		return addr;
	if (!vma || vma->vm_start != addr || vma->vm_end != addr + len || !uss_vma_is_ours(vma))
		return -EAGAIN;
	/* For uss_zero_mmap(), which is called next, under the same lock, or when the hole is filled. */
	file->private_data = (void *)(VM_MAYREAD | (vma->vm_flags & (VM_READ | VM_WRITE)));
	/* mseal(2) keeps programs from replacing a mapping. We take back our own. */
	uss_vm_flags_mod(vma, 0, USS_VM_SEALED);
	return addr;
}

static int uss_zero_mmap(struct file *file, struct vm_area_struct *vma)
{
	uss_vm_flags_mod(vma, (unsigned long)file->private_data, 0);
	vma_set_file(vma, uss_zero_file);
	vma_set_anonymous(vma);
	return 0;
}

static const struct file_operations uss_zero_fops = {
	.get_unmapped_area = uss_zero_area,
	.mmap = uss_zero_mmap,
	.llseek = noop_llseek,
};

/* Finds one of our VMAs in @mm. */
static bool uss_find_ours(struct mm_struct *mm, unsigned long *start, unsigned long *size)
{
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);
	bool found = false;

	/* A process that is stuck in a page fault keeps its pages for now. The other processes lose theirs without waiting for it. */
	if (!mmap_read_trylock(mm))
		return false;
	/*
	 * The mm of a fork that failed half-way must not be walked or changed. It goes by itself. Some 6.x kernels mark it only by an entry in
	 * the tree, which may come after ours: an mmap beside that entry would take it for a VMA.
	 */
	for_each_vma(vmi, vma) {
		if (uss_mm_is_unstable(mm) || xa_is_zero(vma)) {
			found = false;
			break;
		}
		if (found || !uss_vma_is_ours(vma))
			continue;
		*start = vma->vm_start;
		*size = vma->vm_end - vma->vm_start;
		found = true;
	}
	mmap_read_unlock(mm);
	return found;
}

/*
 * What fails (no memory, or the program changed its mappings meanwhile) is tried again in the next round. But when memory runs out after
 * the original mapping was removed, there is a hole, which the next round would not find: it is filled at once.
 *
 * The mmap asks for no access. Private writable memory is accounted, and a kernel that never overcommits can notice that there is none left
 * after it has removed the original mapping (6.1). Our mmap method then restores the access that was there.
 */
static void uss_evict(struct mm_struct *mm, struct file *ours)
{
	unsigned long start, size, err = 0;
	int tries;

	kthread_use_mm(mm);
	WRITE_ONCE(uss_evictor, current);
	while (!IS_ERR_VALUE(err) && uss_find_ours(mm, &start, &size)) {
		uss_is_closed = false;
		for (tries = 1;; tries++) {
			err = vm_mmap(ours, start, size, PROT_NONE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, 0);
			if (err != -ENOMEM || !uss_is_closed || tries == 100)
				break;
			msleep(1);
		}
		if (IS_ERR_VALUE(err) && uss_is_closed)
			pr_warn("error %ld: nothing could be put at %#lx, where pages of a process were\n", (long)err, start);
	}
	WRITE_ONCE(uss_evictor, NULL);
	kthread_unuse_mm(mm);
}

static void uss_evict_all(struct work_struct *work)
{
	struct file *ours = ERR_PTR(-ENOMEM);
	struct mm_struct *mm;
	unsigned int round;

	for (round = 1; uss_is_mapped(); round++) {
		if (IS_ERR_OR_NULL(uss_zero_file))
			uss_zero_file = uss_open_name("/dev/zero", O_RDWR);
		if (IS_ERR(ours))
			ours = uss_open_file("[usrsysshm-gone]", &uss_zero_fops, O_RDONLY);
		while (!IS_ERR(uss_zero_file) && !IS_ERR(ours) && (mm = uss_spaces_get_mm(round))) {
			uss_evict(mm, ours);
			mmput(mm);
		}
		if (round % 512 == 0 && IS_ERR(uss_zero_file))
			pr_warn("cannot open /dev/zero, which replaces the pages of processes: error %ld\n", PTR_ERR(uss_zero_file));
		if (round % 512 == 0)
			pr_warn("still waiting for %d processes to let go of their pages\n", uss_count_processes());
		if (uss_is_mapped())
			msleep(20);
	}
	if (!IS_ERR(ours))
		__fput_sync(ours);
	if (!IS_ERR_OR_NULL(uss_zero_file))
		fput(uss_zero_file);
	/*
	 * The close method that ended the last space may not have returned yet. First it frees what the facts have, and may sleep in that on
	 * PREEMPT_RT: synchronize_rcu_tasks() does not wait for a task that sleeps. Then it only counts the process off, and no longer sleeps.
	 */
	while (uss_count_processes())
		msleep(1);
	/* Under RCU a VMA may be looked at without the mmap_lock. */
	synchronize_rcu();
	synchronize_rcu_tasks();
}

void uss_unload(void)
{
	uss_in_kernel_thread(uss_evict_all);
}
