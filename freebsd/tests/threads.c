/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * threads.c - threads that ask at the same time get one address, and read the pid there while others fork (TEST_ROUNDS, 1000, but no more
 * than half a minute)
 */
#include <time.h>

#include "threads.h"

/* Each time in a process that has not asked. */
int
main(void)
{
	int rounds = atoi(environment("TEST_ROUNDS", "1000")), i;
	time_t end = time(NULL) + 30;
	pid_t child;

	for (i = 0; i < rounds && time(NULL) < end; i++) {
		child = fork();
		if (child == 0) {
			ask_at_once();
			_exit(0);
		}
		reap(child);
	}
	return (0);
}
