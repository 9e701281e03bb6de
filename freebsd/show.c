/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * show.c - the pages of a process, for one that may debug it
 *
 * The module copies its own pages.  It uses neither the memory nor the map of the process, so it never waits for them, and the process
 * goes on.  What the process has unmapped is shown, too.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>

#include "machine.h"
#include "names.h"
#include "show.h"
#include "space.h"

/* With the space locked. */
static void
uss_show_copy(struct uss_space *space, struct uss_pages *pages)
{

	pages->address = space->address;
	uss_names_copy(space, &pages->system);
	memcpy(&pages->machine, uss_machine_page(), sizeof(pages->machine));
	memcpy(&pages->process, space->object.page, sizeof(pages->process));
}

int
uss_show(pid_t pid, struct uss_pages *pages)
{
	struct uss_space *space;
	struct proc *p;
	int error;

	error = pget(pid, PGET_CANSEE | PGET_CANDEBUG | PGET_NOTID, &p);
	if (error != 0)
		return (error);
	error = ENXIO;
	space = uss_space_get(p, NULL);
	/* Not if the process has left the memory where the pages are, or they are not mapped yet. */
	if (space != NULL && space->vmspace == p->p_vmspace && space->address != 0) {
		mtx_lock(&space->lock);
		uss_show_copy(space, pages);
		mtx_unlock(&space->lock);
		error = 0;
	}
	PROC_UNLOCK(p);
	if (space != NULL)
		uss_space_put(space);
	return (error);
}
