/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * threads.h - threads that ask at the same time
 */
#ifndef THREADS_H
#define	THREADS_H

#include <pthread.h>

#include "test.h"

#define	THREADS	4

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

static inline void
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

#endif /* !THREADS_H */
