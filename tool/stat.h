/* SPDX-License-Identifier: MIT */
/* stat.h - a run of `usrsysshm stat`: what was counted (stat.c), what things cost (stat_cost.c), the report of both (stat_report.c) */
#ifndef USS_STAT_H
#define USS_STAT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "../dropin/count.h"

/* The system calls that the kernel counts. */
enum { USS_STAT_GETPID, USS_STAT_UNAME, USS_STAT_SYSINFO, USS_STAT_SYSTEM_CALLS };

struct stat_run {
	/* How it is run. */
	char *command;
	bool json, follow;
	FILE *output;
	char counting[PATH_MAX];	/* the library that counts */
	char dropin[PATH_MAX];		/* that which `run` loads */

	/* While it runs. */
	char path[64];			/* of the file of counts */
	struct uss_counts *shared;	/* it */
	int events[USS_STAT_SYSTEM_CALLS];	/* -1: cannot be counted */
	const char *no_events;		/* why not, if one cannot */
	pid_t pid;

	/* What came of it. */
	int status;
	double time;			/* nanoseconds that it ran */
	struct uss_counts counts;
	int64_t past[USS_STAT_SYSTEM_CALLS];	/* system calls that went past the drop-in; -1: not known */
	char left[200];			/* processes that run on: "nginx (12), nginx (13)" */
};

/* Nanoseconds, as measured: the median, and the bounds of where it lies with a probability of 95 %. */
struct range {
	double low, median, high;
};

/* Now, of CLOCK_MONOTONIC. */
double uss_stat_now(void);

/* What an answer from the page saves of @call. */
struct range uss_stat_saving(enum uss_count_call call);

/* What preloading @dropin adds to the start of a program. False if that cannot be measured. */
bool uss_stat_preload(const char *dropin, struct range *cost);

/* Writes the report to run->output, or stderr. */
void uss_stat_report(const struct stat_run *run, FILE *out);

#endif /* USS_STAT_H */
