// SPDX-License-Identifier: GPL-2.0-only
/*
 * change_clock.c - for tests only: makes the kernel change the scheduler's clock
 *
 *   echo KHZ >/sys/module/change_clock/parameters/khz
 *
 * changes its scale, as the kernel does when it has measured the frequency of the time-stamp counter. The clock goes on from its present value,
 * faster or slower. KHZ is added to the frequency that the kernel has measured; it may be negative.
 *
 *   echo 1 >/sys/module/change_clock/parameters/suspend
 *
 * calls what a suspend calls last and a resume first, while the other processors stand still. No device is suspended.
 */
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/stop_machine.h>
#include <linux/syscore_ops.h>
#include <asm/tsc.h>

static void (*set_scale)(unsigned long khz, int cpu, unsigned long long counter);

/* __nocfi: the kernel does not call the function by its address, so clang gave it no type to check. */
static int __nocfi set_khz(const char *text, const struct kernel_param *param)
{
	u64 counter = rdtsc_ordered();
	unsigned long flags;
	int more, cpu, err = kstrtoint(text, 0, &more);

	if (err)
		return err;
	local_irq_save(flags);
	for_each_possible_cpu(cpu)
		set_scale(tsc_khz + more, cpu, counter);
	local_irq_restore(flags);
	return 0;
}

static const struct kernel_param_ops khz_ops = { .set = set_khz };
module_param_cb(khz, &khz_ops, NULL, 0200);

static int suspend_core(void *unused)
{
	int err = -EOPNOTSUPP;

#ifdef CONFIG_PM_SLEEP
	err = syscore_suspend();
	if (!err)
		syscore_resume();
#endif
	return err;
}

static int set_suspend(const char *text, const struct kernel_param *param)
{
	return stop_machine(suspend_core, NULL, NULL);
}

static const struct kernel_param_ops suspend_ops = { .set = set_suspend };
module_param_cb(suspend, &suspend_ops, NULL, 0200);

static int __init change_clock_init(void)
{
	struct kprobe probe = { .symbol_name = "set_cyc2ns_scale", .flags = KPROBE_FLAG_DISABLED };
	int err = register_kprobe(&probe);

	if (err) {
		/* clang inlines it. */
		probe = (struct kprobe){ .symbol_name = "__set_cyc2ns_scale", .flags = KPROBE_FLAG_DISABLED };
		err = register_kprobe(&probe);
	}
	if (err)
		return err;
	set_scale = (void *)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

static void __exit change_clock_exit(void)
{
}

module_init(change_clock_init);
module_exit(change_clock_exit);
MODULE_DESCRIPTION("Test only: changes the scale of the scheduler's clock");
MODULE_LICENSE("GPL");
