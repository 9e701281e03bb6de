/* SPDX-License-Identifier: MIT */
/* process.h - what the benchmarks of processes with pages share */
#ifndef USS_BENCH_PROCESS_H
#define USS_BENCH_PROCESS_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

static inline void reap(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child || status)
		die("child");
}

/* The child reads its page. */
static inline void fork_exit(long count)
{
	pid_t child;

	while (count--) {
		child = fork();
		if (child == 0) {
			USE(uss_getpid());
			_exit(0);
		}
		reap(child);
	}
}

#endif /* USS_BENCH_PROCESS_H */
