// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - the machine page, one for all processes: load averages and processors online
 *
 * 1. Load averages change in the timer tick, every LOAD_FREQ ticks, counted from the first tick of all. Each tick is heard of before it
 *    looks whether it is time. If it is, the sequence becomes odd, and the interrupt that follows the tick publishes
 *    the new numbers. In between readers ask the kernel. Should the numbers ever change when it was not time, this kernel counts in
 *    another way: then they are not served any more.
 *
 * 2. A processor that comes or goes passes two states of ours: one that is entered before it comes online and left after it has gone,
 *    one that is entered after it has come and left before it goes. Between the two the number reads 0.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched/loadavg.h>
#include <linux/spinlock.h>
#include <usrsysshm/abi.h>

#include "machine.h"
#include "space.h"

/* As in sysinfo(2); its constant is private to it. */
#define USS_LOAD_SHIFT	16

static struct page *uss_machine;
static struct uss_machine_page *uss_facts;

struct page *uss_machine_page(void)
{
	get_page(uss_machine);
	return uss_machine;
}

void uss_machine_peek(void *copy)
{
	memcpy(copy, uss_facts, PAGE_SIZE);
}

/*
 * Load averages. All in hard interrupts, on whichever processor keeps the time.
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
	u32 next;
	int i;

	raw_spin_lock_irqsave(&uss_loads_lock, flags);
	if (!uss_loads_are_lost) {
		for (i = 0; i < 3; i++)
			WRITE_ONCE(uss_facts->loads[i], uss_load(i));
		next = (uss_facts->loads_sequence | 1) + 1;
		smp_store_release(&uss_facts->loads_sequence, next ?: 2);
		uss_loads_are_due = false;
	}
	raw_spin_unlock_irqrestore(&uss_loads_lock, flags);
}

static DEFINE_IRQ_WORK(uss_loads_work, uss_publish_loads);

static void uss_silence_loads(void)
{
	WRITE_ONCE(uss_facts->loads_sequence, uss_facts->loads_sequence | 1);
	/* Pairs with the reader's acquire fence. */
	smp_wmb();
}

static bool uss_loads_have_changed(void)
{
	return uss_facts->loads[0] != uss_load(0) || uss_facts->loads[1] != uss_load(1) || uss_facts->loads[2] != uss_load(2);
}

void uss_machine_before_load(void)
{
	/* The kernel's condition: the n-th update is due ten ticks after n times LOAD_FREQ. */
	unsigned long window = (jiffies - INITIAL_JIFFIES - 10) / LOAD_FREQ, flags;

	raw_spin_lock_irqsave(&uss_loads_lock, flags);
	if (uss_loads_are_lost) {
		;
	} else if (window != uss_loads_window) {
		uss_loads_window = window;
		uss_loads_are_due = true;
		uss_silence_loads();
		irq_work_queue(&uss_loads_work);
	} else if (!uss_loads_are_due && uss_loads_have_changed()) {
		uss_loads_are_lost = true;
		uss_silence_loads();
		pr_warn("the load averages changed when they were not due: they are not served any more\n");
	}
	raw_spin_unlock_irqrestore(&uss_loads_lock, flags);
}

/*
 * Processors. The kernel brings and takes them one at a time.
 */

static enum cpuhp_state uss_cpu_present, uss_cpu_online;

static int uss_cpus_change(unsigned int cpu)
{
	/* Before the processor comes or goes, which takes far more than this needs to be seen. */
	smp_store_mb(uss_facts->nprocs_onln, 0);
	return 0;
}

static int uss_cpus_changed(unsigned int cpu)
{
	smp_store_release(&uss_facts->nprocs_onln, num_online_cpus());
	return 0;
}

static int uss_cpus_init(void)
{
	int state;

	state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "usrsysshm:present", uss_cpus_change, uss_cpus_changed);
	if (state < 0)
		return state;
	uss_cpu_present = state;
	cpus_read_lock();
	state = cpuhp_setup_state_nocalls_cpuslocked(CPUHP_AP_ONLINE_DYN, "usrsysshm:online", uss_cpus_changed, uss_cpus_change);
	if (state >= 0)
		uss_cpus_changed(0);
	cpus_read_unlock();
	if (state < 0) {
		cpuhp_remove_state_nocalls(uss_cpu_present);
		return state;
	}
	uss_cpu_online = state;
	return 0;
}

int uss_machine_init(void)
{
	int err;

	uss_machine = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!uss_machine)
		return -ENOMEM;
	uss_facts = page_address(uss_machine);
	uss_fill_header(&uss_facts->header, USS_MAGIC_MACHINE, sizeof(*uss_facts));
	err = uss_cpus_init();
	if (err)
		put_page(uss_machine);
	return err;
}

void uss_machine_exit(void)
{
	cpuhp_remove_state_nocalls(uss_cpu_online);
	cpuhp_remove_state_nocalls(uss_cpu_present);
	irq_work_sync(&uss_loads_work);
	put_page(uss_machine);
}
