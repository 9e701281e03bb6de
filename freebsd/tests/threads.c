/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * threads.c - threads that ask at the same time get one address, and read the pid there while others fork (TEST_ROUNDS, 100)
 */
#include "threads.h"

/* Each time in a process that has not asked. */
int
main(void)
{
	int rounds = atoi(environment("TEST_ROUNDS", "100")), i;
	pid_t child;

	for (i = 0; i < rounds; i++) {
		child = fork();
		if (child == 0) {
			ask_at_once();
			_exit(0);
		}
		reap(child);
	}
	return (0);
}
