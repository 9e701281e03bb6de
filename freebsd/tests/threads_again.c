/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * threads_again.c - threads that ask at the same time, after the program has unmapped its pages, get new pages at one address (TEST_ROUNDS,
 * 1000, but no more than half a minute)
 */
#include <sys/mman.h>

#include <time.h>

#include "threads.h"

int
main(void)
{
	int rounds = atoi(environment("TEST_ROUNDS", "1000")), i;
	const volatile struct uss_process_page *page;
	time_t end = time(NULL) + 30;
	pid_t child;

	for (i = 0; i < rounds && time(NULL) < end; i++) {
		child = fork();
		if (child == 0) {
			page = ask_pages();
			CHECK(page != NULL && munmap((void *)(uintptr_t)page, 3 * 4096) == 0, "no pages");
			ask_at_once();
			_exit(0);
		}
		reap(child);
	}
	return (0);
}
