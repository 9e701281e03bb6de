// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - the scheduler's clock as a function of the time-stamp counter
 *
 * 1. On x86, where the counter is stable, the scheduler's clock (sched_clock_cpu()) is on every processor
 *
 *		counter * mult >> shift, plus offset
 *
 *    with the numbers that tsc.c keeps for sched_clock() and the offset that clock.c of the scheduler adds. They are published in the
 *    machine page, so that a program computes what the kernel would, to the nanosecond. The kernel's own run time of a thread must be this
 *    clock alone, with no interrupt or hypervisor time subtracted: otherwise nothing is published.
 *
 * 2. The numbers change when the kernel has measured the counter's frequency more precisely, some seconds after boot, and at a resume. A
 *    probe at the beginning of the function that changes them withdraws the clock, as does the suspend. A work item publishes it again,
 *    once the numbers are the same on all processors. When the kernel declares the counter unstable, it changes to another clock. A
 *    probe of that function withdraws the clock for good.
 *
 * 3. The kernel exports none of this. The addresses are found by name, once. The functions are called by static calls: direct calls, which
 *    control-flow integrity (IBT, kCFI) does not check.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "clock.h"
#include "compat/compat.h"

#if defined(CONFIG_X86_64) && !defined(CONFIG_IRQ_TIME_ACCOUNTING) && !defined(CONFIG_PARAVIRT_TIME_ACCOUNTING) && \
	!defined(CONFIG_SCHED_PROXY_EXEC) && defined(CONFIG_KALLSYMS_ALL) && defined(CONFIG_KRETPROBES)

#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/cputime.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/static_call.h>
#include <linux/workqueue.h>
#include <asm/timer.h>
#include <asm/tsc.h>

#include "sequence.h"

/* The number of a processor in IA32_TSC_AUX: the lower 12 bits. */
#define USS_CPUS_MAX 4096

/* The targets of the static calls, until the real ones are found. */
static unsigned long uss_no_lookup(const char *name)
{
	return 0;
}

static void uss_no_read(struct cyc2ns_data *data)
{
}

static void uss_no_read_end(void)
{
}

static bool uss_no_native(void)
{
	return false;
}

static int uss_no_stable(void)
{
	return 0;
}

static unsigned long long uss_no_runtime(struct task_struct *task)
{
	return 0;
}

DEFINE_STATIC_CALL(uss_kallsyms_lookup_name, uss_no_lookup);
DEFINE_STATIC_CALL(uss_cyc2ns_read_begin, uss_no_read);
DEFINE_STATIC_CALL(uss_cyc2ns_read_end, uss_no_read_end);
DEFINE_STATIC_CALL(uss_using_native_sched_clock, uss_no_native);
DEFINE_STATIC_CALL(uss_sched_clock_stable, uss_no_stable);
DEFINE_STATIC_CALL(uss_task_sched_runtime, uss_no_runtime);

static const u64 *uss_sched_clock_offset;	/* the kernel's __sched_clock_offset */
static struct uss_machine_page *uss_clock_page;
static void (*uss_counter_stop)(void);

/* Writers of the page: probes and the work item. */
static DEFINE_RAW_SPINLOCK(uss_clock_lock);
static bool uss_clock_is_lost, uss_clock_is_changing;	/* either of them: nothing is published */
static unsigned int uss_clock_changes;	/* counts withdrawals: what was read before one is out of date */

struct uss_clock {
	u32 mult, shift;
	u64 offset;
};

static u64 uss_clock_at(const struct uss_clock *clock, u64 counter)
{
	return mul_u64_u32_shr(counter, clock->mult, clock->shift) + clock->offset;
}

