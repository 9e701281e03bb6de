// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks.c - where an unmodified kernel tells us what happens to processes
 *
 *	sched_process_fork	a tracepoint: the child is complete and has not been woken
 *	exec_mm_release		a process, down to one thread, is about to leave its mm for a new one. A parent that waits in vfork
 *				is woken after this.
 *	exit_mm_release		a thread leaves its mm for good. When no thread is live any more, the process leaves it.
 *				(Some kernels have one function for both, mm_exit_exec_release.)
 *	switch_task_namespaces	a thread takes another set of namespaces
 *	setns, unshare		system calls of a thread that may do so. Some compilers copy switch_task_namespaces() into its callers, where
 *				it is not hooked. So until it has been called from such a system call, each call counts as if it changed
 *				all namespaces.
 *	personality		a thread changes what uname(2) tells it (a 64-bit and a 32-bit system call)
 *	add_device_randomness	called by a task that sets a name, as the last thing before it takes uts_sem. From there on nothing
 *				can fail, and the change will come.
 *	proc_sys_poll_notify	called by a task that has set a name, and by no other
 *	calc_global_load	a timer tick is about to check whether new load averages are due
 *	exit_mmap		an mm ends; no other task can reach it any more
 *	access_remote_vm	a process's command line or environment is being read. Replaced, as by a live patch, by uss_cmdline_read().
 *
 * and, with the module parameter at_exec=1 only:
 *
 *	finalize_exec		the new program's mm is complete, no user code has run in it, sleeping is allowed. Replaced by a function
 *				that calls it and then maps the pages.
 *
 * The functions are found by name. If the kernel lacks one of them, loading fails. Ftrace callbacks run with preemption off.
 * docs/hooks.md says why each may do what it does under PREEMPT_RT.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/tracepoint.h>
#include <asm/syscall.h>

#include "ask.h"
#include "cmdline.h"
#include "compat/compat.h"
#include "function.h"
#include "hooks.h"
#include "machine.h"
#include "names.h"
#include "space.h"

/* How many tasks are inside our replacements, where they may sleep. */
static atomic_t uss_in_finalize_exec, uss_in_access_remote_vm;

static bool uss_at_exec;
module_param_named(at_exec, uss_at_exec, bool, 0444);
MODULE_PARM_DESC(at_exec, "give every program its pages at exec, instead of when it asks (default: no)");

/* Not a tail call: the callee's return address must lie in this module, or the call would be redirected here again, for ever. */
static notrace void uss_finalize_exec(struct linux_binprm *bprm)
{
	atomic_inc(&uss_in_finalize_exec);
	finalize_exec(bprm);
	/* A program whose address space is limited keeps all of it. */
	if (rlimit(RLIMIT_AS) == RLIM_INFINITY)
		uss_ask();
	atomic_dec(&uss_in_finalize_exec);
}

static notrace void uss_at_finalize_exec(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long caller = uss_function_caller(ip, parent_ip);

	if (caller && !within_module(caller, THIS_MODULE))
		uss_ftrace_set_ip(fregs, (unsigned long)uss_finalize_exec);
}

static notrace int uss_access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags)
{
	int got;

	atomic_inc(&uss_in_access_remote_vm);
	got = uss_cmdline_read(mm, addr, buf, len, gup_flags);
	atomic_dec(&uss_in_access_remote_vm);
	return got;
}

static notrace void uss_at_access_remote_vm(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct mm_struct *mm = (struct mm_struct *)uss_ftrace_argument(fregs, 0);

	if (uss_cmdline_is_concerned(mm, uss_ftrace_argument(fregs, 4)))
		uss_ftrace_set_ip(fregs, (unsigned long)uss_access_remote_vm);
}

static notrace void uss_at_exec_mm_release(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	uss_space_leave(current);
}

static notrace void uss_at_exit_mm_release(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	/* The number of live threads, without the current one: do_exit() has decremented it. */
	if (!atomic_read(&current->signal->live))
		uss_space_leave(current);
}

/* For kernels with one function for both. do_exit() sets the flag before it calls the function. */
static notrace void uss_at_mm_release(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (current->flags & PF_EXITING)
		uss_at_exit_mm_release(ip, parent_ip, ops, fregs);
	else
		uss_at_exec_mm_release(ip, parent_ip, ops, fregs);
}

