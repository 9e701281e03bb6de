/* SPDX-License-Identifier: MIT */
/*
 * cputime.c - the CPU time fact: clock_gettime for unmodified programs
 *
 * Only CLOCK_THREAD_CPUTIME_ID is answered from the page. All other clocks go to libc.
 */
#include <dlfcn.h>
#include <time.h>
#include <usrsysshm.h>

#include "count.h"
#include "libc.h"
#include "stack.h"

/* Looked up once. (glibc's __clock_gettime is private to one version of glibc.) */
static int uss_next_clock_gettime(clockid_t clock, struct timespec *time)
{
	static int (*found)(clockid_t clock, struct timespec *time);
	int (*next)(clockid_t clock, struct timespec *time) = __atomic_load_n(&found, __ATOMIC_RELAXED);

	if (!next) {
		USS_FIND_NEXT(next, "clock_gettime");
		__atomic_store_n(&found, next, __ATOMIC_RELAXED);
	}
	return next(clock, time);
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
