/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * ask.c - a process asks for its pages
 *
 * 1. The module must know which other processes run in its memory.  First the process becomes a member of its new space; from then on the
 *    fork handler sees each process that is created in this memory.  A walk over all processes finds those created before.  Both can find
 *    one created in between.  The pid is published after the walk.
 *
 * 2. The walk is skipped if the memory has one reference.  More references prove nothing: ps, for example, holds one.
 *
 * 3. A process that the walk finds in the middle of exec may have left already.  It then counts as a sharer until it exits or executes
 *    another program, and the pid reads 0 for longer than necessary.
 *
 * 4. A sharer gets no pages, because the memory has those of its owner.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/sx.h>

#include <machine/atomic.h>

#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>

#include "ask.h"
#include "names.h"
#include "space.h"

static void
uss_find_sharers(struct uss_space *space)
{
	struct proc *p;

	/* See uss_space_get(). */
	atomic_thread_fence_seq_cst();
	if (space->vmspace->vm_refcnt == 1)
		return;
	sx_slock(&allproc_lock);
	FOREACH_PROC_IN_SYSTEM(p) {
		if (p == curproc || p->p_vmspace != space->vmspace)
			continue;
		PROC_LOCK(p);
		/* A process with P_WEXIT runs no more user code. Its exit handler removes it, if it comes after this. */
		if (p->p_vmspace == space->vmspace && (p->p_flag & P_WEXIT) == 0)
			uss_space_enter_locked(space, p);
		PROC_UNLOCK(p);
	}
	sx_sunlock(&allproc_lock);
}

static void
uss_settle(struct uss_space *space)
{

	uss_find_sharers(space);
	mtx_lock(&space->lock);
	space->process.settling = false;
	uss_process_set_start_time(space, curproc);
	uss_process_publish(space);
	wakeup(space);
	mtx_unlock(&space->lock);
}

/* The first request of a process, or one after @renewals renewals. */
static int
uss_ask_first(u_int renewals)
{
	struct uss_space *space = uss_space_create(curproc);
	int error = 0;

	space->renewals = renewals;
	space->process.settling = true;
	if (!uss_space_enter(space, curproc, true)) {
		/* Another thread was faster. */
		uss_space_put(space);
		return (0);
	}
	/* Without threads nothing else in this process can be in jail_attach(2). */
	if (curproc->p_numthreads == 1)
		uss_names_enter(space, curproc->p_ucred->cr_prison, NULL);
	error = uss_space_map(space, curproc->p_vmspace);
	uss_settle(space);
	if (error != 0)
		uss_space_leave(curproc, space);
	uss_space_put(space);
	return (error);
}

/* Waits until another thread of the process has its answer.  The start time on the page is the owner's. */
static int
uss_wait_settled(struct uss_space *space, bool owner)
{
	int error = 0;

	mtx_lock(&space->lock);
	while (space->process.settling && error == 0)
		error = mtx_sleep(space, &space->lock, PCATCH, "ussask", 0);
	if (error == 0 && owner && !space->dead) {
		uss_process_set_start_time(space, curproc);
		uss_process_publish(space);
	}
	mtx_unlock(&space->lock);
	return (error);
}

/* Whether the process has left the memory of the space, or has not all of the pages. */
static bool
uss_is_lost(struct uss_space *space, bool owner)
{

	return (space->vmspace != curproc->p_vmspace || space->dead || (owner && space->address != 0 &&
	    !uss_map_has(space->vmspace, space->address, space->object.object)));
}

/*
 * The space that the current process owns and whose pages it has, with a reference; NULL without one.  The process leaves one that it has
 * lost, and @renewals is how often that has happened.  After too many times it stays there, without pages.  @none says whether the process
 * was in no space, or has left it: it can get a new one.
 */
static int
uss_ask_again(struct uss_space **result, u_int *renewals, bool *none)
{
	struct uss_space *space;
	bool owner;
	int error;

	*result = NULL;
	space = uss_space_get(curproc, &owner);
	*none = space == NULL;
	if (space == NULL)
		return (0);
	error = uss_wait_settled(space, owner);
	if (error == 0 && uss_is_lost(space, owner)) {
		owner = false;
		*none = uss_space_renew(space);
		if (*none) {
			*renewals = space->renewals;
			/* Another thread may have left it already, and be in a new one. */
			uss_space_leave(curproc, space);
		}
	}
	if (error == 0 && owner)
		*result = space;
	else
		uss_space_put(space);
	return (error);
}

/* The same, after pages were made if there were none. */
static int
uss_ask_space(struct uss_space **result)
{
	u_int renewals = 0;
	int error, tries;
	bool none;

	/* Again if another thread of the process was faster, or unmaps what this one maps. */
	for (tries = 0; tries < 3; tries++) {
		error = uss_ask_again(result, &renewals, &none);
		/* Without a space, although not in none: a sharer, or too many renewals. */
		if (error != 0 || !none)
			return (error);
		error = uss_ask_first(renewals);
		if (error != 0)
			return (error);
	}
	return (0);
}

int
uss_ask(uint64_t *address)
{
	struct uss_space *space;
	int error;

	*address = 0;
	error = uss_ask_space(&space);
	if (error != 0 || space == NULL)
		return (error);
	*address = space->address;
	uss_space_put(space);
	return (0);
}

int
uss_ask_title(uint64_t *address)
{
	struct uss_space *space;
	int error;

	*address = 0;
	error = uss_ask_space(&space);
	if (error != 0 || space == NULL)
		return (error);
	*address = uss_title_ask(space);
	uss_space_put(space);
	return (0);
}

void
uss_ask_self(uint64_t *forkid, uint64_t *start_time)
{

	*forkid = uss_space_forkid(curproc);
	*start_time = uss_process_start_time(curproc);
}