/* Compares with the kernel's own clock, on this processor. */
static bool uss_clock_holds(const struct uss_clock *clock)
{
	u64 before, now, after;
	bool holds = true;
	int i;

	for (i = 0; i < 1000 && holds; i++) {
		preempt_disable();
		before = rdtsc_ordered();
		/* sched_clock_cpu() reads the counter without ordering, so perhaps before rdtsc_ordered() has. */
		rmb();
		now = sched_clock_cpu(smp_processor_id());
		after = rdtsc_ordered();
		preempt_enable();
		holds = now >= uss_clock_at(clock, before) && now <= uss_clock_at(clock, after);
	}
	return holds;
}

static void uss_clock_read_here(struct uss_clock *clock)
{
	struct cyc2ns_data data;

	static_call(uss_cyc2ns_read_begin)(&data);
	static_call(uss_cyc2ns_read_end)();
	clock->mult = data.cyc2ns_mul;
	clock->shift = data.cyc2ns_shift;
	clock->offset = data.cyc2ns_offset + READ_ONCE(*uss_sched_clock_offset);
}

struct uss_clock_comparison {
	struct uss_clock clock;
	atomic_t differ;
};

/* On each processor, in an interrupt. */
static void uss_clock_compare(void *data)
{
	struct uss_clock_comparison *comparison = data;
	struct uss_clock here;

	uss_clock_read_here(&here);
	if (here.mult != comparison->clock.mult || here.shift != comparison->clock.shift || here.offset != comparison->clock.offset)
		atomic_inc(&comparison->differ);
}

/* Returns NULL, or why the clock is not a function of the counter. May sleep. */
static const char *uss_clock_read(struct uss_clock *clock)
{
	struct uss_clock_comparison comparison = {};

	if (!boot_cpu_has(X86_FEATURE_RDTSCP) || nr_cpu_ids > USS_CPUS_MAX)
		return "a program cannot read the processor's number with the counter";
	if (check_tsc_unstable())
		return "the time-stamp counter is not stable";
	if (!static_call(uss_using_native_sched_clock)())
		return "the scheduler's clock is the hypervisor's";
	if (!static_call(uss_sched_clock_stable)())
		return "the scheduler's clock is not the time-stamp counter";
	uss_clock_read_here(&comparison.clock);
	on_each_cpu(uss_clock_compare, &comparison, 1);
	*clock = comparison.clock;
	if (atomic_read(&comparison.differ))
		return "the clocks of the processors differ";
	return uss_clock_holds(clock) ? NULL : "the scheduler's clock differs from what is computed";
}

static void uss_clock_publish(struct work_struct *work);
static DECLARE_DELAYED_WORK(uss_clock_work, uss_clock_publish);

/* @why is one of the flags above, or NULL. A reader that still finds the same sequence has used a clock that was right until then. */
static void uss_clock_withdraw(bool *why, bool value)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&uss_clock_lock, flags);
	if (why)
		*why = value;
	uss_clock_changes++;
	uss_sequence_begin(&uss_clock_page->clock_sequence);
	raw_spin_unlock_irqrestore(&uss_clock_lock, flags);
}

static void uss_clock_publish(struct work_struct *work)
{
	unsigned int changes = READ_ONCE(uss_clock_changes);
	struct uss_clock clock;
	const char *why;
	bool lost;

	/* The numbers are read after the count of changes: a change in between is seen below. */
	smp_mb();
	why = uss_clock_read(&clock);
	raw_spin_lock_irq(&uss_clock_lock);
	if (!why && !uss_clock_is_lost && !uss_clock_is_changing && changes == uss_clock_changes) {
		uss_clock_page->clock_mult = clock.mult;
		uss_clock_page->clock_shift = clock.shift;
		uss_clock_page->clock_offset = clock.offset;
		uss_sequence_end(&uss_clock_page->clock_sequence);
	}
	/* Otherwise the change that came in between queues the work again. */
	lost = why && !uss_clock_is_changing && changes == uss_clock_changes;
	raw_spin_unlock_irq(&uss_clock_lock);
	if (lost)
		pr_info_once("CPU time is not served any more: %s\n", why);
}

