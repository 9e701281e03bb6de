// SPDX-License-Identifier: GPL-2.0-only
/*
 * map.c - our mappings in a process's address space
 *
 * Two VMAs, which number the pages the same way (facts.h):
 *
 *	0..	[usrsysshm]			process page, system page, machine page, CPU time pages: read-only; when the process asks
 *	..+8	anon_inode:[usrsysshm-title]	title area: read/write; when it asks for that
 *
 * The read-only VMA has no file, like the kernel's own special mappings, so fork and exit take no lock of a file that all processes would
 * share. It is private and lacks VM_MAYWRITE, so mprotect(2) refuses to make it writable. Forced writes (ptrace, /proc/PID/mem) fail
 * as well: they need a private mapping that may become writable. The title area has a file, because the kernel needs one
 * for a shared writable VMA (remap_file_pages(2), the update of the file's time at a write fault).
 *
 * Neither VMA has anonymous memory, and both are wiped on fork. So fork does not copy their page tables, and a child's first touch faults
 * and finds the child's own page. (Fork would copy the page tables of VM_PFNMAP and VM_MIXEDMAP. It never sees either flag here:
 * uss_zap_vma_range() may set the first for a moment only, under the mmap_lock that fork takes too.)
 *
 * A fault that another process causes (a debugger, a memory scanner) is refused, so that it makes and charges no page. A
 * read by ptrace(2) or /proc/PID/mem then gets a copy by the VMA's access method; process_vm_readv(2) gets EFAULT.
 *
 * The read-only VMA is VM_IO, as the kernel's own vvar is. So the kernel makes no page of it in the process's name: not for mlockall(2),
 * not for a core dump (which contains every VMA with a name, whatever VM_DONTDUMP says), each of which would make the process a reader of
 * its CPU time. Nor does NUMA balancing unmap the pages, which it could not move.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "facts.h"
#include "map.h"
#include "page.h"
#include "space.h"
#include "vma.h"

/* A VMA keeps the second only. The first serves mmap, which needs a file. */
static struct file *uss_ro_file, *uss_title_file;

/* As many CPU time pages as the machine has processors for, or none. */
static unsigned long uss_count_ro_pages(void)
{
	return USS_CPUTIME_PGOFF + uss_cputime_count_pages();
}

/*
 * VMAs and faults
 */

/*
 * A VMA was made from another one: fork copied it into the child's mm, or munmap(2) or mremap(2) split or moved it within its own. This
 * method cannot fail. The memory that it needs is less than the VMA itself, which its caller has just allocated.
 */
static void uss_vma_open(struct vm_area_struct *vma)
{
	struct uss_space *from = vma->vm_private_data, *space = uss_space_attach(vma->vm_mm);

	vma->vm_private_data = space;
	uss_space_inherit(space, from);
}

static void uss_title_vma_open(struct vm_area_struct *vma)
{
	uss_vma_open(vma);
	if (vma->vm_pgoff == USS_TITLE_PGOFF)
		uss_title_set_area(vma->vm_private_data, vma->vm_start);
}

static void uss_vma_close(struct vm_area_struct *vma)
{
	uss_vma_closed();
	uss_space_put(vma->vm_private_data);
}

static void uss_title_vma_close(struct vm_area_struct *vma)
{
	if (vma->vm_pgoff == USS_TITLE_PGOFF)
		uss_title_unset_area(vma->vm_private_data, vma->vm_start);
	uss_vma_close(vma);
}

static bool uss_is_foreign(const struct vm_fault *vmf)
{
	return current->mm != vmf->vma->vm_mm;
}

static vm_fault_t uss_ro_fault(struct vm_fault *vmf)
{
	if (uss_is_foreign(vmf))
		return VM_FAULT_SIGBUS;
	vmf->page = uss_space_page(vmf->vma->vm_private_data, vmf->pgoff) ?: uss_page_empty();
	return 0;
}

static vm_fault_t uss_title_fault(struct vm_fault *vmf)
{
	if (vmf->pgoff < USS_TITLE_PGOFF || uss_is_foreign(vmf))
		return VM_FAULT_SIGBUS;
	vmf->page = uss_space_page(vmf->vma->vm_private_data, vmf->pgoff);
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

const struct vm_operations_struct uss_ro_vm_ops = {
	.open = uss_vma_open,
	.close = uss_vma_close,
	.fault = uss_ro_fault,
	.access = uss_access,
	.name = uss_ro_name,
};

const struct vm_operations_struct uss_title_vm_ops = {
	.open = uss_title_vma_open,
	.close = uss_title_vma_close,
	.fault = uss_title_fault,
	.access = uss_access,
};

/*
 * Mapping
 */

/*
 * WIPEONFORK: fork does not copy the page tables of such a VMA, whatever else becomes of it. DONTEXPAND keeps it from being merged,
 * duplicated by mremap, locked, or registered with userfaultfd.
 * VM_EXEC: old 32-bit programs get it with every readable mapping. The caller makes the protection fit the flags.
 */
static void uss_set_vma(struct vm_area_struct *vma, struct uss_space *space, const struct vm_operations_struct *ops, vm_flags_t also,
			vm_flags_t never)
{
	vma->vm_private_data = space;
	vma->vm_ops = ops;
	uss_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_WIPEONFORK | also, VM_EXEC | VM_MAYEXEC | never);
}

