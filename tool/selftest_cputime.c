/* SPDX-License-Identifier: MIT */
/*
 * selftest_cputime.c - CPU time for selftest: the comparison that every trial makes, and trials of its own
 *
 * The library's answer must lie between two answers of the system call. A thread is served once it has been switched to after the process's
 * first read; the module also withdraws the clock for a second when the kernel has measured the counter's frequency, some seconds after
 * boot. So only the trials here expect that it is served, and they wait for it.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

#define THREADS 4
#define PATIENCE_MS 3000

/* Whether the calling thread's answers come from the page now. */
static bool is_served(void)
{
	const volatile struct uss_process_page *process = uss_page_base();
	const volatile struct uss_cputime_page *page;
	const volatile struct uss_cputime_slot *slot;
	unsigned int cpu;

	if (!(uss_served() & USS_SERVED_CPUTIME))
		return false;
	page = (const volatile void *)((const volatile char *)process + process->cputime_offset);
	if (!page->enabled || syscall(SYS_getcpu, &cpu, NULL, NULL) || cpu >= page->slots)
		return false;
	slot = (const volatile void *)((const volatile char *)page + USS_CPUTIME_SLOTS + cpu * sizeof(*slot));
	return slot->sequence && !(slot->sequence & 1);
}

static long long nanoseconds(const struct timespec *time)
{
	return (long long)time->tv_sec * 1000000000 + time->tv_nsec;
}

void uss_self_compare_cputime(const char *where)
{
	struct timespec before, answer, after;

	if (syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &before) || uss_thread_cputime(&answer) ||
	    syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &after))
		return;
	uss_self_count_answer(is_served());
	if (nanoseconds(&answer) < nanoseconds(&before) || nanoseconds(&answer) > nanoseconds(&after))
		uss_self_differs("%s: clock_gettime(2) says CPU time %lld ns, then uss_thread_cputime() %lld, then clock_gettime(2) %lld",
				 where, nanoseconds(&before), nanoseconds(&answer), nanoseconds(&after));
}

static void compare_cputime(const char *where, int times)
{
	while (times-- > 0)
		uss_self_compare_cputime(where);
}

static void expect_cputime(const char *where)
{
	int64_t end = uss_self_now() + PATIENCE_MS;
	struct timespec time;

	if (!(uss_selftest->offered & USS_SERVED_CPUTIME))
		return;
	while (!is_served() && uss_self_now() < end) {
		uss_thread_cputime(&time);
		usleep(1000);
	}
	if (!is_served())
		uss_self_not_served("%s: by system call: CPU time", where);
}

static void try_cputime(void)
{
	int i;

	expect_cputime("this program");
	for (i = 0; i < 20; i++) {
		compare_cputime("this program", 20);
		usleep(1000);
	}
}

/* Compares on each processor that this thread may use. */
static void *compare_everywhere(void *unused)
{
	cpu_set_t allowed, one;
	int cpu;

	(void)unused;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		CPU_ZERO(&allowed);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		compare_cputime("thread that was moved to another processor", 20);
	}
	return NULL;
}

static void try_threads(void)
{
	pthread_t threads[THREADS];
	int i, started;

	expect_cputime("before the threads start");
	for (started = 0; started < THREADS; started++) {
		errno = pthread_create(&threads[started], NULL, compare_everywhere, NULL);
		if (errno) {
			uss_self_not_allowed("pthread_create(3)");
			break;
		}
	}
	compare_cputime("beside other threads", 100);
	for (i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

static void forbid(void)
{
	int i;

	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) < 0)
		uss_self_not_allowed("PR_SET_TSC of prctl(2)");
	/* A thread would be served after a switch. */
	for (i = 0; i < 10; i++) {
		compare_cputime("process that may not read the time-stamp counter", 2);
		usleep(1000);
	}
}

static void read_then_forbid(void)
{
	expect_cputime("before");
	compare_cputime("before", 20);
	forbid();
}

/* A read of the counter would kill the process, and uss_self_in_child() records that. */
static void try_forbidden(void)
{
	uss_self_in_child(forbid);
	uss_self_in_child(read_then_forbid);
}

/* clang-format off */
const struct uss_trial uss_trials_cputime[] = {
	{ "CPU time", try_cputime },
	{ "CPU time in threads, on each processor", try_threads },
	{ "CPU time, counter forbidden", try_forbidden },
	{ NULL, NULL },
};
/* clang-format on */
