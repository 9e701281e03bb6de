/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * process.c - the process page: pid, fork id and start time
 *
 * The page is valid for the owner of the space.  While others share its memory the pid reads 0, which makes every reader fall back to the
 * system call.  The kernel sets the start time of a process after the fork handlers have run; so that of a forked child is filled in when
 * the child asks.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/time.h>

#include <machine/atomic.h>

#include "header.h"
#include "space.h"

static uint64_t uss_last_forkid;

void
uss_process_init(void)
{
	struct timespec now;

	/* Fork ids start at the time since boot, so they never repeat one from an earlier load of this module. */
	nanouptime(&now);
	uss_last_forkid = (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t
uss_process_next_forkid(void)
{

	return (atomic_fetchadd_64(&uss_last_forkid, 1) + 1);
}

uint64_t
uss_process_start_time(struct proc *p)
{
	const struct timeval *start = &p->p_stats->p_start;

	return (((uint64_t)start->tv_sec * 1000000 + start->tv_usec) * 1000);
}

void
uss_process_begin(struct uss_space *space, struct proc *p)
{
	struct uss_process_page *page = space->object.page;

	space->process.pid = p->p_pid;
	space->process.forkid = uss_process_next_forkid();
	uss_header_fill(page, USS_MAGIC_PROCESS, sizeof(*page));
	page->forkid = space->process.forkid;
	page->system_offset = ptoa(USS_SYSTEM_INDEX);
	page->machine_offset = ptoa(USS_MACHINE_INDEX);
}

void
uss_process_end(struct uss_space *space)
{
	struct uss_process_page *page = space->object.page;

	mtx_assert(&space->lock, MA_OWNED);
	/* The pid first: a reader that has loaded other fields looks at it afterwards. */
	atomic_store_rel_32(&page->pid, 0);
	atomic_thread_fence_seq_cst();
	memset(page, 0, sizeof(*page));
}

void
uss_process_publish(struct uss_space *space)
{
	struct uss_process_page *page = space->object.page;
	const struct uss_process *process = &space->process;
	bool alone = !process->settling && space->sharers == 0;

	mtx_assert(&space->lock, MA_OWNED);
	if (space->dead)
		return;
	atomic_store_rel_64(&page->start_time, process->start_time);
	atomic_store_rel_64(&page->title_area, process->title_area);
	atomic_store_rel_32(&page->speaks, process->speaks);
	/* Release: a reader that sees the pid also sees the fields that the pid makes valid. */
	atomic_store_rel_32(&page->pid, alone ? process->pid : 0);
}

void
uss_process_set_start_time(struct uss_space *space, struct proc *p)
{

	mtx_assert(&space->lock, MA_OWNED);
	space->process.start_time = uss_process_start_time(p);
	space->process.speaks |= USS_SPEAKS_START_TIME;
}
