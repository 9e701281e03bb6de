// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loading and unloading
 *
 *	hooks.c		the kernel tells what happens to a process
 *	map.c		the process's VMAs
 *	space.c		its pages, what stands in them, and whom they speak for
 *	user.c		sysctl and sysfs
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "hooks.h"
#include "map.h"
#include "space.h"
#include "user.h"

static int __init uss_init(void)
{
	int err;

	/* Facts change under spin locks inside tracepoints, where such a kernel may not take them. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("real-time kernels (PREEMPT_RT) are not supported\n");
		return -EOPNOTSUPP;
	}
	err = uss_spaces_init();
	if (err)
		return err;
	err = uss_map_init();
	if (err)
		goto exit_spaces;
	err = uss_user_init();
	if (err)
		goto exit_map;
	err = uss_hooks_init();
	if (err)
		goto exit_user;
	return 0;

exit_user:
	uss_user_exit();
exit_map:
	uss_map_exit();
exit_spaces:
	uss_spaces_exit();
	return err;
}

/* No module_exit: programs have the pages mapped. rmmod answers that the module is in use. */
module_init(uss_init);

MODULE_DESCRIPTION("Pages that the kernel shares with every process: its pid, its title, the system's name");
MODULE_LICENSE("GPL");
