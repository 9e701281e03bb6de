/* SPDX-License-Identifier: MIT */
/*
 * cputime.c - the CPU time fact: the CPU time of the calling thread, from the CPU time page
 *
 * The page has a slot for each processor. A thread that finds the slot of its own processor valid is the thread that the slot is about
 * (<usrsysshm/abi.h>). The process page is not consulted, because the slot is about the thread whatever memory it shares.
 */
/* Otherwise uss_thread_cputime below would be uss_thread_cputime64 where the compiler's flags set this. */
#undef _TIME_BITS
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "cputime.h"
#include "pages.h"

#if defined(__x86_64__) && !defined(__ILP32__)

/*
 * The processor on which this thread ran at its last call. Any value is right: it is checked. Another process may write it at any time (a
 * raw clone shares the thread-local storage), so each call loads it once and does not read back what it stored.
 *
 * glibc keeps some room for such variables of libraries that are loaded later; musl does not.
 */
#ifdef __GLIBC__
__attribute__((tls_model("initial-exec")))
#endif
static __thread unsigned int uss_cpu;

/* The time-stamp counter, and the number of the processor it was read on. Not before earlier loads, nor after later ones. */
static inline uint64_t uss_read_counter(unsigned int *cpu)
{
	uint32_t low, high, number;

	__asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(number) : : "memory");
	*cpu = number & 0xfff;
	return (uint64_t)high << 32 | low;
}

/* Returns false, and whether to try @again: the thread was moved or interrupted. Otherwise the caller must fall back. */
static bool uss_cputime_try(const volatile struct uss_cputime_page *page, uint64_t *nanoseconds, bool *again)
{
	const volatile uint32_t *clock_sequence = &uss_machine->clock_sequence;
	uint32_t clock_before = uss_sequence_begin(clock_sequence);
	const volatile struct uss_cputime_slot *slot;
	uint64_t before, run_time, counter, offset;
	unsigned int cpu = __atomic_load_n(&uss_cpu, __ATOMIC_RELAXED), here;
	uint32_t mult, shift;

	*again = false;
	if (!clock_before || cpu >= page->slots)
		return false;
	slot = (const volatile void *)((const volatile char *)page + USS_CPUTIME_SLOTS + cpu * sizeof(*slot));
	before = uss_load(slot->sequence);
	run_time = slot->run_time;
	mult = uss_machine->clock_mult;
	shift = uss_machine->clock_shift;
	offset = uss_machine->clock_offset;
	counter = uss_read_counter(&here);
	__atomic_store_n(&uss_cpu, here, __ATOMIC_RELAXED);
	if (cpu != here || slot->sequence != before || !uss_sequence_holds(clock_sequence, clock_before)) {
		*again = true;
		return false;
	}
	*nanoseconds = run_time + (uint64_t)((unsigned __int128)counter * mult >> shift) + offset;
	return before && !(before & 1);
}

bool uss_cputime_read(uint64_t *nanoseconds)
{
	const volatile struct uss_cputime_page *page = uss_cputime;
	bool again = true;
	int tries;

	/* The first access faults, and tells the kernel that this process reads its CPU time. */
	if (!uss_load(page->enabled))
		return false;
	for (tries = 0; tries < 4 && again; tries++)
		if (uss_cputime_try(page, nanoseconds, &again))
			return true;
	return false;
}

unsigned int uss_cputime_served(void)
{
	/* Does not touch the page, which would make the process a reader. */
	return uss_cputime != &uss_no_cputime_page && uss_sequence_begin(&uss_machine->clock_sequence) ? USS_SERVED_CPUTIME : 0;
}

#else

bool uss_cputime_read(uint64_t *nanoseconds)
{
	(void)nanoseconds;
	return false;
}

unsigned int uss_cputime_served(void)
{
	return 0;
}

#endif

#ifdef SYS_clock_gettime64
/* musl's name for it: there a struct timespec has 64-bit times in 32-bit programs, too. */
#ifndef SYS_clock_gettime
#define SYS_clock_gettime SYS_clock_gettime32
#define USS_TIMESPEC_IS_TIME64
#endif

int uss_thread_cputime64(void *time)
{
	int before = errno;
	struct {
		long seconds, nanoseconds;
	} got;

	if (!syscall(SYS_clock_gettime64, CLOCK_THREAD_CPUTIME_ID, time))
		return 0;
	/* Before Linux 5.1. The kernel writes into @time itself, which may be invalid. */
	if (errno != ENOSYS || syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, time))
		return -1;
	errno = before;
	memcpy(&got, time, sizeof(got));
	memcpy(time, (const int64_t[]){ got.seconds, got.nanoseconds }, 2 * sizeof(int64_t));
	return 0;
}
#endif

static int uss_cputime_syscall(struct timespec *time)
{
#ifdef USS_TIMESPEC_IS_TIME64
	return uss_thread_cputime64(time);
#else
	return (int)syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, time);
#endif
}

int uss_thread_cputime(struct timespec *time)
{
	uint64_t nanoseconds;

	if (!time || !uss_cputime_read(&nanoseconds))
		return uss_cputime_syscall(time);
	time->tv_sec = (time_t)(nanoseconds / 1000000000);
	time->tv_nsec = (long)(nanoseconds % 1000000000);
	return 0;
}
