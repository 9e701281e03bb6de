/* SPDX-License-Identifier: MIT */
/*
 * A thread's CPU time from the page lies between two system calls around it, and never goes backwards, while the thread is preempted,
 * moved between processors, sleeps, changes its scheduling class, and is interrupted by signal handlers that sleep. TEST_ROUNDS in the
 * environment sets the number of comparisons (default 200,000).
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include "cputime.h"

static int stop;

static void *disturb(void *unused)
{
	struct timespec pause = { .tv_nsec = 300000 };

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint64_t until = raw_cputime() + 500000;

		while (raw_cputime() < until)
			check_cputime("disturbing thread");
		nanosleep(&pause, NULL);
	}
	return unused;
}

static void move(int i)
{
	struct sched_param param = { .sched_priority = i % 2 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(i % 3 % sysconf(_SC_NPROCESSORS_CONF), &set);
	sched_setaffinity(0, sizeof(set), &set);
	sched_setscheduler(0, i % 2 ? SCHED_FIFO : i % 4 ? SCHED_OTHER : SCHED_BATCH, &param);
	setpriority(PRIO_PROCESS, 0, i % 5);
}

/* Interrupts a reader between any two of its loads, and is switched away from there. */
static void sleep_in_handler(int signal)
{
	struct timespec pause = { .tv_nsec = 1000 };
	uint64_t last = 0;
	int err = errno;

	(void)signal;
	nanosleep(&pause, NULL);
	check_cputime_after(&last, "signal handler");
	errno = err;
}

static void interrupted_by_signals(long rounds)
{
	struct itimerval once = { .it_value = { 0, 0 } };
	struct sigaction action = { .sa_handler = sleep_in_handler, .sa_flags = SA_RESTART };
	long i;

	CHECK(!sigaction(SIGALRM, &action, NULL), "sigaction: %s", strerror(errno));
	for (i = 0; i < rounds; i++) {
		/* One signal at a time: the handler takes longer than a call. */
		if (i % 20 == 0) {
			once.it_value.tv_usec = 1 + i % 97;
			CHECK(!setitimer(ITIMER_REAL, &once, NULL), "setitimer: %s", strerror(errno));
		}
		check_cputime("thread that signals interrupt");
	}
	usleep(1000);
}

int main(void)
{
	const char *text = getenv("TEST_ROUNDS");
	long rounds = text ? atol(text) : 200000, i;
	pthread_t threads[3];

	need_cputime();
	for (i = 0; i < 3; i++)
		CHECK(!pthread_create(&threads[i], NULL, disturb, NULL), "pthread_create");
	for (i = 0; i < rounds; i++) {
		if (i % 500 == 0)
			move((int)(i / 500));
		if (i % 1000 == 999)
			usleep(100);
		check_cputime("main thread");
	}
	stop = 1;
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	check_mostly_served(rounds);
	interrupted_by_signals(rounds / 2);
	return 0;
}
