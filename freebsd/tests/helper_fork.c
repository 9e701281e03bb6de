/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * helper_fork.c - what fork, exit and waitpid cost together; with an argument, in a process that has asked for its pages
 */
#include <time.h>

#include "test.h"

#define	FORKS	20

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((double)now.tv_sec + (double)now.tv_nsec / 1e9);
}

int
main(int argc, char **argv)
{
	double start, cost, best = 0;
	int round, i;
	pid_t child;

	(void)argv;
	if (argc > 1)
		CHECK(ask_pages() != NULL, "no pages");
	for (round = 0; round < 5; round++) {
		start = seconds();
		for (i = 0; i < FORKS; i++) {
			child = fork();
			if (child == 0)
				_exit(0);
			reap(child);
		}
		cost = (seconds() - start) / FORKS;
		if (best == 0 || cost < best)
			best = cost;
	}
	printf("fork, exit and waitpid: %.1f us\n", best * 1e6);
	return (0);
}
