/* SPDX-License-Identifier: MIT */
/*
 * cputime.c - the CPU time fact: clock_gettime for unmodified programs
 *
 * Only CLOCK_THREAD_CPUTIME_ID is answered from the page. All other clocks go to libc.
 */
#include <dlfcn.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "count.h"
#include "libc.h"
#include "stack.h"

/* libc's, or NULL before the constructor. (glibc's __clock_gettime is private to one version of glibc.) */
static int (*uss_libc_clock_gettime)(clockid_t clock, struct timespec *time);

/*
 * Not at the first call: dlsym takes glibc's lock for loading libraries. The caller may be a signal handler, or a thread for which a
 * constructor waits while dlopen holds that lock.
 */
__attribute__((constructor)) static void uss_find_clock_gettime(void)
{
	int (*found)(clockid_t clock, struct timespec *time);

	USS_FIND_NEXT(found, "clock_gettime");
	__atomic_store_n(&uss_libc_clock_gettime, found, __ATOMIC_RELAXED);
}

static int uss_next_clock_gettime(clockid_t clock, struct timespec *time)
{
	int (*next)(clockid_t clock, struct timespec *time) = __atomic_load_n(&uss_libc_clock_gettime, __ATOMIC_RELAXED);

	return next ? next(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
}

#pragma GCC visibility push(default)

int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (clock != CLOCK_THREAD_CPUTIME_ID)
		return uss_next_clock_gettime(clock, time);
	if (!uss_is_on_stack(time)) {
		uss_count_as(USS_COUNT_CPUTIME, USS_COUNT_BUFFER);
		return uss_next_clock_gettime(clock, time);
	}
	uss_count(USS_COUNT_CPUTIME);
	return uss_thread_cputime(time);
}

#pragma GCC visibility pop
