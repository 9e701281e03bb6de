// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - the machine page, one for all processes: load averages and processors online
 *
 * 1. Load averages change in the timer tick, every LOAD_FREQ ticks, counted from boot. The hook is called in each tick before the kernel
 *    checks whether they are due. If they are, the sequence counter becomes odd, and an interrupt right after the tick publishes
 *    the new numbers. In between, readers fall back to the system call. If the numbers ever change when they were not due, this kernel
 *    counts in another way, and they are not served any more.
 *
 * 2. A processor that comes online or goes offline passes two hotplug states of ours. One is entered before it comes online and left after
 *    it has gone; the other is entered after it has come online and left before it goes. While one is between the two, the number reads 0.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched/loadavg.h>
#include <linux/spinlock.h>
#include <usrsysshm/abi.h>

#include "facts.h"
#include "machine.h"
#include "page.h"
#include "sequence.h"

/* As in sysinfo(2); its constant is private to it. */
#define USS_LOAD_SHIFT	16

/* Not counted: it exists as long as the module. */
static struct page *uss_machine;
static struct uss_machine_page *uss_machine_facts;

struct uss_machine_page *uss_machine_contents(void)
{
	return uss_machine_facts;
}

static struct page *uss_machine_page(struct uss_space *space, unsigned int index)
{
	get_page(uss_machine);
	return uss_machine;
}

static void uss_machine_peek(struct uss_space *space, unsigned int index, void *copy)
{
	memcpy(copy, uss_machine_facts, PAGE_SIZE);
}

/*
 * Load averages. All of this runs in hard interrupts, on the processor that keeps the time.
 */

static DEFINE_RAW_SPINLOCK(uss_loads_lock);
static unsigned long uss_loads_window;	/* the number of updates since boot, as of the last tick */
static bool uss_loads_are_due, uss_loads_are_lost;

static u64 uss_load(int i)
{
	return (u64)READ_ONCE(avenrun[i]) << (USS_LOAD_SHIFT - FSHIFT);
}

static void uss_publish_loads(struct irq_work *work)
{
	unsigned long flags;
	bool lost;
	int i;

	raw_spin_lock_irqsave(&uss_loads_lock, flags);
	lost = uss_loads_are_lost;
	if (!lost) {
		for (i = 0; i < 3; i++)
			WRITE_ONCE(uss_machine_facts->loads[i], uss_load(i));
		uss_sequence_end(&uss_machine_facts->loads_sequence);
		uss_loads_are_due = false;
	}
	raw_spin_unlock_irqrestore(&uss_loads_lock, flags);
	/* Not in the hook: the kernel calls it with the lock of the jiffies, for which a console may wait. */
	if (lost)
		pr_warn_once("the load averages changed when they were not due: they are not served any more\n");
}

/* PREEMPT_RT would run another kind in a thread, and readers would fall back until then. */
static struct irq_work uss_loads_work = IRQ_WORK_INIT_HARD(uss_publish_loads);

static bool uss_loads_have_changed(void)
{
	return uss_machine_facts->loads[0] != uss_load(0) || uss_machine_facts->loads[1] != uss_load(1) ||
	       uss_machine_facts->loads[2] != uss_load(2);
}

void uss_machine_before_load(void)
{
	/* The kernel's own condition: update n is due ten ticks after n times LOAD_FREQ. */
	unsigned long window = (jiffies - INITIAL_JIFFIES - 10) / LOAD_FREQ, flags;

	raw_spin_lock_irqsave(&uss_loads_lock, flags);
	if (uss_loads_are_lost)
		goto unlock;
	if (window != uss_loads_window) {
		uss_loads_window = window;
		uss_loads_are_due = true;
		uss_sequence_begin(&uss_machine_facts->loads_sequence);
		irq_work_queue(&uss_loads_work);
	} else if (!uss_loads_are_due && uss_loads_have_changed()) {
		uss_loads_are_lost = true;
		uss_sequence_begin(&uss_machine_facts->loads_sequence);
		irq_work_queue(&uss_loads_work);
	}
unlock:
	raw_spin_unlock_irqrestore(&uss_loads_lock, flags);
}

/*
 * Processors. The kernel takes them online and offline one at a time.
 */

static enum cpuhp_state uss_cpu_present, uss_cpu_online;
/* Those between the two states: more than one if the administrator stops one half-way (CPU_HOTPLUG_STATE_CONTROL). */
static struct cpumask uss_cpus_changing;

static int uss_cpus_change(unsigned int cpu)
{
	cpumask_set_cpu(cpu, &uss_cpus_changing);
	/* Long before the processor comes or goes: other processors see this store by then. */
	smp_store_mb(uss_machine_facts->nprocs_onln, 0);
	return 0;
}

static int uss_cpus_changed(unsigned int cpu)
{
	cpumask_clear_cpu(cpu, &uss_cpus_changing);
	if (cpumask_empty(&uss_cpus_changing))
		smp_store_release(&uss_machine_facts->nprocs_onln, num_online_cpus());
	return 0;
}

/* Each processor is marked when the first state is set up, and no longer when the second is: only then is the number published. */
static int uss_cpus_init(void)
{
	int state;

	state = cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "usrsysshm:present", uss_cpus_change, uss_cpus_changed);
	if (state < 0)
		return state;
	uss_cpu_present = state;
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "usrsysshm:online", uss_cpus_changed, uss_cpus_change);
	if (state < 0) {
		cpuhp_remove_state_nocalls(uss_cpu_present);
		return state;
	}
	uss_cpu_online = state;
	return 0;
}

static int uss_machine_init(void)
{
	int err;

	uss_machine = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!uss_machine)
		return -ENOMEM;
	uss_machine_facts = page_address(uss_machine);
	uss_page_fill_header(uss_machine_facts, USS_MAGIC_MACHINE, sizeof(*uss_machine_facts));
	err = uss_cpus_init();
	if (err) {
		pr_err("cannot follow the processors that come and go: error %d\n", err);
		put_page(uss_machine);
	}
	return err;
}

static void uss_machine_exit(void)
{
	cpuhp_remove_state_nocalls(uss_cpu_online);
	cpuhp_remove_state_nocalls(uss_cpu_present);
	irq_work_sync(&uss_loads_work);
	put_page(uss_machine);
}

const struct uss_fact uss_machine_fact = {
	.names = "loadavg nprocs",
	.features = USS_FEATURE_LOADAVG | USS_FEATURE_NPROCS,
	.first = USS_MACHINE_PGOFF,
	.pages = 1,
	.init = uss_machine_init,
	.exit = uss_machine_exit,
	.page = uss_machine_page,
	.peek = uss_machine_peek,
};
