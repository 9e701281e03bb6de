/* SPDX-License-Identifier: MIT */
/*
 * process.c - the process fact: pid, fork id and start time, from the process page
 *
 * The pid is 0 while another process shares the memory. A reader that sees another value is therefore the page's owner, and the whole page
 * is valid for it. So other fields are read first, and the pid after them.
 *
 * For Linux (process_linux.c asks the kernel) and FreeBSD (freebsd/lib/process_freebsd.c).
 */
#include <errno.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "process.h"

pid_t uss_getpid(void)
{
	return uss_process_pid(uss_process, uss_process_syscall_getpid);
}

uint64_t uss_forkid(void)
{
	/* Once: all fields from the same page, also while the constructor of pages.c runs in another thread. */
	const volatile struct uss_process_page *page = __atomic_load_n(&uss_process, __ATOMIC_RELAXED);
	uint64_t forkid = page->forkid, start_time;
	int err = errno;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (uss_load(page->pid))
		return forkid;
	forkid = 0;
	if (uss_process != &uss_no_page)
		uss_process_read_self(&forkid, &start_time);
	if (!forkid)
		forkid = uss_process_fallback_forkid();
	errno = err;
	return forkid;
}

uint64_t uss_start_time(void)
{
	/* Once, as in uss_forkid(). */
	const volatile struct uss_process_page *page = __atomic_load_n(&uss_process, __ATOMIC_RELAXED);
	uint64_t start_time = page->start_time, forkid;
	int err = errno;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if ((uss_load(page->speaks) & USS_SPEAKS_START_TIME) && uss_load(page->pid))
		return start_time;
	if (!uss_process_read_self(&forkid, &start_time) || !start_time)
		start_time = uss_process_read_start_time();
	if (start_time)
		errno = err;
	return start_time;
}

unsigned int uss_process_served(void)
{
	if (!uss_load(uss_process->pid))
		return 0;
	return USS_SERVED_PID | USS_SERVED_FORKID | (uss_process_is_valid(USS_SPEAKS_START_TIME) ? USS_SERVED_START_TIME : 0);
}
