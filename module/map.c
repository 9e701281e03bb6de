// SPDX-License-Identifier: GPL-2.0-only
/*
 * map.c - the pages in a process's address space
 *
 * Two VMAs, which number the pages the same way:
 *
 *	0..2	[usrsysshm]			process page, system page, machine page: read-only; when the process asks
 *	3..10	anon_inode:[usrsysshm-title]	title area: read/write; when it asks for that
 *
 * The read-only VMA has no file, like the kernel's own special mappings: so fork and exit take no lock of a file, which all processes
 * would share. It is private and lacks VM_MAYWRITE: mprotect refuses, and what writes by force (ptrace, /proc/PID/mem) does too, for
 * it writes to private mappings that may become writable only. The title area has a file, because a shared writable VMA must have one
 * (remap_file_pages(2), the update of the file's time at a write fault).
 *
 * Neither has anonymous memory, and both are to be wiped on fork: it does not copy their page tables, so a child's first
 * touch faults and finds the child's own page. (VM_PFNMAP and VM_MIXEDMAP would have them copied: no fork ever sees either here;
 * uss_zap_system_page() sets the first for a moment, under the mmap lock that fork takes too.)
 *
 * A fault that another process causes (a debugger, a scanner of memory) is refused, so that it makes and charges no page. A
 * read by ptrace or /proc/PID/mem then gets a copy by the VMA's access method; process_vm_readv(2) gets EFAULT.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/anon_inodes.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "machine.h"
#include "map.h"
#include "space.h"

/* The first is only what mmap is asked with. */
static struct file *uss_ro_file, *uss_title_file;

/*
 * A VMA came to be from another one: fork copied it into the child's mm, or munmap or mremap cut or moved it within its own.
 * There is no way to say that this failed; what it needs is less than the VMA itself, which its caller has just been given.
 */
static void uss_vma_open(struct vm_area_struct *vma)
{
	struct uss_space *from = vma->vm_private_data, *space = uss_space_attach(vma->vm_mm);

	vma->vm_private_data = space;
	uss_space_inherit_title(space, from);
}

static void uss_title_vma_open(struct vm_area_struct *vma)
{
	uss_vma_open(vma);
	if (vma->vm_pgoff == USS_RO_PAGES)
		uss_space_set_title_area(vma->vm_private_data, vma->vm_start);
}

/* Who is taking our mappings away, and whether the one that he has just asked to replace is gone. */
static struct task_struct *uss_evictor;
static bool uss_is_closed;

static void uss_vma_close(struct vm_area_struct *vma)
{
	if (READ_ONCE(uss_evictor) == current)
		uss_is_closed = true;
	uss_space_put(vma->vm_private_data);
}

static void uss_title_vma_close(struct vm_area_struct *vma)
{
	if (vma->vm_pgoff == USS_RO_PAGES)
		uss_space_unset_title_area(vma->vm_private_data, vma->vm_start);
	uss_vma_close(vma);
}

static bool uss_is_foreign(const struct vm_fault *vmf)
{
	return current->mm != vmf->vma->vm_mm;
}

static vm_fault_t uss_ro_fault(struct vm_fault *vmf)
{
	struct uss_space *space = vmf->vma->vm_private_data;

	if (uss_is_foreign(vmf))
		return VM_FAULT_SIGBUS;
	vmf->page = NULL;
	if (vmf->pgoff == USS_SYSTEM_PGOFF)
		vmf->page = uss_space_system_page(space);
	else if (vmf->pgoff == USS_MACHINE_PGOFF)
		vmf->page = uss_machine_page();
	else if (vmf->pgoff == USS_PROCESS_PGOFF)
		vmf->page = uss_space_process_page(space);
	if (!vmf->page)
		vmf->page = uss_empty_page();
	return 0;
}

