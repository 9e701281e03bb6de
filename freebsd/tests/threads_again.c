/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * threads_again.c - threads that ask at the same time, after the program has unmapped its pages, get new pages at one address (TEST_ROUNDS, 100)
 */
#include <sys/mman.h>

#include "threads.h"

int
main(void)
{
	int rounds = atoi(environment("TEST_ROUNDS", "100")), i;
	const volatile struct uss_process_page *page;
	pid_t child;

	for (i = 0; i < rounds; i++) {
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
