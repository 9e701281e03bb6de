/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * helper_bench.c - what a call costs from the page and by system call, alternately, in one run; the best of 20 rounds
 */
#include <time.h>

#include "test.h"

#define	CALLS	20000

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((double)now.tv_sec + (double)now.tv_nsec / 1e9);
}

static void
call_getpid(void)
{
	raw_getpid();
}

static void
page_getpid(void)
{
	uss_getpid();
}

static void
call_gethostname(void)
{
	char name[256];

	gethostname(name, sizeof(name));
}

static void
page_gethostname(void)
{
	char name[256];

	uss_gethostname(name, sizeof(name));
}

static void
call_setproctitle(void)
{
	setproctitle("-%s", "a title of some thirty characters");
}

static void
page_setproctitle(void)
{
	uss_setproctitle("-%s", "a title of some thirty characters");
}

static double
best(void (*function)(void), double before)
{
	double start = seconds(), cost;
	int i;

	for (i = 0; i < CALLS; i++)
		function();
	cost = (seconds() - start) / CALLS;
	return (before == 0 || cost < before ? cost : before);
}

static void
compare(const char *name, void (*page)(void), void (*call)(void))
{
	double page_cost = 0, call_cost = 0;
	int round;

	for (round = 0; round < 20; round++) {
		page_cost = best(page, page_cost);
		call_cost = best(call, call_cost);
	}
	printf("%-14s page %8.1f ns, system call %8.1f ns, ratio %.1f\n", name, page_cost * 1e9, call_cost * 1e9, call_cost / page_cost);
}

int
main(void)
{
	compare("getpid", page_getpid, call_getpid);
	compare("gethostname", page_gethostname, call_gethostname);
	compare("setproctitle", page_setproctitle, call_setproctitle);
	return (0);
}