/* Called from uss_map_pages() only: no VMA shows this file to a program. */
static int uss_ro_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct uss_space *space = uss_space_get(vma->vm_mm);

	/* Another thread was faster, or the program has unmapped some of its pages. A process has one set of pages only. */
	if (space) {
		uss_space_put(space);
		return -EEXIST;
	}
	space = uss_space_create(vma->vm_mm, __GFP_NOWARN);
	if (!space)
		return -ENOMEM;
	uss_set_vma(vma, space, &uss_ro_vm_ops, VM_IO, VM_WRITE | VM_MAYWRITE);
	/* The kernel took a reference for the VMA, and reads vm_file again after this method. */
	vma->vm_file = NULL;
	fput(file);
	return 0;
}

static int uss_title_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct uss_space *space;

	/* remap_file_pages(2) comes here with offsets of the program's choice. */
	if (vma->vm_pgoff < USS_TITLE_PGOFF || vma->vm_pgoff >= USS_ALL_PAGES || vma_pages(vma) > USS_ALL_PAGES - vma->vm_pgoff)
		return -EINVAL;
	/* The process may have lost its pages since it asked. */
	space = uss_space_get(vma->vm_mm);
	if (!space)
		return -ENOENT;
	if (vma->vm_pgoff == USS_TITLE_PGOFF) {
		/* Another thread was faster. */
		if (uss_title_has_area(space)) {
			uss_space_put(space);
			return -EEXIST;
		}
		uss_title_set_area(space, vma->vm_start);
	}
	uss_set_vma(vma, space, &uss_title_vm_ops, 0, 0);
	return 0;
}

/* Without .owner a mapping holds no reference to the module. unload.c removes all mappings before the module is freed. */
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
	unsigned long base = vm_mmap(uss_ro_file, 0, uss_count_ro_pages() * PAGE_SIZE, PROT_READ, MAP_PRIVATE, 0);

	return IS_ERR_VALUE(base) ? uss_current_base() : base;
}

bool uss_map_title_area(void)
{
	return !IS_ERR_VALUE(
		vm_mmap(uss_title_file, 0, USS_TITLE_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, USS_TITLE_PGOFF * PAGE_SIZE));
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
		if (!uss_vma_is_ro(vma) || vma->vm_pgoff || vma_pages(vma) != uss_count_ro_pages())
			continue;
		base = vma->vm_start;
		break;
	}
	mmap_read_unlock(mm);
	return base;
}

bool uss_is_mapped(void)
{
	/* Each VMA has a space, and a title area holds its file as well. One reference is the module's own. */
	return !uss_spaces_are_empty() || file_count(uss_title_file) > 1;
}

/*
 * Files
 */

struct file *uss_open_file(const char *name, const struct file_operations *fops, int flags)
{
	struct file *file = anon_inode_getfile(name, fops, NULL, flags);

	/* All anonymous files share one inode: a write through a mapping must not change its times. */
	if (!IS_ERR(file))
		file->f_mode |= FMODE_NOCMTIME;
	return file;
}

/* Synchronously: when the module's memory is freed, no work on its files may be left. Kernel threads only. */
static void uss_close(struct file *file)
{
	if (!IS_ERR_OR_NULL(file))
		__fput_sync(file);
}

static void uss_close_files(struct work_struct *work)
{
	uss_close(uss_title_file);
	uss_close(uss_ro_file);
}

static void uss_open_files(struct work_struct *work)
{
	uss_ro_file = uss_open_file("[usrsysshm]", &uss_ro_fops, O_RDONLY);
	uss_title_file = uss_open_file("[usrsysshm-title]", &uss_title_fops, O_RDWR);
}

void uss_in_kernel_thread(work_func_t function)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, function);
	queue_work(uss_unbound_wq, &work);
	flush_work(&work);
	destroy_work_on_stack(&work);
}

int uss_map_init(void)
{
	uss_in_kernel_thread(uss_open_files);
	if (!IS_ERR(uss_ro_file) && !IS_ERR(uss_title_file))
		return 0;
	uss_map_exit();
	return -ENOMEM;
}

void uss_map_exit(void)
{
	uss_in_kernel_thread(uss_close_files);
}
