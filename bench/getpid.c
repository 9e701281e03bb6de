/* SPDX-License-Identifier: MIT */
/*
 * getpid.c - the cost of getpid from the page and by system call in nanoseconds, and their ratio, from one run
 *
 *	bench-getpid [CALLS]
 *
 * The two are measured in turn, ROUNDS times; the medians are printed. Under `vm/run --icount` a nanosecond is an instruction.
 */
#include <sys/syscall.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare_doubles);
	return values[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 200000, i;
	double page[ROUNDS], kernel[ROUNDS], start;
	pid_t sum = 0;
	int round;

	if (!(uss_served() & USS_SERVED_PID)) {
		fprintf(stderr, "%s: this process is not served from a page; is the module loaded?\n", argv[0]);
		return 1;
	}
	for (round = 0; round < ROUNDS; round++) {
		start = now();
		for (i = 0; i < calls; i++)
			sum += uss_getpid();
		page[round] = (now() - start) / (double)calls;
		start = now();
		for (i = 0; i < calls; i++)
			sum += (pid_t)syscall(SYS_getpid);
		kernel[round] = (now() - start) / (double)calls;
	}
	printf("getpid by system call   %7.1f ns\n", median(kernel));
	printf("getpid from the page    %7.1f ns\n", median(page));
	printf("ratio                   %7.1f\n", median(kernel) / median(page));
	return sum == 0;
}