static notrace void uss_at_exit_mmap(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	uss_cmdline_forget((struct mm_struct *)uss_ftrace_argument(fregs, 0));
}

/* The system calls from which switch_task_namespaces() was called. */
static bool uss_known_namespace_calls[USS_NAMESPACE_CALLS];

static void uss_learn_namespace_call(void)
{
	int call = uss_namespace_call(syscall_get_nr(current, current_pt_regs()));

	if (call >= 0 && !READ_ONCE(uss_known_namespace_calls[call]))
		WRITE_ONCE(uss_known_namespace_calls[call], true);
}

static bool uss_namespace_call_is_known(void)
{
	int call = uss_namespace_call(syscall_get_nr(current, current_pt_regs()));

	return call >= 0 && READ_ONCE(uss_known_namespace_calls[call]);
}

static notrace void uss_at_switch_task_namespaces(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
						  struct ftrace_regs *fregs)
{
	struct task_struct *task = (struct task_struct *)uss_ftrace_argument(fregs, 0);
	struct nsproxy *new = (struct nsproxy *)uss_ftrace_argument(fregs, 1);

	if (task == current && new && task->nsproxy) {
		uss_learn_namespace_call();
		uss_space_enter(task, new);
	}
}

static notrace void uss_at_unshare(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long arguments[6];

	syscall_get_arguments(current, current_pt_regs(), arguments);
	/* CLONE_NEWTIME is for children only. */
	if (arguments[0] & CLONE_NEWUTS && !uss_namespace_call_is_known())
		uss_space_enter(current, NULL);
}

static notrace void uss_at_setns(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long arguments[6];

	syscall_get_arguments(current, current_pt_regs(), arguments);
	/* 0: whatever kind of namespace the file is. */
	if ((!(u32)arguments[1] || arguments[1] & (CLONE_NEWUTS | CLONE_NEWTIME)) && !uss_namespace_call_is_known())
		uss_space_enter(current, NULL);
}

static notrace void uss_at_personality(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long arguments[6];

	syscall_get_arguments(current, current_pt_regs(), arguments);
	/* This value only queries. */
	if ((u32)arguments[0] != 0xffffffff)
		uss_space_personality(current);
}

/* Is this an address in a function that sets a name? There are several: for 64-bit and 32-bit system calls, and for sysctl. */
static bool uss_is_name_setter(unsigned long address)
{
	char function[KSYM_SYMBOL_LEN];

	sprint_symbol_no_offset(function, address);
	return strstr(function, "sethostname") || strstr(function, "setdomainname") || strstr(function, "proc_do_uts_string");
}

/*
 * The callers of add_device_randomness() seen so far: a dozen at most. To look one up by name costs more than to set a name, and from 6.15
 * on every exit calls it.
 */
static struct uss_caller {
	unsigned long address;		/* 0: none yet */
	bool sets_name;
} uss_callers[16];
static atomic_t uss_callers_used;

static bool uss_learn_caller(unsigned long address)
{
	bool sets_name = uss_is_name_setter(address);
	int i = atomic_inc_return(&uss_callers_used) - 1;

	if (i < ARRAY_SIZE(uss_callers)) {
		uss_callers[i].sets_name = sets_name;
		/* Pairs with the acquire in uss_sets_name(). */
		smp_store_release(&uss_callers[i].address, address);
	} else {
		atomic_set(&uss_callers_used, ARRAY_SIZE(uss_callers));
	}
	return sets_name;
}

static bool uss_sets_name(unsigned long ip, unsigned long parent_ip)
{
	unsigned long caller;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_callers); i++)
		if (smp_load_acquire(&uss_callers[i].address) == parent_ip)
			return uss_callers[i].sets_name;
	caller = uss_function_caller(ip, parent_ip);
	/* The trampoline of a kretprobe has any caller: learn nothing. */
	return caller == parent_ip ? uss_learn_caller(caller) : uss_is_name_setter(caller);
}

static notrace void uss_at_add_device_randomness(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
						 struct ftrace_regs *fregs)
{
	/* Before 6.15 an exiting thread calls it with interrupts off. A setter may sleep. */
	if (!irqs_disabled() && uss_sets_name(ip, parent_ip))
		uss_names_begin_change(current->nsproxy->uts_ns);
}