static vm_fault_t uss_title_fault(struct vm_fault *vmf)
{
	struct uss_space *space = vmf->vma->vm_private_data;

	if (vmf->pgoff < USS_RO_PAGES || uss_is_foreign(vmf))
		return VM_FAULT_SIGBUS;
	vmf->page = uss_space_title_page(space, vmf->pgoff - USS_RO_PAGES);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

/* Another process reads, by ptrace(2) or /proc/PID/mem, where there is no page yet. With the mmap_lock. */
static int uss_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len, int write)
{
	pgoff_t pgoff = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	void *copy;

	if (write)
		return -EACCES;
	copy = (void *)__get_free_page(GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	if (pgoff == USS_MACHINE_PGOFF)
		uss_machine_peek(copy);
	else
		uss_space_peek(vma->vm_private_data, pgoff, copy);
	len = min_t(int, len, PAGE_SIZE - offset_in_page(addr));
	memcpy(buf, copy + offset_in_page(addr), len);
	free_page((unsigned long)copy);
	return len;
}

/* As /proc/PID/maps shows it. */
static const char *uss_ro_name(struct vm_area_struct *vma)
{
	return "[usrsysshm]";
}

static const struct vm_operations_struct uss_ro_vm_ops = {
	.open = uss_vma_open,
	.close = uss_vma_close,
	.fault = uss_ro_fault,
	.access = uss_access,
	.name = uss_ro_name,
};

static const struct vm_operations_struct uss_title_vm_ops = {
	.open = uss_title_vma_open,
	.close = uss_title_vma_close,
	.fault = uss_title_fault,
	.access = uss_access,
};

/*
 * WIPEONFORK: fork copies no page tables of such a VMA, whatever else it has come to be. DONTEXPAND keeps it from being merged,
 * doubled by mremap, locked, and served by userfaultfd.
 * VM_EXEC: old 32-bit programs get it with every readable mapping. The caller makes the protection fit the flags.
 */
static void uss_set_vma(struct vm_area_struct *vma, struct uss_space *space, const struct vm_operations_struct *ops, vm_flags_t never)
{
	vma->vm_private_data = space;
	vma->vm_ops = ops;
	uss_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_WIPEONFORK, VM_EXEC | VM_MAYEXEC | never);
}

/* Only uss_map_pages() comes here: no VMA shows the file to a program. */
static int uss_ro_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct uss_space *space = uss_space_get(vma->vm_mm);

	/* Another thread was quicker, or the program has unmapped some of its pages: one set, or none. */
	if (space) {
		uss_space_put(space);
		return -EEXIST;
	}
	space = uss_space_create(vma->vm_mm, __GFP_NOWARN);
	if (!space)
		return -ENOMEM;
	uss_set_vma(vma, space, &uss_ro_vm_ops, VM_WRITE | VM_MAYWRITE);
	/* mmap took a reference for the VMA, and looks here again before it uses the file. */
	vma->vm_file = NULL;
	fput(file);
	return 0;
}

static int uss_title_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct uss_space *space;

	/* remap_file_pages(2) comes here with offsets of the program's choice. */
	if (vma->vm_pgoff < USS_RO_PAGES || vma->vm_pgoff >= USS_ALL_PAGES || vma_pages(vma) > USS_ALL_PAGES - vma->vm_pgoff)
		return -EINVAL;
	/* Not in a process whose pages have gone since it asked. */
	space = uss_space_get(vma->vm_mm);
	if (!space)
		return -ENOENT;
	if (vma->vm_pgoff == USS_RO_PAGES) {
		/* Another thread was quicker. */
		if (uss_space_has_title_area(space)) {
			uss_space_put(space);
			return -EEXIST;
		}
		uss_space_set_title_area(space, vma->vm_start);
	}
	uss_set_vma(vma, space, &uss_title_vm_ops, 0);
	return 0;
}

/* No owner: a mapping does not hold the module, which takes its mappings away before it goes. */
static const struct file_operations uss_ro_fops = {
	.mmap = uss_ro_mmap,
	.llseek = noop_llseek,
};

static const struct file_operations uss_title_fops = {
	.mmap = uss_title_mmap,
	.llseek = noop_llseek,
};

unsigned long uss_map_pages(void)
{
	unsigned long base = vm_mmap(uss_ro_file, 0, USS_RO_PAGES * PAGE_SIZE, PROT_READ, MAP_PRIVATE, 0);

	return IS_ERR_VALUE(base) ? uss_current_base() : base;
}

bool uss_map_title_area(void)
{
	return !IS_ERR_VALUE(vm_mmap(uss_title_file, 0, USS_TITLE_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
				     USS_RO_PAGES * PAGE_SIZE));
}

unsigned long uss_current_base(void)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long base = 0;
	VMA_ITERATOR(vmi, mm, 0);

	if (!mm || mmap_read_lock_killable(mm))
		return 0;
	for_each_vma(vmi, vma) {
		if (vma->vm_ops != &uss_ro_vm_ops || vma->vm_pgoff || vma_pages(vma) != USS_RO_PAGES)
			continue;
		base = vma->vm_start;
		break;
	}
	mmap_read_unlock(mm);
	return base;
}

static bool uss_is_ours(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &uss_ro_vm_ops || vma->vm_ops == &uss_title_vm_ops;
}

/*
 * Withdrawing: the system page of a namespace that the process has left goes out of its page tables, so that the next touch faults and
 * finds what there is for it now. By a kernel thread, for a task that leaves a namespace cannot sleep in the hook.
 *
 * It does not wait for a mmap_lock: a program can keep its own locked for ever (a page fault on a FUSE file that nobody answers). A
 * withdrawal that cannot have the lock goes back into the list and is tried again later.
 */
struct uss_withdrawal {
	struct list_head node;
	struct mm_struct *mm;
};

