/* SPDX-License-Identifier: MIT */
/* settle.h - makes the memory layout of a benchmark the same in each run */
#ifndef USS_SETTLE_H
#define USS_SETTLE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <unistd.h>

/*
 * Executes the program again without address randomization and without an environment. Otherwise the number of pages and page tables that a
 * process touches would differ from run to run by more than the effect to be measured.
 */
static inline void settle(char **argv)
{
	char *nothing[] = { NULL };
	int current = personality(0xffffffff);

	if (current & ADDR_NO_RANDOMIZE)
		return;
	if (personality((unsigned long)current | ADDR_NO_RANDOMIZE) >= 0)
		execve(argv[0], argv, nothing);
	perror(argv[0]);
	exit(1);
}

#endif /* USS_SETTLE_H */