static notrace void uss_at_proc_sys_poll_notify(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
						struct ftrace_regs *fregs)
{
	uss_names_end_change(current->nsproxy->uts_ns);
}

static notrace void uss_at_calc_global_load(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	uss_machine_before_load();
}

static void uss_at_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	uss_space_fork(parent, child);
}

/* PERMANENT: `sysctl kernel.ftrace_enabled=0` is refused while a hook is registered, instead of silently disabling it. */
#define USS_OPS_FLAGS (USS_OPS_WITH_ARGUMENTS | FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_PERMANENT)

/*
 * Unregistering a hook takes a quarter of a second. So one hook covers all functions that need neither a certain order nor replacement.
 * The address tells which of them was called.
 */
struct uss_hook {
	struct uss_function {
		const char *name;
		ftrace_func_t called;
		unsigned long address;
	} functions[12];
	struct ftrace_ops ops;
};

static notrace void uss_at_function(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct uss_hook *hook = container_of(ops, struct uss_hook, ops);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hook->functions); i++)
		if (ip - hook->functions[i].address <= USS_HOOK_OFFSET_MAX)
			return hook->functions[i].called(ip, parent_ip, ops, fregs);
}

/* clang-format off */
static struct uss_hook uss_hooks[] = {
	{ {
		{ USS_EXEC_MM_RELEASE, uss_at_mm_release },
		{ USS_EXIT_MM_RELEASE, uss_at_mm_release },
		{ "exit_mmap", uss_at_exit_mmap },
		{ "switch_task_namespaces", uss_at_switch_task_namespaces },
		{ USS_SYSCALL_NAME("unshare"), uss_at_unshare },
		{ USS_SYSCALL_NAME("setns"), uss_at_setns },
		{ USS_PERSONALITY_NAME, uss_at_personality },
#ifdef USS_COMPAT_SYSCALL_NAME
		{ USS_COMPAT_SYSCALL_NAME("unshare"), uss_at_unshare },
		{ USS_COMPAT_SYSCALL_NAME("setns"), uss_at_setns },
#endif
#ifdef USS_COMPAT_PERSONALITY_NAME
		{ USS_COMPAT_PERSONALITY_NAME, uss_at_personality },
#endif
		{ "proc_sys_poll_notify", uss_at_proc_sys_poll_notify },
		{ "calc_global_load", uss_at_calc_global_load },
	}, { .func = uss_at_function, .flags = USS_OPS_FLAGS } },
	/* Registered after the hook on the end of a change: if the beginning is seen, the end is seen too. */
	{ {
		{ "add_device_randomness", uss_at_add_device_randomness },
	}, { .func = uss_at_function, .flags = USS_OPS_FLAGS } },
};

/* Registered after the hook on the end of an mm and removed before it: no command line is kept longer than its mm. */
static struct uss_hook uss_read_hook = { {
	{ "access_remote_vm", uss_at_access_remote_vm },
}, { .func = uss_at_function, .flags = USS_OPS_FLAGS | FTRACE_OPS_FL_IPMODIFY } };

/* Registered last and removed first: all other events of a process that has pages are seen. */
static struct uss_hook uss_exec_hook = { {
	{ "finalize_exec", uss_at_finalize_exec },
}, { .func = uss_at_function, .flags = USS_OPS_FLAGS | FTRACE_OPS_FL_IPMODIFY } };
/* clang-format on */

static int uss_hook_filter(struct uss_hook *hook)
{
	struct uss_function *function;
	int err;

	for (function = hook->functions; function < hook->functions + ARRAY_SIZE(hook->functions) && function->name; function++) {
		err = uss_function_find(function->name, &function->address);
		if (!err)
			err = ftrace_set_filter_ip(&hook->ops, function->address, 0, 0);
		if (err == -ENOENT || err == -EINVAL) {
			pr_err("this kernel has no traceable function %s\n", function->name);
			return -EOPNOTSUPP;
		}
		if (err) {
			pr_err("cannot hook %s: error %d\n", function->name, err);
			return err;
		}
	}
	return 0;
}

