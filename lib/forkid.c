/* SPDX-License-Identifier: MIT */
/*
 * forkid.c - fork ids without the module
 *
 * A random seed lies in memory that the kernel wipes in a forked child (MADV_WIPEONFORK), who thereby notices that it needs one of
 * its own. A child that shares the memory (vfork) shares the seed too; the pid, joined to it, tells the two apart.
 */
#include <linux/mman.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "forkid.h"

/* Never set in the module's, which count from the nanoseconds since boot at which the module was loaded. */
#define USS_OWN_FORKID	(UINT64_C(1) << 63)

/* Used when no memory can be wiped: children keep the seed, and the pid alone tells them apart. */
static uint64_t uss_unwiped_seed;
static uint64_t *uss_seed_at;

static uint64_t *uss_map_seed(void)
{
	uint64_t *at = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return &uss_unwiped_seed;
	if (madvise(at, (size_t)sysconf(_SC_PAGESIZE), MADV_WIPEONFORK) == 0)
		return at;
	munmap(at, (size_t)sysconf(_SC_PAGESIZE));
	return &uss_unwiped_seed;
}

/* The seed's place. Two threads, or a thread and its signal handler, may come here first together: one of the two wins. */
static uint64_t *uss_seed(void)
{
	uint64_t *at = __atomic_load_n(&uss_seed_at, __ATOMIC_ACQUIRE), *expected = NULL;

	if (at)
		return at;
	at = uss_map_seed();
	if (__atomic_compare_exchange_n(&uss_seed_at, &expected, at, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return at;
	if (at != &uss_unwiped_seed)
		munmap(at, (size_t)sysconf(_SC_PAGESIZE));
	return expected;
}

static uint64_t uss_random(void)
{
	struct timespec now;
	uint64_t random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == (ssize_t)sizeof(random))
		return random;
	/* Early in boot: better than nothing, and the pid still tells parent and child apart. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + (uintptr_t)&now;
}

uint64_t uss_own_forkid(void)
{
	uint64_t *at = uss_seed(), seed = __atomic_load_n(at, __ATOMIC_ACQUIRE), made;

	if (!seed) {
		made = uss_random() | USS_OWN_FORKID;
		if (__atomic_compare_exchange_n(at, &seed, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			seed = made;
	}
	return seed ^ (uint32_t)uss_ask_getpid();
}
