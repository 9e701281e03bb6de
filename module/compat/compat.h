/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - the kernels we run on, made to look like one
 *
 * The only file that knows how kernels differ. An interface that has several forms gets one name here, prefixed uss_, so that a reader of
 * the core sees that it is a wrapper. The version of a kernel does not tell which form it has, because distributions backport changes. So
 * the headers are probed (probes.c, which defines USS_HAVE_...). Versions in comments are those of the upstream kernel.
 */
#ifndef USS_COMPAT_H
#define USS_COMPAT_H

#ifndef USS_HAVE_ALWAYS
#error "usrsysshm: the kernel's headers were not probed; use module/Kbuild"
#endif

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/sched/coredump.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/syscore_ops.h>
#include <linux/sysctl.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <asm/unistd.h>

/* Without these, the module could be built for some kernels, but would fail to load. */
#ifndef CONFIG_DYNAMIC_FTRACE
#error "usrsysshm hooks kernel functions by ftrace: it needs a kernel with CONFIG_FUNCTION_TRACER and CONFIG_DYNAMIC_FTRACE"
#endif
#ifndef CONFIG_KPROBES
#error "usrsysshm finds kernel functions by kprobes: it needs a kernel with CONFIG_KPROBES"
#endif
#ifndef CONFIG_SYSCTL
#error "programs ask for their pages by a sysctl: usrsysshm needs a kernel with CONFIG_SYSCTL"
#endif

/* 6.3 made vma->vm_flags read-only outside these two. */
#ifdef USS_HAVE_VM_FLAGS_MOD
#define uss_vm_flags_mod(vma, set, clear)	vm_flags_mod(vma, set, clear)
#else
static inline void uss_vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/* 6.10 has mseal(2). */
#ifdef USS_HAVE_VM_SEALED
#define USS_VM_SEALED	VM_SEALED
#else
#define USS_VM_SEALED	VM_NONE
#endif

/* 6.18 hid the flags of an mm behind functions. */
#ifdef USS_HAVE_MM_FLAGS_TEST
#define uss_mm_is_unstable(mm)	mm_flags_test(MMF_UNSTABLE, mm)
#else
#define uss_mm_is_unstable(mm)	test_bit(MMF_UNSTABLE, &(mm)->flags)
#endif

/* 6.4 renamed it. */
#ifdef USS_HAVE_FTRACE_REGS_SET_INSTRUCTION_POINTER
#define uss_ftrace_set_ip(fregs, ip)	ftrace_regs_set_instruction_pointer(fregs, ip)
#else
/* Not ftrace_instruction_pointer_set(), which is empty on arm64 before 6.2. */
#define uss_ftrace_set_ip(fregs, ip)	instruction_pointer_set(ftrace_get_regs(fregs), ip)
#endif

/* 6.2 and later: the arguments of any traced function; before, read from the full registers. */
#ifdef USS_HAVE_FTRACE_REGS_GET_ARGUMENT
#define uss_ftrace_argument(fregs, n)	ftrace_regs_get_argument(fregs, n)
#else
#define uss_ftrace_argument(fregs, n)	regs_get_kernel_argument(ftrace_get_regs(fregs), n)
#endif

/* Flags of each hook that uses one of the two above: before 6.2 there are full registers only if they are requested. */
#define USS_OPS_WITH_ARGUMENTS	(FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_SAVE_REGS_IF_SUPPORTED)

/* 7.3 merged the two functions in which a task leaves its mm, at exec and at exit. */
#ifdef USS_HAVE_MM_EXIT_EXEC_RELEASE
#define USS_EXEC_MM_RELEASE	"mm_exit_exec_release"
#define USS_EXIT_MM_RELEASE	"mm_exit_exec_release"
#else
#define USS_EXEC_MM_RELEASE	"exec_mm_release"
#define USS_EXIT_MM_RELEASE	"exit_mm_release"
#endif

/* 6.17 renamed it, and later versions warn about the other name. */
#ifdef USS_HAVE_SYSTEM_DFL_WQ
#define uss_unbound_wq	system_dfl_wq
#else
#define uss_unbound_wq	system_unbound_wq
#endif

