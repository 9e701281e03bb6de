/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * threads.c - threads that ask at the same time get one address, and read the pid there while others fork
 */
#include <pthread.h>

#include "test.h"

#define	THREADS	4
#define	ROUNDS	60

static const volatile struct uss_process_page *pages[THREADS];
static pthread_barrier_t barrier;

static void *
thread(void *arg)
{
	const volatile struct uss_process_page **page = arg;
	pid_t child;

	pthread_barrier_wait(&barrier);
	*page = ask_pages();
	CHECK(*page != NULL, "no pages");
	CHECK((pid_t)(*page)->pid == raw_getpid(), "the page has %u", (*page)->pid);
	child = fork();
	if (child == 0) {
		CHECK((pid_t)(*page)->pid == raw_getpid(), "a child finds %u", (*page)->pid);
		_exit(0);
	}
	CHECK((pid_t)(*page)->pid == raw_getpid(), "the page has %u", (*page)->pid);
	reap(child);
	return (NULL);
}

static void
ask_at_once(void)
{
	pthread_t threads[THREADS];
	int i;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, thread, &pages[i]) == 0, "pthread_create");
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		CHECK(pages[i] == pages[0], "thread %d has %p, thread 0 has %p", i, (const volatile void *)pages[i],
		    (const volatile void *)pages[0]);
	}
}

/* Each time in a process that has not asked. */
int
main(void)
{
	pid_t child;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		child = fork();
		if (child == 0) {
			ask_at_once();
			_exit(0);
		}
		reap(child);
	}
	return (0);
}
