// SPDX-License-Identifier: GPL-2.0-only
/*
 * uss_livepatch.c - for tests: live patches of functions that usrsysshm.ko hooks
 *
 *	insmod uss_livepatch.ko function=NAME		NAME: one of uss_functions
 *	echo 0 >/sys/kernel/livepatch/uss_livepatch/enabled, and rmmod when that directory has gone
 *
 * Each replacement does what the function it replaces does, and counts its calls in the parameter `calls`.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sysctl.h>
#include <linux/wait.h>

static char *uss_function;
module_param_named(function, uss_function, charp, 0444);
static int uss_calls;
module_param_named(calls, uss_calls, int, 0444);

static int (*uss_original_access)(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags);

static int uss_access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags)
{
	uss_calls++;
	return uss_original_access(mm, addr, buf, len, gup_flags);
}

static void uss_finalize_exec(struct linux_binprm *bprm)
{
	uss_calls++;
	task_lock(current->group_leader);
	current->signal->rlim[RLIMIT_STACK] = bprm->rlim_stack;
	task_unlock(current->group_leader);
}

static void uss_proc_sys_poll_notify(struct ctl_table_poll *poll)
{
	uss_calls++;
	if (!poll)
		return;
	atomic_inc(&poll->event);
	wake_up_interruptible(&poll->wait);
}

/* clang-format off */
static struct klp_func uss_functions[] = {
	{ .old_name = "access_remote_vm", .new_func = uss_access_remote_vm },
	{ .old_name = "finalize_exec", .new_func = uss_finalize_exec },
	{ .old_name = "proc_sys_poll_notify", .new_func = uss_proc_sys_poll_notify },
	{ }
};

/* The second entry ends the list. */
static struct klp_func uss_chosen[2];
static struct klp_object uss_objects[] = { { .funcs = uss_chosen }, { } };
/* clang-format on */
static struct klp_patch uss_patch = { .mod = THIS_MODULE, .objs = uss_objects };

static int __init uss_livepatch_init(void)
{
	struct kprobe probe = { .symbol_name = "__access_remote_vm", .flags = KPROBE_FLAG_DISABLED };
	struct klp_func *function;
	int err = register_kprobe(&probe);

	if (err)
		return err;
	/* With CONFIG_X86_KERNEL_IBT a probe lies behind the ENDBR64 with which the function begins. */
	if (((u32 *)probe.addr)[-1] == 0xfa1e0ff3)
		probe.addr -= sizeof(u32) / sizeof(*probe.addr);
	uss_original_access = (void *)probe.addr;
	unregister_kprobe(&probe);
	for (function = uss_functions; function->old_name; function++)
		if (uss_function && !strcmp(function->old_name, uss_function))
			uss_chosen[0] = *function;
	return uss_chosen[0].old_name ? klp_enable_patch(&uss_patch) : -EINVAL;
}

static void __exit uss_livepatch_exit(void)
{
}

module_init(uss_livepatch_init);
module_exit(uss_livepatch_exit);

MODULE_DESCRIPTION("Live patches for the tests of usrsysshm");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
