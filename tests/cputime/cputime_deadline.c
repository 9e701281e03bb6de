/* SPDX-License-Identifier: MIT */
/*
 * From the moment a thread becomes SCHED_DEADLINE, its CPU time never comes from the page, and never goes backwards while another processor
 * reads its clock. (The kernel does not charge such a thread from when it has used up its runtime until it is switched from.) Afterwards the thread is
 * served again.
 */
#include <pthread.h>
#include <sched.h>

#include "cputime.h"

#define MILLISECOND 1000000ULL

static clockid_t clock_of_main;
static int stop;

static void set_policy(uint32_t policy, uint64_t runtime, uint64_t period)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attributes = { .size = 48, .policy = policy, .runtime = runtime, .deadline = period, .period = period };

	CHECK(!syscall(SYS_sched_setattr, 0, &attributes, 0), "sched_setattr: %s", strerror(errno));
}

static void *reading_thread(void *unused)
{
	struct timespec time;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		CHECK(!clock_gettime(clock_of_main, &time), "clock_gettime: %s", strerror(errno));
	return unused;
}

int main(void)
{
	time_t end = time(NULL) + 5;
	struct timespec now;
	uint64_t before = 0;
	pthread_t reader;
	int i;

	skip_without_cputime();
	CHECK(!pthread_getcpuclockid(pthread_self(), &clock_of_main), "pthread_getcpuclockid");
	CHECK(!pthread_create(&reader, NULL, reading_thread, NULL), "pthread_create");
	while (time(NULL) < end) {
		need_cputime();
		set_policy(6, 5 * MILLISECOND, 10 * MILLISECOND);
		for (i = 0; i < 20000; i++) {
			CHECK(!cputime_is_served(), "a SCHED_DEADLINE thread finds its CPU time in the page");
			CHECK(!uss_thread_cputime(&now), "uss_thread_cputime: %s", strerror(errno));
			CHECK(to_nanoseconds(&now) >= before, "%llu after %llu", (unsigned long long)to_nanoseconds(&now),
			      (unsigned long long)before);
			before = to_nanoseconds(&now);
		}
		set_policy(SCHED_OTHER, 0, 0);
	}
	stop = 1;
	need_cputime();
	return pthread_join(reader, NULL);
}
