/* SPDX-License-Identifier: MIT */
/*
 * process.h - the process fact: pid, fork id and start time (process.c), what the kernel says of them (process_linux.c), and fork ids
 * without the module (process_forkid.c)
 */
#ifndef USS_PROCESS_H
#define USS_PROCESS_H

#include "pages.h"

/* Makes the system call getpid(2), whatever function named getpid is interposed. */
pid_t uss_process_syscall_getpid(void) USS_HIDDEN;

/* Reads the caller's own fork id and start time from the module. May change errno. */
bool uss_process_read_self(uint64_t *forkid, uint64_t *start_time) USS_HIDDEN;

/* Reads the caller's start time from the kernel, without the module. Returns 0 with errno set on failure. */
uint64_t uss_process_read_start_time(void) USS_HIDDEN;

/* Returns the pid from @page, or from @fallback if the page has none. */
static inline __attribute__((always_inline)) pid_t uss_process_pid(const volatile struct uss_process_page *page, pid_t (*fallback)(void))
{
	pid_t pid = (pid_t)__atomic_load_n(&page->pid, __ATOMIC_RELAXED);

	return __builtin_expect(pid != 0, 1) ? pid : fallback();
}

/*
 * Whether the fields guarded by @speaks (USS_SPEAKS_..., 0 for those guarded by the pid alone) are valid for the caller. Call it after
 * reading them.
 */
static inline bool uss_process_is_valid(uint32_t speaks)
{
	return (uss_load(uss_process->speaks) & speaks) == speaks && uss_load(uss_process->pid);
}

/* Returns a fork id made without the module, never 0. May change errno. */
uint64_t uss_process_fallback_forkid(void) USS_HIDDEN;

/* The facts' bits of uss_served(). */
unsigned int uss_process_served(void) USS_HIDDEN;

#endif /* USS_PROCESS_H */
