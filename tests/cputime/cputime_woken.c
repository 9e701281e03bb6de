/* SPDX-License-Identifier: MIT */
/* experiment */
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <sys/eventfd.h>

#include "cputime.h"

static int event, stop;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	CHECK(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

static void *woken(void *unused)
{
	struct sched_param parameter = { .sched_priority = 1 };
	uint64_t value;

	pin(0);
	CHECK(!sched_setscheduler(0, SCHED_FIFO, &parameter), "sched_setscheduler");
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		CHECK(read(event, &value, sizeof(value)) == sizeof(value), "read");
	return unused;
}

static void *waker(void *unused)
{
	uint64_t one = 1;
	int i;

	pin(1);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		CHECK(write(event, &one, sizeof(one)) == sizeof(one), "write");
		for (i = 0; i < 3000; i++)
			__asm__ volatile("");
	}
	CHECK(write(event, &one, sizeof(one)) > 0, "write");
	return unused;
}

int main(void)
{
	struct timespec t;
	uint64_t last = 0, now, back = 0, worst = 0, calls = 0, rawback = 0, rawworst = 0;
	time_t end = time(NULL) + 15;
	pthread_t a, b;

	event = eventfd(0, 0);
	pthread_create(&a, NULL, woken, NULL);
	pthread_create(&b, NULL, waker, NULL);
	pin(0);
	while (time(NULL) < end) {
		int i;

		for (i = 0; i < 10000; i++) {
			uss_thread_cputime(&t);
			now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
			if (now < last) {
				back++;
				if (last - now > worst)
					worst = last - now;
			}
			last = now;
			calls++;
			if (i % 50 == 0) {
				syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &t);
				now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
				if (now < last) {
					rawback++;
					if (last - now > rawworst)
						rawworst = last - now;
				}
				last = now;
			}
		}
	}
	stop = 1;
	printf("%llu calls, %llu backwards, worst %llu ns; raw %llu, %llu\n", (unsigned long long)calls, (unsigned long long)back, (unsigned long long)worst, (unsigned long long)rawback, (unsigned long long)rawworst);
	CHECK(!system("grep ctxt /proc/self/status /proc/stat"), "grep");
	return back + rawback != 0;
}
