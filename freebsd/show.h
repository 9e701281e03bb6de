/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * show.h - what sysctl kern.usrsysshm_pages.PID returns (see show.c); also for programs
 */
#ifndef USS_FREEBSD_SHOW_H
#define	USS_FREEBSD_SHOW_H

#include <sys/types.h>

#include <usrsysshm/abi.h>

/* Copies of the pages of a process. */
struct uss_pages {
	uint64_t	address;	/* of the process page, in the process */
	struct uss_process_page process;
	struct uss_system_page system;	/* names_sequence is odd or 0 if the names are not valid */
	struct uss_machine_page machine;
};

#ifdef _KERNEL
/*
 * Copies the pages of the process @pid.  ESRCH: there is none that the current process may see.  EPERM: it may not debug it.  EBUSY: it is
 * executing another program.  ENXIO: it has no pages.
 */
int	uss_show(pid_t pid, struct uss_pages *pages);
#endif

#endif /* !USS_FREEBSD_SHOW_H */