/* Takes ordinary pages out of the page tables. With the mmap_lock for writing. */
static inline void uss_zap_vma_range(struct vm_area_struct *vma, unsigned long start, unsigned long size)
{
#ifdef USS_HAVE_ZAP_VMA_RANGE
	zap_vma_range(vma, start, size);
#else
	/*
	 * Before 7.1 the exported function does so for VM_PFNMAP mappings only. It goes by the page table entry, which says that this is an
	 * ordinary page.
	 */
	uss_vm_flags_mod(vma, VM_PFNMAP, 0);
	zap_vma_ptes(vma, start, size);
	uss_vm_flags_mod(vma, 0, VM_PFNMAP);
#endif
}

/*
 * How the architecture calls the functions of system calls, for its own programs and for 32-bit ones, and the numbers of the latter
 * (USS_32_...), which the headers have for x86 only. On arm64 one function serves both kinds, but personality has two.
 */
#if defined(CONFIG_X86_64)
#define USS_SYSCALL_NAME(name)		"__x64_sys_" name
#define USS_PERSONALITY_NAME		USS_SYSCALL_NAME("personality")
#ifdef CONFIG_IA32_EMULATION
#define USS_COMPAT_SYSCALL_NAME(name)	"__ia32_sys_" name
#define USS_COMPAT_PERSONALITY_NAME	USS_COMPAT_SYSCALL_NAME("personality")
#define USS_32_UNSHARE			__NR_ia32_unshare
#define USS_32_SETNS			__NR_ia32_setns
#define USS_32_PERSONALITY		__NR_ia32_personality
#endif
#elif defined(CONFIG_ARM64)
#define USS_SYSCALL_NAME(name)		"__arm64_sys_" name
#define USS_PERSONALITY_NAME		USS_SYSCALL_NAME("arm64_personality")
#ifdef CONFIG_COMPAT
#define USS_COMPAT_PERSONALITY_NAME	USS_SYSCALL_NAME("personality")
#define USS_32_UNSHARE			337
#define USS_32_SETNS			375
#define USS_32_PERSONALITY		136
#endif
#else
#error "usrsysshm is for x86-64 and arm64"
#endif

/*
 * The largest distance between the address of a function and the ip that its hook gets. Where kprobes use ftrace, the kernel adjusts a
 * probe's address itself. On arm64 up to two instructions come first.
 */
#ifdef CONFIG_KPROBES_ON_FTRACE
#define USS_HOOK_OFFSET_MAX	0
#else
#define USS_HOOK_OFFSET_MAX	8
#endif

/* Some kernels from 6.12 on have no mmap_write_trylock(), and some of those begin a sequence with the lock. */
#ifdef USS_HAVE_MMAP_WRITE_TRYLOCK
#define uss_mmap_write_trylock(mm)	mmap_write_trylock(mm)
#else
static inline bool uss_mmap_write_trylock(struct mm_struct *mm)
{
	if (!down_write_trylock(&mm->mmap_lock))
		return false;
#ifdef USS_HAVE_MM_LOCK_SEQCOUNT
	mm_lock_seqcount_begin(mm);
#endif
	return true;
}
#endif

/* 6.5 dropped an argument. */
static inline long uss_get_remote_page(struct mm_struct *mm, unsigned long addr, unsigned int flags, struct page **page)
{
#ifdef USS_HAVE_GUP_WITHOUT_VMAS
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL);
#else
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL, NULL);
#endif
}

/* Opens a file by its name, in a kernel thread. Since 7.3 their root directory is an empty file system, and no longer that of process 1. */
static inline struct file *uss_open_name(const char *name, int flags)
{
	struct file *file = ERR_PTR(-ENOENT);

#ifdef USS_HAVE_SCOPED_WITH_INIT_FS
	scoped_with_init_fs()
#endif
		file = filp_open(name, flags, 0);
	return file;
}

