/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * main.c - loading and unloading
 *
 * The files, from the top.  Calls go down.
 *
 *	user.c		sysctls
 *	hooks.c		the kernel reports what happens to processes
 *	ask.c		a process asks for its pages
 *	show.c		a process reads the pages of another
 *	space.c		processes that have pages, and those that share their memory
 *	title.c		fact: the title area
 *	names.c		fact: host name and domain name of each jail
 *	machine.c	fact: the number of processors
 *	process.c	fact: pid, fork id, start time
 *	oid.c		sysctls of the kernel that the module answers
 *	map.c		pages that the kernel and processes share
 *	compat.h	what differs between versions of FreeBSD
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/module.h>

#include "hooks.h"
#include "machine.h"
#include "names.h"
#include "space.h"
#include "user.h"

/* No process can ask for pages any more. */
static void
uss_stop(void)
{

	uss_title_exit();
	/* The handlers stay until no page is left that they must keep right. */
	uss_spaces_close();
	uss_spaces_end();
	uss_hooks_exit();
	/* The sharers that came in between. */
	uss_spaces_end();
	uss_names_exit();
	uss_machine_exit();
	uss_spaces_exit();
}

static int
uss_load(void)
{
	int error;

	uss_spaces_init();
	uss_process_init();
	uss_machine_init();
	error = uss_names_init();
	if (error != 0) {
		printf("usrsysshm: cannot answer kern.hostname and kern.domainname: error %d\n", error);
		uss_machine_exit();
		uss_spaces_exit();
		return (error);
	}
	uss_hooks_init();
	error = uss_title_init();
	if (error == 0)
		error = uss_user_init();
	else
		printf("usrsysshm: cannot answer kern.proc.args: error %d\n", error);
	if (error != 0)
		uss_stop();
	return (error);
}

static int
uss_event(module_t module __unused, int event, void *arg __unused)
{

	switch (event) {
	case MOD_LOAD:
		return (uss_load());
	case MOD_UNLOAD:
		uss_user_exit();
		uss_stop();
		return (0);
	default:
		return (EOPNOTSUPP);
	}
}

static moduledata_t uss_module = { "usrsysshm", uss_event, NULL };

DECLARE_MODULE(usrsysshm, uss_module, SI_SUB_DRIVERS, SI_ORDER_ANY);
MODULE_VERSION(usrsysshm, 1);
