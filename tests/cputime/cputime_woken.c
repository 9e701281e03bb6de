/* SPDX-License-Identifier: MIT */
/*
 * A thread is preempted all the time, by a thread that another processor wakes up. Its CPU time, from the page and by the system call, never
 * goes backwards. The kernel alone charges it only until the wake-up, while it runs, and reads the page, until the interrupt comes.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>

#include "cputime.h"

#define SECONDS 30

static int event, stop;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	CHECK(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity: %s", strerror(errno));
}

static void *preempting_thread(void *unused)
{
	struct sched_param parameter = { .sched_priority = 1 };
	uint64_t value;

	pin(0);
	CHECK(!sched_setscheduler(0, SCHED_FIFO, &parameter), "sched_setscheduler: %s", strerror(errno));
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		CHECK(read(event, &value, sizeof(value)) == sizeof(value), "read");
	return unused;
}

static void *waking_thread(void *unused)
{
	uint64_t one = 1;
	int i;

	pin(1);
	do {
		CHECK(write(event, &one, sizeof(one)) == sizeof(one), "write");
		for (i = 0; i < 3000; i++)
			__asm__ volatile("");
	} while (!__atomic_load_n(&stop, __ATOMIC_RELAXED));
	return unused;
}

static uint64_t page_cputime(void)
{
	struct timespec time;

	CHECK(!uss_thread_cputime(&time), "uss_thread_cputime: %s", strerror(errno));
	return to_nanoseconds(&time);
}

int main(void)
{
	time_t end = time(NULL) + SECONDS;
	pthread_t woken, waker;
	uint64_t before = 0, answer;
	long calls = 0;

	skip_without_cputime();
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		puts("it needs two processors");
		return 77;
	}
	event = eventfd(0, 0);
	CHECK(event >= 0, "eventfd: %s", strerror(errno));
	CHECK(!pthread_create(&woken, NULL, preempting_thread, NULL) && !pthread_create(&waker, NULL, waking_thread, NULL),
	      "pthread_create");
	pin(0);
	while (calls % 1024 || time(NULL) < end) {
		answer = calls % 1024 ? page_cputime() : raw_cputime();
		CHECK(answer >= before, "call %ld, %s: %llu ns less than before", calls, calls % 1024 ? "page" : "system call",
		      (unsigned long long)(before - answer));
		before = answer;
		calls++;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(waker, NULL);
	CHECK(write(event, &(uint64_t){ 1 }, sizeof(uint64_t)) == sizeof(uint64_t), "write");
	pthread_join(woken, NULL);
	printf("%ld calls\n", calls);
	return 0;
}
