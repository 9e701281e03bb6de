/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * unload_jail.c - after kldunload the kernel no longer calls the module's jail methods, also if a module that was loaded later has some
 */
#include <sys/param.h>
#include <sys/module.h>

#include "jail.h"
#include "kld.h"

/* Modules of the kernel that have jail methods. */
static const char *const others[] = { "mqueuefs", "sysvmsg", "sysvsem", "sysvshm" };

/* Loads one of them.  Returns its id, or -1. */
static int
load_other(void)
{
	int id = -1;
	u_int i;

	for (i = 0; i < nitems(others) && id < 0; i++)
		if (modfind(others[i]) < 0)
			id = kldload(others[i]);
	return (id);
}

int
main(void)
{
	int other, id;

	kld_begin();
	other = load_other();
	SKIP(other < 0, "no other module with jail methods can be loaded");
	kld_unload();
	id = jail_create("one", false);
	jail_rename(id, "another");
	CHECK(jail_remove(id) == 0, "jail_remove: %s", strerror(errno));
	kld_load();
	kldunload(other);
	CHECK(ask_pages() != NULL, "no pages after kldload");
	return (0);
}
