// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loading and unloading
 *
 * The files, from the top. Calls go down. Facts are called through one table of functions (facts.h).
 *
 *	user.c		sysctl and sysfs
 *	hooks.c		the kernel reports what happens to processes
 *	ask.c		a process asks for its pages
 *	cmdline.c	another process reads a command line or an environment
 *	patience.c	how long that reader waits for the mmap_lock
 *	kept.c		command lines as they were last read
 *	unload.c	takes the pages away from all processes
 *	map.c		our VMAs in a process
 *	space.c		address spaces that have pages; passes events to the facts
 *	title.c		fact: the title area
 *	cputime.c	fact: the CPU time of each thread
 *	clock.c		the scheduler's clock, for cputime.c
 *	machine.c	fact: load averages and processors online
 *	names.c		fact: the names of a UTS namespace
 *	process.c	fact: pid, fork id, start time, and for which process the pages are valid
 *	sharer.c	records of sharers, which hooks allocate and free
 *	withdraw.c	removes the system page from one process
 *	page.c		allocates and counts pages
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "cmdline.h"
#include "hooks.h"
#include "map.h"
#include "space.h"
#include "unload.h"
#include "user.h"
#include "withdraw.h"

/* No process can ask for pages any more. The hooks that keep pages right stay until the last page has gone. */
static void uss_stop(void)
{
	uss_hooks_stop_exec();
	uss_withdraw_exit();
	uss_unload();
	uss_hooks_stop_reading();
	uss_cmdline_exit();
	uss_hooks_exit();
	uss_map_exit();
	uss_spaces_exit();
}

static int __init uss_init(void)
{
	int err;

	/* When load averages are due depends on the number of ticks since boot, which a 32-bit counter loses. */
	if (!IS_ENABLED(CONFIG_64BIT)) {
		pr_err("32-bit kernels are not supported\n");
		return -EOPNOTSUPP;
	}
	/* The layout of the pages counts in 4 KiB. */
	if (PAGE_SIZE != 4096) {
		pr_err("kernels with pages of %lu KiB are not supported: it needs one with 4 KiB (getconf PAGESIZE)\n", PAGE_SIZE / 1024);
		return -EOPNOTSUPP;
	}
	err = uss_spaces_init();
	if (err) {
		pr_err("cannot set up the first pages: error %d\n", err);
		return err;
	}
	err = uss_map_init();
	if (err) {
		pr_err("cannot make the files to be mapped: error %d\n", err);
		goto exit_spaces;
	}
	err = uss_cmdline_init();
	if (err) {
		pr_err("cannot keep command lines: error %d\n", err);
		goto exit_map;
	}
	err = uss_hooks_init();
	if (err)
		goto exit_cmdline;
	/* From here on readers of command lines may sleep in our functions, and programs may have pages. */
	err = uss_hooks_start_exec();
	if (err)
		goto stop;
	/* Last: all events of a process that has pages are seen. */
	err = uss_user_init();
	if (err) {
		pr_err("cannot make /sys/kernel/usrsysshm and the sysctl kernel.usrsysshm: error %d\n", err);
		goto stop;
	}
	return 0;

stop:
	uss_stop();
	return err;

exit_cmdline:
	uss_cmdline_exit();
exit_map:
	uss_map_exit();
exit_spaces:
	uss_spaces_exit();
	return err;
}

/* At any time, under running programs. Those that have pages get memory of zeros in their place, and fall back to the system call. */
static void __exit uss_exit(void)
{
	uss_user_exit();
	uss_stop();
}

module_init(uss_init);
module_exit(uss_exit);

MODULE_DESCRIPTION("Pages that the kernel shares with each process that asks: its pid, its title, the system's name");
MODULE_VERSION(USS_VERSION);
MODULE_LICENSE("GPL");
