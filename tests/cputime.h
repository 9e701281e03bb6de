/* SPDX-License-Identifier: MIT */
/* cputime.h - for tests of the CPU time page: the library's answer between two system calls */
#ifndef CPUTIME_H
#define CPUTIME_H

#include <time.h>

#include "test.h"

static inline uint64_t to_nanoseconds(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

static inline uint64_t raw_cputime(void)
{
	struct timespec time;

	CHECK(!syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time), "clock_gettime: %s", strerror(errno));
	return to_nanoseconds(&time);
}

/* Whether the calling thread would be answered from the page now: its processor's slot says that one of the process's threads runs. */
static inline bool cputime_is_served(void)
{
	const volatile struct uss_process_page *process = my_page();
	const volatile struct uss_cputime_page *page;
	const volatile struct uss_cputime_slot *slot;
	unsigned int cpu, cpu_after;
	uint64_t sequence;

	if (!process || !process->cputime_offset)
		return false;
	page = (const volatile void *)((const volatile char *)process + process->cputime_offset);
	if (!page->enabled || syscall(SYS_getcpu, &cpu, NULL, NULL))
		return false;
	slot = (const volatile void *)((const volatile char *)page + USS_CPUTIME_SLOTS + cpu * sizeof(*slot));
	sequence = slot->sequence;
	/* If the thread has moved meanwhile, the slot may be about another one. */
	return sequence && !(sequence & 1) && !syscall(SYS_getcpu, &cpu_after, NULL, NULL) && cpu_after == cpu;
}

static long served_count;

/* One comparison. @last: of the same thread; for threads that share their thread-local storage. */
static inline void check_cputime_after(uint64_t *last, const char *where)
{
	uint64_t before = raw_cputime(), in_page, after;
	struct timespec time;

	CHECK(!uss_thread_cputime(&time), "%s: %s", where, strerror(errno));
	in_page = to_nanoseconds(&time);
	after = raw_cputime();
	CHECK(before >= *last, "%s: the system call returns %llu after %llu", where, (unsigned long long)before, (unsigned long long)*last);
	CHECK(in_page >= before && in_page <= after, "%s: %lld ns more than the system call before, %lld ns less than after", where,
	      (long long)(in_page - before), (long long)(after - in_page));
	*last = after;
	if (cputime_is_served())
		__atomic_add_fetch(&served_count, 1, __ATOMIC_RELAXED);
}

static inline void check_cputime(const char *where)
{
	static __thread uint64_t last;

	check_cputime_after(&last, where);
}

/* Skips the test where CPU time is not served. Does not touch the page. */
static inline void skip_without_cputime(void)
{
	CHECK(my_page(), "no pages");
	if (!(my_page()->header.features & USS_FEATURE_CPUTIME)) {
		puts("CPU time is not served on this kernel and machine (dmesg says why)");
		exit(77);
	}
}

/* Reads until the calling thread is served. */
static inline void need_cputime(void)
{
	struct timespec time;
	int tries;

	skip_without_cputime();
	/* The kernel withdraws the clock for a second when it has measured the counter's frequency, some seconds after boot. */
	for (tries = 0; tries < 500 && !(uss_served() & USS_SERVED_CPUTIME && cputime_is_served()); tries++) {
		uss_thread_cputime(&time);
		usleep(10000);
	}
	CHECK(tries < 500, "the thread is not served after %d switches", tries);
}

/* Whether the module watches switches. */
static inline bool is_watched(void)
{
	char text[4096];
	int fd = open("/sys/kernel/usrsysshm/watching", O_RDONLY);
	ssize_t length;

	CHECK(fd >= 0, "watching: %s", strerror(errno));
	length = read(fd, text, sizeof(text));
	close(fd);
	CHECK(length == 2, "watching: %zd bytes", length);
	return text[0] == '1';
}

/* An earlier test may have read its CPU time. */
static inline void wait_until_not_watched(void)
{
	int tries;

	for (tries = 0; tries < 30 && is_watched(); tries++)
		sleep(1);
	CHECK(!is_watched(), "switches are still watched after 30 s");
}

static inline void check_mostly_served(long rounds)
{
	CHECK(served_count >= rounds / 2, "%ld of %ld calls could be answered from the page", served_count, rounds);
}

#endif /* CPUTIME_H */
