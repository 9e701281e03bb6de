/*-
 * SPDX-License-Identifier: MIT
 *
 * process.c - the process fact: pid, fork id and start time, from the process page
 *
 * The rules are those of lib/process.c: other fields are read first, and the pid after them.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>

#include <errno.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../../lib/process.h"

/* Never set in the module's fork ids. */
#define	USS_FALLBACK_FORKID	(UINT64_C(1) << 63)

pid_t
uss_process_syscall_getpid(void)
{
	return ((pid_t)syscall(SYS_getpid));
}

pid_t
uss_getpid(void)
{
	return (uss_process_pid(uss_process, uss_process_syscall_getpid));
}

/* Reads the caller's own fork id and start time from the module, for when the page is not valid for the caller. */
static bool
uss_read_self(uint64_t self[2])
{
	size_t size = 2 * sizeof(self[0]);

	return (sysctlbyname("kern.usrsysshm_self", self, &size, NULL, 0) == 0 && size == 2 * sizeof(self[0]));
}

/*
 * Fork ids without the module.  A random seed is stored in memory that the kernel zeroes in a forked child (INHERIT_ZERO); a child that
 * finds 0 draws a new seed.  A child that shares the memory shares the seed too, so the pid is combined with it.
 */
static uint64_t uss_kept_seed;
static uint64_t *uss_seed_at;

static uint64_t *
uss_map_seed(void)
{
	size_t size = (size_t)getpagesize();
	uint64_t *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

	if (at == MAP_FAILED)
		return (&uss_kept_seed);
	if (minherit(at, size, INHERIT_ZERO) == 0)
		return (at);
	munmap(at, size);
	return (&uss_kept_seed);
}

/* If two threads, or a thread and its signal handler, map a seed at the same time, one of them wins. */
static uint64_t *
uss_seed(void)
{
	uint64_t *at = __atomic_load_n(&uss_seed_at, __ATOMIC_ACQUIRE), *expected = NULL;

	if (at != NULL)
		return (at);
	at = uss_map_seed();
	if (__atomic_compare_exchange_n(&uss_seed_at, &expected, at, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return (at);
	if (at != &uss_kept_seed)
		munmap(at, (size_t)getpagesize());
	return (expected);
}

uint64_t
uss_process_fallback_forkid(void)
{
	uint64_t *at = uss_seed(), seed = __atomic_load_n(at, __ATOMIC_ACQUIRE), made = 0;

	if (seed == 0) {
		getrandom(&made, sizeof(made), 0);
		made |= USS_FALLBACK_FORKID;
		if (__atomic_compare_exchange_n(at, &seed, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			seed = made;
	}
	return (seed ^ (uint32_t)uss_process_syscall_getpid());
}

uint64_t
uss_forkid(void)
{
	uint64_t forkid = uss_process->forkid, self[2];
	int err = errno;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (uss_load(uss_process->pid))
		return (forkid);
	if (uss_process != &uss_no_page && uss_read_self(self) && self[0] != 0)
		forkid = self[0];
	else
		forkid = uss_process_fallback_forkid();
	errno = err;
	return (forkid);
}

static bool
uss_boot_time(struct timeval *boot)
{
	int name[] = { CTL_KERN, KERN_BOOTTIME };
	size_t size = sizeof(*boot);

	return (sysctl(name, 2, boot, &size, NULL, 0) == 0);
}

/* The kernel reports the wall clock's time, which it computes from the time since boot.  Again if the clock was set meanwhile. */
static uint64_t
uss_start_time_from_proc(void)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, uss_process_syscall_getpid() };
	struct timeval before, after;
	struct kinfo_proc info;
	size_t size;

	do {
		size = sizeof(info);
		if (!uss_boot_time(&before) || sysctl(name, 4, &info, &size, NULL, 0) != 0 || !uss_boot_time(&after))
			return (0);
	} while (timercmp(&before, &after, !=));
	timersub(&info.ki_start, &before, &after);
	return (((uint64_t)after.tv_sec * 1000000 + (uint64_t)after.tv_usec) * 1000);
}

uint64_t
uss_start_time(void)
{
	uint64_t start_time = uss_process->start_time, self[2];
	int err = errno;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (uss_process_is_valid(USS_SPEAKS_START_TIME))
		return (start_time);
	start_time = uss_read_self(self) && self[1] != 0 ? self[1] : uss_start_time_from_proc();
	if (start_time != 0)
		errno = err;
	return (start_time);
}

unsigned int
uss_process_served(void)
{
	if (!uss_load(uss_process->pid))
		return (0);
	return (USS_SERVED_PID | USS_SERVED_FORKID | (uss_process_is_valid(USS_SPEAKS_START_TIME) ? USS_SERVED_START_TIME : 0));
}
