/* SPDX-License-Identifier: MIT */
/*
 * exec_cost N PROGRAM: processor time of a start and exit of PROGRAM in microseconds, averaged over N.
 * exec_cost --calls N: nanoseconds per call of the functions that the drop-in serves.
 * With `vm/run --icount` a nanosecond is an instruction.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double time_used(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int starts(int number, char **argv)
{
	double before = 0;
	int i, status;
	pid_t pid;

	for (i = -10; i < number; i++) {
		if (i == 0)
			before = time_used(RUSAGE_CHILDREN);
		if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) || waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	printf("%.1f\n", (time_used(RUSAGE_CHILDREN) - before) / number);
	return 0;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int calls(int number)
{
	struct utsname names;
	char name[65];
	double start;
	int i, which;

	for (which = 0; which < 4; which++) {
		start = now();
		for (i = 0; i < number; i++) {
			switch (which) {
			case 0:
				getpid();
				break;
			case 1:
				if (gethostname(name, sizeof(name)))
					return 1;
				break;
			case 2:
				if (uname(&names))
					return 1;
				break;
			default:
				sysconf(_SC_PAGESIZE);
				break;
			}
		}
		printf("%.1f%c", (now() - start) / number, which == 3 ? '\n' : ' ');
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--calls"))
		return calls(atoi(argv[2]));
	return argc >= 3 ? starts(atoi(argv[1]), argv + 2) : 2;
}