#define USS_WITHDRAWAL_RETRY_MS	20

static void uss_withdraw_all(struct work_struct *work);

static DEFINE_SPINLOCK(uss_withdrawals_lock);		/* the list, and no more once the module is going */
static LIST_HEAD(uss_withdrawals);
static bool uss_is_going;
static DECLARE_DELAYED_WORK(uss_withdrawals_work, uss_withdraw_all);

/* With the mmap_lock for writing, which no fault is under way beside. */
static void uss_zap_system_page(struct vm_area_struct *vma)
{
	if (vma->vm_ops != &uss_ro_vm_ops || vma->vm_pgoff > USS_SYSTEM_PGOFF ||
	    vma->vm_pgoff + vma_pages(vma) <= USS_SYSTEM_PGOFF)
		return;
	/* What is exported to do this does it for mappings of that kind. What is zapped is ordinary pages: their entries say so. */
	uss_vm_flags_mod(vma, VM_PFNMAP, 0);
	zap_vma_ptes(vma, vma->vm_start + (USS_SYSTEM_PGOFF - vma->vm_pgoff) * PAGE_SIZE, PAGE_SIZE);
	uss_vm_flags_mod(vma, 0, VM_PFNMAP);
}

/* Returns false if it is to be tried again. */
static bool uss_withdraw(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);
	bool locked;

	if (!mmget_not_zero(mm))
		return true;
	locked = uss_mmap_write_trylock(mm);
	if (locked) {
		if (!uss_mm_is_unstable(mm))
			for_each_vma(vmi, vma)
				uss_zap_system_page(vma);
		mmap_write_unlock(mm);
	}
	/* The last reference may take long to go. */
	mmput_async(mm);
	return locked;
}

static void uss_free_withdrawal(struct uss_withdrawal *withdrawal)
{
	list_del(&withdrawal->node);
	mmdrop(withdrawal->mm);
	kfree(withdrawal);
}

static void uss_withdraw_all(struct work_struct *work)
{
	struct uss_withdrawal *withdrawal, *next;
	LIST_HEAD(list);

	spin_lock(&uss_withdrawals_lock);
	list_splice_init(&uss_withdrawals, &list);
	spin_unlock(&uss_withdrawals_lock);
	list_for_each_entry_safe(withdrawal, next, &list, node)
		if (uss_withdraw(withdrawal->mm))
			uss_free_withdrawal(withdrawal);
	if (list_empty(&list))
		return;
	spin_lock(&uss_withdrawals_lock);
	list_splice(&list, &uss_withdrawals);
	if (!uss_is_going)
		queue_delayed_work(system_unbound_wq, &uss_withdrawals_work, msecs_to_jiffies(USS_WITHDRAWAL_RETRY_MS));
	spin_unlock(&uss_withdrawals_lock);
}

static void uss_stop_withdrawing(void)
{
	struct uss_withdrawal *withdrawal, *next;

	spin_lock(&uss_withdrawals_lock);
	uss_is_going = true;
	spin_unlock(&uss_withdrawals_lock);
	cancel_delayed_work_sync(&uss_withdrawals_work);
	list_for_each_entry_safe(withdrawal, next, &uss_withdrawals, node)
		uss_free_withdrawal(withdrawal);
}

