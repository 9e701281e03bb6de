// SPDX-License-Identifier: GPL-2.0-only
/*
 * probes.c - what this kernel's headers have; compiled by the script `probe`, never linked
 *
 * Each line that begins with USS_PROBE is a snippet. If it compiles, compat.h sees USS_HAVE_NAME defined. A new line is all that a new probe
 * needs. The first two test the method itself.
 */
#include <linux/fs_struct.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/syscore_ops.h>
#include <linux/sysctl.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#define USS_PROBE(name, ...) \
	static __maybe_unused void uss_probe_##name(struct mm_struct *mm, struct vm_area_struct *vma, void *p) \
	{ \
		__VA_ARGS__; \
	}

/* clang-format off */
USS_PROBE(ALWAYS,				(void)0)
USS_PROBE(NEVER,				uss_no_such_function())
USS_PROBE(VM_FLAGS_MOD,				vm_flags_mod(vma, 0, 0))
USS_PROBE(VM_SEALED,				(void)(VM_SEALED))
USS_PROBE(MM_FLAGS_TEST,			mm_flags_test(MMF_UNSTABLE, mm))
USS_PROBE(MMAP_WRITE_TRYLOCK,			mmap_write_trylock(mm))
USS_PROBE(MM_LOCK_SEQCOUNT,			mm_lock_seqcount_begin(mm))
USS_PROBE(GUP_WITHOUT_VMAS,			get_user_pages_remote(mm, 0, 1, 0, p, NULL))
USS_PROBE(ZAP_VMA_RANGE,			zap_vma_range(vma, 0, PAGE_SIZE))
USS_PROBE(FTRACE_REGS_SET_INSTRUCTION_POINTER,	ftrace_regs_set_instruction_pointer((struct ftrace_regs *)p, 0))
USS_PROBE(FTRACE_REGS_GET_ARGUMENT,		(void)ftrace_regs_get_argument((struct ftrace_regs *)p, 0))
USS_PROBE(CONST_CTL_TABLE,			int f(const struct ctl_table *, int, void *, size_t *, loff_t *); ((struct ctl_table *)p)->proc_handler = f)
USS_PROBE(CTL_TABLE_SIZE,			register_sysctl_sz("", p, 0))
USS_PROBE(MM_EXIT_EXEC_RELEASE,			mm_exit_exec_release(NULL, mm))
USS_PROBE(SYSTEM_DFL_WQ,			(void)system_dfl_wq)
USS_PROBE(SCOPED_WITH_INIT_FS,			scoped_with_init_fs() (void)0)
USS_PROBE(TIMER_DESTROY_ON_STACK,		timer_destroy_on_stack(p))
USS_PROBE(SYSCORE,				register_syscore((struct syscore *)p))
USS_PROBE(SHRINKER_ALLOC,			shrinker_free(shrinker_alloc(0, "")))