static void uss_report_diverged(struct irq_work *work)
{
	pr_warn_once("CPU time is not served any more: a thread's run time and the scheduler's clock have diverged\n");
}

static DEFINE_IRQ_WORK(uss_diverged_work, uss_report_diverged);

/* Called with the run queue's lock held: printk() could wake a task up, and so take that lock again. */
void uss_clock_diverged(void)
{
	uss_clock_withdraw(&uss_clock_is_lost, true);
	irq_work_queue(&uss_diverged_work);
}

bool uss_clock_is_stable(void)
{
	if (likely(!check_tsc_unstable()))
		return true;
	if (!READ_ONCE(uss_clock_is_lost))
		uss_clock_withdraw(&uss_clock_is_lost, true);
	return false;
}

void uss_clock_charge(void)
{
	static_call(uss_task_sched_runtime)(current);
}

/*
 * What changes the clock
 */

static int uss_before_unstable(struct kprobe *probe, struct pt_regs *regs)
{
	uss_clock_withdraw(&uss_clock_is_lost, true);
	return 0;
}

static int uss_before_new_scale(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	uss_clock_withdraw(&uss_clock_is_changing, true);
	return 0;
}

/*
 * What was read during the change is out of date, too. The kernel calls the function for one processor after the other; the numbers are
 * compared a second after the last call.
 */
static int uss_after_new_scale(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	uss_clock_withdraw(&uss_clock_is_changing, false);
	mod_delayed_work(uss_unbound_wq, &uss_clock_work, HZ);
	return 0;
}

static int uss_after_tsc_mode(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (test_thread_flag(TIF_NOTSC))
		uss_counter_stop();
	return 0;
}

static struct kprobe uss_unstable_probe = { .symbol_name = "clear_sched_clock_stable", .pre_handler = uss_before_unstable };
static struct kretprobe uss_scale_probe = {
	.kp.symbol_name = "set_cyc2ns_scale",
	.entry_handler = uss_before_new_scale,
	.handler = uss_after_new_scale,
};
/* So many threads at once are seen when they lose the right to read the counter. Others lose it at their next switch (cputime.c). */
#define USS_CALLS_MAX 256

/* prctl(2) calls the first function, into which a compiler may inline the second. Strict seccomp calls the second. */
static struct kretprobe uss_set_tsc_mode_probe = {
	.kp.symbol_name = "set_tsc_mode",
	.handler = uss_after_tsc_mode,
	.maxactive = USS_CALLS_MAX,
};
static struct kretprobe uss_disable_tsc_probe = {
	.kp.symbol_name = "disable_TSC",
	.handler = uss_after_tsc_mode,
	.maxactive = USS_CALLS_MAX,
};
/* The one that queues work comes last. */
static struct kretprobe *uss_return_probes[] = { &uss_set_tsc_mode_probe, &uss_disable_tsc_probe, &uss_scale_probe };

/*
 * Called just before the processor's state is saved and just after it is restored, on one processor, with interrupts off; also for hibernation
 * and for kexec with a return. No flag is needed: a work item that is publishing meanwhile finds that the clock has been withdrawn.
 */
static int uss_clock_suspend(USS_SYSCORE_ARGUMENT)
{
	uss_clock_withdraw(NULL, false);
	return 0;
}

static void uss_clock_resume(USS_SYSCORE_ARGUMENT)
{
	mod_delayed_work(uss_unbound_wq, &uss_clock_work, HZ);
}

USS_DEFINE_SYSCORE(uss_clock_syscore, uss_clock_suspend, uss_clock_resume);

/*
 * Loading and unloading
 */

