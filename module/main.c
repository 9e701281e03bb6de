// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loading and unloading
 *
 *	hooks.c		the kernel tells what happens to a process
 *	ask.c		a process asks for its pages
 *	map.c		the process's VMAs
 *	space.c		its pages, what stands in them, and for whom it is valid
 *	uts.c		the names of its UTS namespace
 *	machine.c	load averages and processors
 *	title.c		what others see as its command line
 *	user.c		sysctl and sysfs
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "hooks.h"
#include "machine.h"
#include "map.h"
#include "space.h"
#include "user.h"

/* Nobody can ask for pages any more. */
static void uss_stop(void)
{
	uss_hooks_stop_exec();
	uss_map_exit();
	uss_hooks_exit();
	uss_machine_exit();
	uss_spaces_exit();
}

static int __init uss_init(void)
{
	int err;

	/* Facts change under spin locks inside tracepoints, where such a kernel may not take them. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("real-time kernels (PREEMPT_RT) are not supported\n");
		return -EOPNOTSUPP;
	}
	/* Load averages are reckoned from the first tick of all, which a short counter of ticks forgets. */
	if (!IS_ENABLED(CONFIG_64BIT)) {
		pr_err("32-bit kernels are not supported\n");
		return -EOPNOTSUPP;
	}
	err = uss_spaces_init();
	if (err) {
		pr_err("no memory for the first pages\n");
		return err;
	}
	err = uss_map_init();
	if (err) {
		pr_err("cannot make the files that are to be mapped: error %d\n", err);
		goto exit_spaces;
	}
	err = uss_machine_init();
	if (err) {
		pr_err("cannot follow the processors that come and go: error %d\n", err);
		goto exit_map;
	}
	/* Says itself what is missing. */
	err = uss_hooks_init();
	if (err)
		goto exit_machine;
	/* Last of all: a process that has pages has all its other moves seen. */
	err = uss_user_init();
	if (err) {
		pr_err("cannot make /sys/kernel/usrsysshm and the sysctl kernel.usrsysshm: error %d\n", err);
		uss_stop();
	}
	return err;

exit_machine:
	uss_machine_exit();
exit_map:
	uss_map_exit();
exit_spaces:
	uss_spaces_exit();
	return err;
}

/*
 * At any time, under running programs: no more of them can ask for pages; those that have some get memory of zeros in their place and
 * fall back to the system call from then on. The hooks that keep pages right stay until the last page has gone.
 */
static void __exit uss_exit(void)
{
	uss_user_exit();
	uss_stop();
}

module_init(uss_init);
module_exit(uss_exit);

MODULE_DESCRIPTION("Pages that the kernel shares with each process that asks: its pid, its title, the system's name");
MODULE_LICENSE("GPL");
