/* SPDX-License-Identifier: MIT */
/*
 * title.c - the cost of setting a title by three methods, from one run
 *
 *	slots		the title area: a slot is claimed, written and published (docs/locking.md)
 *	one lock	the alternative that was rejected: one buffer and one lock for the entire page
 *	classic		without the page: prctl(PR_SET_MM_MAP)
 *
 * Each is measured with one thread and with four; the last column is the longest call. With one lock, a writer that is preempted makes all
 * others wait.
 */
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"

#define THREADS 4

static struct {
	pthread_mutex_t lock;
	size_t length;
	char text[USS_TITLE_LIMIT];
} one = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char text[] = "worker 7: idle since 12:00, 1234 requests served, 0 errors, next check in 5 s";
static long calls = 20000;

static void set_slots(void)
{
	uss_set_title(text, sizeof(text) - 1);
}

static void set_one_lock(void)
{
	pthread_mutex_lock(&one.lock);
	memcpy(one.text, text, sizeof(text));
	one.length = sizeof(text) - 1;
	pthread_mutex_unlock(&one.lock);
}

struct work {
	void (*set)(void);
	long calls;
	double each, longest;
};

static void *run(void *argument)
{
	struct work *work = argument;
	double start = now(), before, after = start;
	long i;

	for (i = 0; i < work->calls; i++) {
		before = after;
		work->set();
		after = now();
		if (after - before > work->longest)
			work->longest = after - before;
	}
	work->each = (after - start) / (double)work->calls;
	return NULL;
}

static void measure(const char *name, void (*set)(void), long count)
{
	struct work work[THREADS + 1] = { { set, count, 0, 0 } };
	pthread_t threads[THREADS];
	double sum = 0, longest = 0;
	int i;

	run(&work[0]);
	for (i = 0; i < THREADS; i++) {
		work[i + 1] = (struct work){ set, count, 0, 0 };
		pthread_create(&threads[i], NULL, run, &work[i + 1]);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum += work[i + 1].each;
		if (work[i + 1].longest > longest)
			longest = work[i + 1].longest;
	}
	printf("%-10s %10.0f ns %14.0f ns %14.2f ms\n", name, work[0].each, sum / THREADS, longest / 1e6);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		calls = atol(argv[1]);
	if (argc > 2) {
		measure("classic", set_slots, calls);
		return 0;
	}
	if (!(uss_served() & USS_SERVED_TITLE)) {
		fprintf(stderr, "%s: titles are not served from a page; is the module loaded?\n", argv[0]);
		return 1;
	}
	printf("%-10s %13s %17s %17s\n", "", "one thread", "each of four", "longest of four");
	measure("one lock", set_one_lock, calls);
	measure("slots", set_slots, calls);
	fflush(stdout);
	/* The method is chosen at program start. */
	setenv("USRSYSSHM_TITLE", "classic", 1);
	execl("/proc/self/exe", argv[0], "1000", "classic", (char *)NULL);
	return 1;
}
