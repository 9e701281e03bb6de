/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - the kernels we run on, made to look like one
 *
 * The only file that knows kernel versions. The core is written against the newest interface; what an older kernel
 * calls otherwise gets its new name here, prefixed uss_, so that a reader of the core sees that something is behind it.
 */
#ifndef USS_COMPAT_H
#define USS_COMPAT_H

#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/sched/coredump.h>
#include <linux/sysctl.h>
#include <linux/version.h>
#include <asm/unistd.h>

/* 6.3 made vma->vm_flags read-only outside these two. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void uss_vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#else
#define uss_vm_flags_mod(vma, set, clear)	vm_flags_mod(vma, set, clear)
#endif

/* 6.10 has mseal(2). */
#ifdef VM_SEALED
#define USS_VM_SEALED	VM_SEALED
#else
#define USS_VM_SEALED	VM_NONE
#endif

/* 6.18 hid the flags of an mm behind functions. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define uss_mm_is_unstable(mm)	test_bit(MMF_UNSTABLE, &(mm)->flags)
#else
#define uss_mm_is_unstable(mm)	mm_flags_test(MMF_UNSTABLE, mm)
#endif

/* 6.4 renamed it. */
#ifdef ftrace_regs_set_instruction_pointer
#define uss_ftrace_set_ip(fregs, ip)	ftrace_regs_set_instruction_pointer(fregs, ip)
#else
#define uss_ftrace_set_ip(fregs, ip)	ftrace_instruction_pointer_set(fregs, ip)
#endif

/* 6.2 and later: any traced function's arguments; before, out of the full registers. */
#ifdef ftrace_regs_get_argument
#define uss_ftrace_argument(fregs, n)	ftrace_regs_get_argument(fregs, n)
#else
#define uss_ftrace_argument(fregs, n)	regs_get_kernel_argument(ftrace_get_regs(fregs), n)
#endif

/* How the architecture calls the function of a system call: the processor's own, and the one for 32-bit programs where there is one. */
#ifndef CONFIG_X86_64
#error "how does this architecture call the functions of system calls?"
#else
#define USS_SYSCALL_NAME(name)		"__x64_sys_" name
#ifdef CONFIG_IA32_EMULATION
#define USS_COMPAT_SYSCALL_NAME(name)	"__ia32_sys_" name
#endif
#endif

/* Some kernels from 6.12 on have no mmap_write_trylock(), and some of those begin a sequence with the lock (Kbuild looks). */
#ifdef USS_HAS_MMAP_WRITE_TRYLOCK
#define uss_mmap_write_trylock(mm)	mmap_write_trylock(mm)
#else
static inline bool uss_mmap_write_trylock(struct mm_struct *mm)
{
	if (!down_write_trylock(&mm->mmap_lock))
		return false;
#ifdef USS_HAS_MM_LOCK_SEQCOUNT
	mm_lock_seqcount_begin(mm);
#endif
	return true;
}
#endif

/* 6.5 dropped an argument. */
static inline long uss_get_remote_page(struct mm_struct *mm, unsigned long addr, unsigned int flags, struct page **page)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL, NULL);
#else
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL);
#endif
}

/* 6.6 passes the size of a sysctl table; before, a table ended with an empty entry, which 6.11 began to reject. */
#ifdef register_sysctl
#define USS_CTL_TABLE_END
#else
/* clang-format off */
#define USS_CTL_TABLE_END	{ }
/* clang-format on */
#endif

/* 6.11 made the table constant for its handlers. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
typedef struct ctl_table uss_ctl_table;
#else
typedef const struct ctl_table uss_ctl_table;
#endif

/* A sysctl's handler is not given the file. But it is given the file's position, which is part of the read that is under way (since 5.8). */
static inline struct file *uss_sysctl_file(loff_t *ppos)
{
	return container_of(ppos, struct kiocb, ki_pos)->ki_filp;
}

/* Is this the number of a system call that changes a thread's own namespaces or personality, in a 64-bit, x32 or 32-bit program? */
static inline bool uss_changes_thread(int call)
{
#ifdef __X32_SYSCALL_BIT
	call &= ~__X32_SYSCALL_BIT;
#endif
	switch (call) {
	case __NR_unshare:
	case __NR_setns:
	case __NR_personality:
#ifdef CONFIG_IA32_EMULATION
	case __NR_ia32_unshare:
	case __NR_ia32_setns:
	case __NR_ia32_personality:
#endif
		return true;
	default:
		return false;
	}
}

#endif /* USS_COMPAT_H */
