/* SPDX-License-Identifier: MIT */
/*
 * process_forkid.c - the process fact: fork ids without the module
 *
 * A random seed is stored in memory that the kernel zeroes in a forked child; a child that finds 0 draws a new seed. A child that shares
 * the memory (vfork) shares the seed too, so the pid is combined with it. For Linux and FreeBSD.
 */
#ifndef __FreeBSD__
#include <linux/mman.h>
#endif
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>
#ifndef __FreeBSD__
#include <sys/syscall.h>
#endif
#include <time.h>
#include <unistd.h>

#include "process.h"

/* Never set in the module's fork ids: they count up from the nanoseconds since boot at which the module was loaded. */
#define USS_FALLBACK_FORKID	(UINT64_C(1) << 63)

/* Makes the kernel zero the memory in a forked child. Returns 0, or -1 if that is not possible. */
static int uss_wipe_on_fork(void *at, size_t size)
{
#ifdef __FreeBSD__
	return minherit(at, size, INHERIT_ZERO);
#else
	return madvise(at, size, MADV_WIPEONFORK);
#endif
}

/* Used if that is not possible: children then keep the seed, and only the pid differs. */
static uint64_t uss_unwiped_seed;
static uint64_t *uss_seed_at;

static uint64_t *uss_map_seed(void)
{
	uint64_t *at = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return &uss_unwiped_seed;
	if (uss_wipe_on_fork(at, (size_t)sysconf(_SC_PAGESIZE)) == 0)
		return at;
	munmap(at, (size_t)sysconf(_SC_PAGESIZE));
	return &uss_unwiped_seed;
}

/* Returns the address of the seed. If two threads, or a thread and its signal handler, map one at the same time, one of them wins. */
static uint64_t *uss_seed(void)
{
	uint64_t *at = __atomic_load_n(&uss_seed_at, __ATOMIC_ACQUIRE), *expected = NULL;

	if (at)
		return at;
	at = uss_map_seed();
	/* Tried again at the next call: then fork ids change once, but no longer repeat. */
	if (at == &uss_unwiped_seed)
		return at;
	if (__atomic_compare_exchange_n(&uss_seed_at, &expected, at, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return at;
	munmap(at, (size_t)sysconf(_SC_PAGESIZE));
	return expected;
}

/* On Linux the bare system call: glibc's getrandom() is a cancellation point. */
static long uss_getrandom(void *buffer, size_t size)
{
#ifdef __FreeBSD__
	return getrandom(buffer, size, GRND_NONBLOCK);
#else
	return syscall(SYS_getrandom, buffer, size, GRND_NONBLOCK);
#endif
}

static uint64_t uss_random(void)
{
	struct timespec now;
	uint64_t random;

	if (uss_getrandom(&random, sizeof(random)) == (long)sizeof(random))
		return random;
	/* Early in boot there is no randomness yet. Use the time: parent and child still differ by their pid. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + (uintptr_t)&now;
}

uint64_t uss_process_fallback_forkid(void)
{
	uint64_t *at = uss_seed(), seed = __atomic_load_n(at, __ATOMIC_ACQUIRE), made;

	if (!seed) {
		made = uss_random() | USS_FALLBACK_FORKID;
		if (__atomic_compare_exchange_n(at, &seed, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			seed = made;
	}
	return seed ^ (uint32_t)uss_process_syscall_getpid();
}