/* 6.19, and some before it, gave the functions an argument. */
#ifdef USS_HAVE_SYSCORE
#define USS_SYSCORE_ARGUMENT		void *unused
#define USS_DEFINE_SYSCORE(name, on_suspend, on_resume) \
	static const struct syscore_ops name##_ops = { .suspend = on_suspend, .resume = on_resume }; \
	static struct syscore name = { .ops = &name##_ops }
#define uss_syscore_register(syscore)	register_syscore(syscore)
#define uss_syscore_unregister(syscore)	unregister_syscore(syscore)
#else
#define USS_SYSCORE_ARGUMENT		void
#define USS_DEFINE_SYSCORE(name, on_suspend, on_resume) static struct syscore_ops name = { .suspend = on_suspend, .resume = on_resume }
#define uss_syscore_register(ops)	register_syscore_ops(ops)
#define uss_syscore_unregister(ops)	unregister_syscore_ops(ops)
#endif

/* 6.16 renamed it. */
#ifdef USS_HAVE_TIMER_DESTROY_ON_STACK
#define uss_timer_destroy_on_stack(timer)	timer_destroy_on_stack(timer)
#else
#define uss_timer_destroy_on_stack(timer)	destroy_timer_on_stack(timer)
#endif

/* 6.7 allocates shrinkers itself. Returns NULL without memory. */
static inline struct shrinker *uss_shrinker_register(const char *name, typeof(((struct shrinker *)0)->count_objects) count,
						     typeof(((struct shrinker *)0)->scan_objects) scan)
{
	struct shrinker *shrinker;

#ifdef USS_HAVE_SHRINKER_ALLOC
	shrinker = shrinker_alloc(0, "%s", name);
#else
	shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);
#endif
	if (!shrinker)
		return NULL;
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	shrinker->seeks = DEFAULT_SEEKS;
#ifdef USS_HAVE_SHRINKER_ALLOC
	shrinker_register(shrinker);
#else
	if (register_shrinker(shrinker, "%s", name)) {
		kfree(shrinker);
		return NULL;
	}
#endif
	return shrinker;
}

static inline void uss_shrinker_unregister(struct shrinker *shrinker)
{
#ifdef USS_HAVE_SHRINKER_ALLOC
	shrinker_free(shrinker);
#else
	unregister_shrinker(shrinker);
	kfree(shrinker);
#endif
}

/* 6.6 passes the size of a sysctl table; before, a table ended with an empty entry, which 6.11 began to reject. */
#ifdef USS_HAVE_CTL_TABLE_SIZE
#define USS_CTL_TABLE_END
#else
/* clang-format off */
#define USS_CTL_TABLE_END	{ }
/* clang-format on */
#endif

/* 6.11 made the table constant for its handlers. */
#ifdef USS_HAVE_CONST_CTL_TABLE
typedef const struct ctl_table uss_ctl_table;
#else
typedef struct ctl_table uss_ctl_table;
#endif

/* A sysctl's handler is not given the file. But it is given the file's position, which is part of the read that is under way (since 5.8). */
static inline struct file *uss_sysctl_file(loff_t *ppos)
{
	return container_of(ppos, struct kiocb, ki_pos)->ki_filp;
}

/* Whether this is the number of a system call that changes a thread's own namespaces or personality, in a 64-bit, x32 or 32-bit program. */
static inline bool uss_changes_thread(int call)
{
#ifdef __X32_SYSCALL_BIT
	call &= ~__X32_SYSCALL_BIT;
#endif
	switch (call) {
	case __NR_unshare:
	case __NR_setns:
	case __NR_personality:
#ifdef USS_32_UNSHARE
	case USS_32_UNSHARE:
	case USS_32_SETNS:
	case USS_32_PERSONALITY:
#endif
		return true;
	default:
		return false;
	}
}

/* Numbers the system calls in which a thread enters namespaces, of both kinds of program, from 0; -1 for any other call. */
#define USS_NAMESPACE_CALLS	4
static inline int uss_namespace_call(int call)
{
#ifdef __X32_SYSCALL_BIT
	call &= ~__X32_SYSCALL_BIT;
#endif
	switch (call) {
	case __NR_unshare:
		return 0;
	case __NR_setns:
		return 1;
#ifdef USS_32_UNSHARE
	case USS_32_UNSHARE:
		return 2;
	case USS_32_SETNS:
		return 3;
#endif
	default:
		return -1;
	}
}

#endif /* USS_COMPAT_H */