struct uss_withdrawal *uss_map_prepare_withdrawal(void)
{
	return kmalloc(sizeof(struct uss_withdrawal), GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

void uss_map_withdraw(struct uss_withdrawal *withdrawal, struct mm_struct *mm)
{
	if (!withdrawal)
		return;
	spin_lock(&uss_withdrawals_lock);
	/* Going: all pages are about to be taken away. */
	if (!uss_is_going) {
		mmgrab(mm);
		withdrawal->mm = mm;
		list_add_tail(&withdrawal->node, &uss_withdrawals);
		withdrawal = NULL;
		/* Now, even if others are waiting for their next try. */
		mod_delayed_work(system_unbound_wq, &uss_withdrawals_work, 0);
	}
	spin_unlock(&uss_withdrawals_lock);
	kfree(withdrawal);
}

/*
 * Going. Each of our VMAs is replaced, in place, by a private mapping of /dev/zero, which is ordinary memory: its program reads
 * zeros, and asks the kernel. The new mapping is made through a file of our own, for the sake of two of its methods: one looks,
 * under the mmap_lock, whether what is to be replaced is still ours, and the other hands over to /dev/zero's file.
 *
 * A process that has more mappings than vm.max_map_count is refused any mmap, one in the place of another, too, and keeps the module until
 * it has one less. Who maps until he is refused is such a process.
 */
static struct file *uss_zero_file;

static unsigned long uss_zero_area(struct file *file, unsigned long addr, unsigned long len, unsigned long pgoff,
				   unsigned long flags)
{
	struct vm_area_struct *vma = find_vma(current->mm, addr);

	/* The hole that we have left ourselves, unless the program was quicker. */
	if (uss_is_closed && (!vma || vma->vm_start >= addr + len))
		return addr;
	if (!vma || vma->vm_start != addr || vma->vm_end != addr + len || !uss_is_ours(vma))
		return -EAGAIN;
	/* For uss_zero_mmap(), which is next, under the same lock, or when the hole is filled. */
	file->private_data = (void *)(VM_MAYREAD | (vma->vm_flags & (VM_READ | VM_WRITE)));
	/* mseal(2) keeps programs from replacing a mapping, not us from taking ours back. */
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

	/* One that is stuck in a page fault keeps its pages for now, and does not keep the others waiting. */
	if (!mmap_read_trylock(mm))
		return false;
	/* A fork that failed half-way leaves what is not to be walked; it goes by itself. */
	for_each_vma(vmi, vma) {
		if (uss_mm_is_unstable(mm))
			break;
		if (!uss_is_ours(vma))
			continue;
		*start = vma->vm_start;
		*size = vma->vm_end - vma->vm_start;
		found = true;
		break;
	}
	mmap_read_unlock(mm);
	return found;
}

/*
 * In a kernel thread. What fails (no memory; the program was quicker) is tried again in the next round. But when there was no memory after
 * the old mapping had been taken away, there is a hole now, which the next round would not find: it is filled at once.
 *
 * No access is asked of mmap: private memory to be written to is accounted, and a kernel that never overcommits can find that there
 * is no more when the old mapping is gone already (6.1). Our own method then gives the access that was there.
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

static struct file *uss_open(const char *name, const struct file_operations *fops, int flags)
{
	struct file *file = anon_inode_getfile(name, fops, NULL, flags);

	/* The inode is everybody's: a write through a mapping is no reason to touch its times. */
	if (!IS_ERR(file))
		file->f_mode |= FMODE_NOCMTIME;
	return file;
}

/* Each VMA has a space, and a title area holds its file, too: one reference is the module's own. */
static bool uss_is_mapped(void)
{
	return !uss_spaces_are_empty() || file_count(uss_title_file) > 1;
}

static void uss_evict_all(void)
{
	struct file *ours = ERR_PTR(-ENOMEM);
	struct mm_struct *mm;
	unsigned int round;

	for (round = 1; uss_is_mapped(); round++) {
		if (IS_ERR_OR_NULL(uss_zero_file))
			uss_zero_file = filp_open("/dev/zero", O_RDWR, 0);
		if (IS_ERR(ours))
			ours = uss_open("[usrsysshm-gone]", &uss_zero_fops, O_RDONLY);
		while (!IS_ERR(uss_zero_file) && !IS_ERR(ours) && (mm = uss_spaces_get_mm(round))) {
			uss_evict(mm, ours);
			mmput(mm);
		}
		if (round % 512 == 0)
			pr_warn("still waiting for %d processes to let go of their pages\n", uss_count_processes());
		if (uss_is_mapped())
			msleep(20);
	}
	if (!IS_ERR(ours))
		__fput_sync(ours);
	if (!IS_ERR_OR_NULL(uss_zero_file))
		fput(uss_zero_file);
	/* A VMA is looked at without the mmap_lock under RCU; its close method has yet to return where the space has just gone. */
	synchronize_rcu();
	synchronize_rcu_tasks();
}

/* At once, for when the module's memory goes, nothing of its files may be left for later. Kernel threads only. */
static void uss_close(struct file *file)
{
	if (!IS_ERR_OR_NULL(file))
		__fput_sync(file);
}

static bool uss_files_are_open(void)
{
	return !IS_ERR_OR_NULL(uss_title_file) && !IS_ERR_OR_NULL(uss_ro_file);
}

static void uss_close_files(struct work_struct *work)
{
	uss_stop_withdrawing();
	if (uss_files_are_open())
		uss_evict_all();
	uss_close(uss_title_file);
	uss_close(uss_ro_file);
}

/* By a kernel thread: every security label may use a file that belongs to the kernel. */
static void uss_open_files(struct work_struct *work)
{
	uss_ro_file = uss_open("[usrsysshm]", &uss_ro_fops, O_RDONLY);
	uss_title_file = uss_open("[usrsysshm-title]", &uss_title_fops, O_RDWR);
}

static void uss_in_kernel_thread(work_func_t function)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, function);
	queue_work(system_unbound_wq, &work);
	flush_work(&work);
	destroy_work_on_stack(&work);
}

int uss_map_init(void)
{
	uss_in_kernel_thread(uss_open_files);
	if (uss_files_are_open())
		return 0;
	uss_in_kernel_thread(uss_close_files);
	return -ENOMEM;
}

void uss_map_exit(void)
{
	uss_in_kernel_thread(uss_close_files);
}
