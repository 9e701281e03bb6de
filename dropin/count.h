/* SPDX-License-Identifier: MIT */
/*
 * count.h - the calls that `usrsysshm stat` counts
 *
 * The drop-in is built twice. The build for `usrsysshm stat` counts each call in a file that all processes of a run map. The other build
 * contains no counting.
 */
#ifndef USS_COUNT_H
#define USS_COUNT_H

#include <stdint.h>

/* The counted calls. */
enum uss_count_call {
	USS_COUNT_GETPID,
	USS_COUNT_GETHOSTNAME,
	USS_COUNT_GETDOMAINNAME,
	USS_COUNT_UNAME,
	USS_COUNT_GETLOADAVG,
	USS_COUNT_NPROCS,		/* sysconf(_SC_NPROCESSORS_ONLN), get_nprocs */
	USS_COUNT_SETPROCTITLE,
	USS_COUNT_CALLS
};

/* Whether the call was answered from the page, or else why it made the system call. */
enum uss_count_why {
	USS_COUNT_PAGE,
	USS_COUNT_NO_PAGES,		/* no module, or a process without pages */
	USS_COUNT_SHARED,		/* another process shares the memory (vfork) */
	USS_COUNT_MOVED,		/* the process has changed its namespace or personality */
	USS_COUNT_CHANGING,		/* the field is being changed, or is not served */
	USS_COUNT_BUFFER,		/* uname: the buffer may be an invalid pointer */
	USS_COUNT_WHYS
};

/* Content of the file. Each field: any process of the run / usrsysshm stat / 64-bit atomic. */
struct uss_counts {
	uint64_t programs;		/* execs that loaded the drop-in */
	uint64_t calls[USS_COUNT_CALLS][USS_COUNT_WHYS];
};

/* The environment variable that names the file. */
#define USS_COUNT_FILE "USRSYSSHM_STAT"

#ifdef USS_STAT
void uss_count(enum uss_count_call call) __attribute__((visibility("hidden")));
void uss_count_as(enum uss_count_call call, enum uss_count_why why) __attribute__((visibility("hidden")));
#else
static inline void uss_count(enum uss_count_call call)
{
	(void)call;
}

static inline void uss_count_as(enum uss_count_call call, enum uss_count_why why)
{
	(void)call;
	(void)why;
}
#endif

#endif /* USS_COUNT_H */
