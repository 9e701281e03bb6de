/* SPDX-License-Identifier: MIT */
/*
 * What it costs a thread to read its CPU time: from the page, and by the system call. COUNT calls of each (default 1,000,000). Under
 * vm/run --icount nanoseconds are instructions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1000000, i;
	double page, call, start;
	struct timespec time;

	for (i = 0; i < 100 && usleep(10000) == 0; i++)
		uss_thread_cputime(&time);
	start = now();
	for (i = 0; i < count; i++)
		uss_thread_cputime(&time);
	page = (now() - start) / (double)count;
	start = now();
	for (i = 0; i < count; i++)
		syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time);
	call = (now() - start) / (double)count;
	printf("CPU time by system call  %8.1f ns\nCPU time from the page   %8.1f ns\nratio                    %8.1f\n", call, page,
	       call / page);
	return !(uss_served() & USS_SERVED_CPUTIME);
}