static void uss_hook_explain(const struct uss_hook *hook, int err)
{
	const char *name = hook->functions[0].name;

	if (err == -EBUSY && (hook->ops.flags & FTRACE_OPS_FL_IPMODIFY))
		pr_err("cannot replace %s: another module replaces it already, such as a live patch (ls /sys/kernel/livepatch): error %d\n",
		       name, err);
	else if (err == -EBUSY)
		pr_err("cannot hook %s: tracing of functions is off; run sysctl kernel.ftrace_enabled=1 first: error %d\n", name, err);
	else
		pr_err("cannot hook %s: error %d\n", name, err);
}

static int uss_hook_register(struct uss_hook *hook)
{
	int err = uss_hook_filter(hook);

	if (!err) {
		err = register_ftrace_function(&hook->ops);
		if (err)
			uss_hook_explain(hook, err);
	}
	if (err)
		ftrace_free_filter(&hook->ops);
	return err;
}

static void uss_hook_unregister(struct uss_hook *hook)
{
	unregister_ftrace_function(&hook->ops);
	ftrace_free_filter(&hook->ops);
}

static struct tracepoint *uss_fork_tracepoint;

static void uss_find_tracepoint(struct tracepoint *tracepoint, void *data)
{
	if (!strcmp(tracepoint->name, "sched_process_fork"))
		uss_fork_tracepoint = tracepoint;
}

/*
 * If a task began to set a name before the hooks were registered, only the end of its change is seen. Wait for such tasks.
 * synchronize_rcu_tasks() does not wait for a task that sleeps on uts_sem. But they get it in turn: repeat as long as such changes end.
 */
static void uss_wait_for_early_setters(void)
{
	unsigned int seen, tries = 0;

	synchronize_rcu_tasks();
	do {
		seen = uss_names_count_unseen();
		synchronize_rcu_tasks();
	} while (seen != uss_names_count_unseen() && ++tries < 20);
}

int uss_hooks_init(void)
{
	size_t i;
	int err;

	for_each_kernel_tracepoint(uss_find_tracepoint, NULL);
	if (!uss_fork_tracepoint) {
		pr_err("this kernel has no tracepoint sched_process_fork\n");
		return -EOPNOTSUPP;
	}
	err = tracepoint_probe_register(uss_fork_tracepoint, uss_at_fork, NULL);
	if (err) {
		pr_err("cannot use the tracepoint sched_process_fork: error %d\n", err);
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(uss_hooks); i++) {
		err = uss_hook_register(&uss_hooks[i]);
		if (err)
			goto unregister;
	}
	/* The last step that can fail: readers may sleep inside this hook, and undoing it would have to wait for them. */
	err = uss_hook_register(&uss_read_hook);
	if (err)
		goto unregister;
	uss_wait_for_early_setters();
	uss_names_set_ready(true);
	return 0;

unregister:
	while (i--)
		uss_hook_unregister(&uss_hooks[i]);
	tracepoint_probe_unregister(uss_fork_tracepoint, uss_at_fork, NULL);
	tracepoint_synchronize_unregister();
	return err;
}

int uss_hooks_start_exec(void)
{
	return uss_at_exec ? uss_hook_register(&uss_exec_hook) : 0;
}

/*
 * The hook is removed, so no task enters any more. Wait first for tasks that were redirected but have not incremented the counter, then
 * for those that sleep inside, then for those between their decrement and their return.
 */
static void uss_wait_for_tasks_inside(const atomic_t *inside)
{
	synchronize_rcu_tasks();
	while (atomic_read(inside))
		msleep(20);
	synchronize_rcu_tasks();
}

void uss_hooks_stop_exec(void)
{
	/* at_exec=0, or it could not be registered. */
	if (!(uss_exec_hook.ops.flags & FTRACE_OPS_FL_ENABLED))
		return;
	uss_hook_unregister(&uss_exec_hook);
	uss_wait_for_tasks_inside(&uss_in_finalize_exec);
}

void uss_hooks_stop_reading(void)
{
	uss_hook_unregister(&uss_read_hook);
}

void uss_hooks_exit(void)
{
	size_t i;

	/* The hooks on the beginning and on the end of a change go one after the other. */
	uss_names_set_ready(false);
	for (i = ARRAY_SIZE(uss_hooks); i--;)
		uss_hook_unregister(&uss_hooks[i]);
	tracepoint_probe_unregister(uss_fork_tracepoint, uss_at_fork, NULL);
	tracepoint_synchronize_unregister();
	uss_wait_for_tasks_inside(&uss_in_access_remote_vm);
}
