/* SPDX-License-Identifier: MIT */
/*
 * stat.h - a run of `usrsysshm stat`: the counts (stat.c), what each system does differently (stat_linux.c, freebsd/tool/stat_freebsd.c),
 * the measured costs (stat_cost.c), and the report (stat_report.c)
 */
#ifndef USS_STAT_H
#define USS_STAT_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "../dropin/count.h"

/* The system calls that the kernel counts. */
enum { USS_STAT_GETPID, USS_STAT_UNAME, USS_STAT_SYSINFO, USS_STAT_CPUTIME, USS_STAT_SYSTEM_CALLS };

struct stat_run {
	/* Options. */
	char *command;
	bool json, follow;
	FILE *output;
	char counting[PATH_MAX];	/* path of the counting drop-in */
	char dropin[PATH_MAX];		/* path of the drop-in that `run` loads */

	/* During the run. */
	char directory[PATH_MAX - 8], path[PATH_MAX];	/* of the file of counts */
	struct uss_counts *shared;	/* its mapping */
	int events[USS_STAT_SYSTEM_CALLS];	/* descriptors; -1: cannot be counted */
	const char *no_events;		/* why not, if one of them cannot */
	pid_t pid;
	sigset_t signals, before;	/* those taken by sigwait(), and the mask that COMMAND gets */
	void (*on_child)(int);		/* the disposition of SIGCHLD that COMMAND gets */

	/* Results. */
	int status;
	double time;			/* run time in nanoseconds */
	struct uss_counts counts;
	int64_t past[USS_STAT_SYSTEM_CALLS];	/* system calls that went past the drop-in; -1: not known */
	char left[200];			/* processes left running: "nginx (12), nginx (13)" */
};

/* Measured nanoseconds: the median, and the bounds of its 95 % confidence interval. */
struct range {
	double low, median, high;
};

/* From now on, processes that the program leaves behind become children of this process. */
void uss_stat_adopt(void);

/* Lists the children of this process in @run->left. */
void uss_stat_name_left(struct stat_run *run);

/* Lets the kernel count the system calls of the process @run->pid and its children. If it cannot, @run->no_events says why. */
void uss_stat_count(struct stat_run *run);

/* Fills in @run->past. */
void uss_stat_counted(struct stat_run *run);

/* Returns CLOCK_MONOTONIC in nanoseconds. */
double uss_stat_now(void);

/* Measures what one answer from the page saves against the system call of @call. */
struct range uss_stat_saving(enum uss_count_call call);

/* Measures what preloading @dropin adds to the start of a program. Returns false on failure. */
bool uss_stat_preload(const char *dropin, struct range *cost);

/* Writes the report to @out. */
void uss_stat_report(const struct stat_run *run, FILE *out);

#endif /* USS_STAT_H */