#define USS_FIND(function) \
	({ \
		typeof(&function) found__ = (void *)static_call(uss_kallsyms_lookup_name)(#function); \
		if (found__) \
			static_call_update(uss_##function, found__); \
		found__; \
	})

/* The address of a function, by a probe that is never armed. */
static bool uss_find_lookup(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name", .flags = KPROBE_FLAG_DISABLED };

	if (register_kprobe(&probe))
		return false;
	/* Static, so it has the type that the static call expects; past the ENDBR that a direct call does not need. */
	static_call_update(uss_kallsyms_lookup_name, (typeof(&uss_no_lookup))(void *)probe.addr);
	unregister_kprobe(&probe);
	return true;
}

/* The function to be probed that the kernel does not have, or NULL. A compiler may inline some of them, or rename them. */
static const char *uss_find_probed(void)
{
	const char *const names[] = { uss_unstable_probe.symbol_name, uss_set_tsc_mode_probe.kp.symbol_name,
				      uss_disable_tsc_probe.kp.symbol_name };
	size_t i;

	/* clang inlines set_cyc2ns_scale(), which calls __set_cyc2ns_scale(). */
	if (!static_call(uss_kallsyms_lookup_name)(uss_scale_probe.kp.symbol_name))
		uss_scale_probe.kp.symbol_name = "__set_cyc2ns_scale";
	if (!static_call(uss_kallsyms_lookup_name)(uss_scale_probe.kp.symbol_name))
		return "set_cyc2ns_scale";
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!static_call(uss_kallsyms_lookup_name)(names[i]))
			return names[i];
	return NULL;
}

static const char *uss_clock_find(void)
{
	const char *missing;

	if (!uss_find_lookup())
		return "kallsyms_lookup_name";
	missing = uss_find_probed();
	if (missing)
		return missing;
	if (!USS_FIND(cyc2ns_read_begin) || !USS_FIND(cyc2ns_read_end))
		return "cyc2ns_read_begin";
	if (!USS_FIND(using_native_sched_clock))
		return "using_native_sched_clock";
	if (!USS_FIND(sched_clock_stable))
		return "sched_clock_stable";
	if (!USS_FIND(task_sched_runtime))
		return "task_sched_runtime";
	uss_sched_clock_offset = (const u64 *)static_call(uss_kallsyms_lookup_name)("__sched_clock_offset");
	return uss_sched_clock_offset ? NULL : "__sched_clock_offset";
}

bool uss_clock_probe(void)
{
	const char *missing = uss_clock_find(), *why;
	struct uss_clock clock;

	if (missing) {
		pr_info("CPU time is not served: this kernel has no %s\n", missing);
		return false;
	}
	why = uss_clock_read(&clock);
	if (why)
		pr_info("CPU time is not served: %s\n", why);
	return !why;
}

int uss_clock_init(struct uss_machine_page *page, void (*stop)(void))
{
	int err;

	uss_clock_page = page;
	uss_counter_stop = stop;
	err = register_kprobe(&uss_unstable_probe);
	if (err)
		return err;
	err = register_kretprobes(uss_return_probes, ARRAY_SIZE(uss_return_probes));
	if (err) {
		unregister_kprobe(&uss_unstable_probe);
		return err;
	}
	uss_syscore_register(&uss_clock_syscore);
	uss_clock_publish(NULL);
	return 0;
}

void uss_clock_exit(void)
{
	uss_syscore_unregister(&uss_clock_syscore);
	unregister_kretprobes(uss_return_probes, ARRAY_SIZE(uss_return_probes));
	unregister_kprobe(&uss_unstable_probe);
	cancel_delayed_work_sync(&uss_clock_work);
	irq_work_sync(&uss_diverged_work);
}

#else

#include <linux/errno.h>
#include <linux/printk.h>

bool uss_clock_probe(void)
{
	pr_info("CPU time is not served: this kernel is not configured for it\n");
	return false;
}

int uss_clock_init(struct uss_machine_page *page, void (*stop)(void))
{
	return -EOPNOTSUPP;
}

void uss_clock_exit(void)
{
}

void uss_clock_diverged(void)
{
}

bool uss_clock_is_stable(void)
{
	return false;
}

void uss_clock_charge(void)
{
}

#endif
