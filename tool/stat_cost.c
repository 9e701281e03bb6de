/* SPDX-License-Identifier: MIT */
/*
 * stat_cost.c - measures the cost of calls and of a preload on this machine
 *
 * Both variants run in turn, for half a second or a hundred times, and the differences of the pairs are evaluated: a disturbance affects
 * both of a pair, and the median ignores outliers. The spread of the differences gives the confidence interval of the median.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#ifdef __FreeBSD__
#include <sys/sysctl.h>
#else
#include <sys/sysinfo.h>
#endif
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "stat.h"

#define MOST_PAIRS 101
#define LEAST_PAIRS 11
#define PATIENCE 5e8	/* nanoseconds */
#define CALLS 200	/* per sample, to be measurable */

double uss_stat_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * The bounds are order statistics. Each of n samples lies above the true median with probability 1/2, so the number of samples above it has
 * a standard deviation of sqrt(n)/2; it is within two deviations of n/2 with a probability of 95 %.
 */
static struct range range_of(double *samples, int count)
{
	int apart = 1;

	while (apart * apart < count)
		apart++;
	qsort(samples, (size_t)count, sizeof(*samples), compare);
	return (struct range){ samples[count / 2 - apart], samples[count / 2], samples[count / 2 + apart] };
}

/* Whether @count pairs, measured since @start, are enough. */
static bool is_enough(int count, double start)
{
	return count == MOST_PAIRS || (count >= LEAST_PAIRS && count % 2 && uss_stat_now() - start > PATIENCE);
}

/*
 * The system calls behind libc's functions, which a drop-in answers that is loaded into this program itself. (Not so the setproctitle of
 * FreeBSD: there `stat` must not run under the drop-in.)
 */
#ifdef __FreeBSD__
static void ask_name(int which)
{
	int name[] = { CTL_KERN, which };
	char text[256];
	size_t size = sizeof(text);

	sysctl(name, 2, text, &size, NULL, 0);
}
#define ask_hostname()		ask_name(KERN_HOSTNAME)
#define ask_domainname()	ask_name(KERN_NISDOMAINNAME)
#define ask_uname(names)	uname(names)
#define ask_loads(loads)	getloadavg(loads, 3)
#define ask_nprocs()		sysconf(_SC_NPROCESSORS_ONLN)
#else
/* glibc's own name for its sysconf, which the drop-in does not interpose. */
long __sysconf(int name) __attribute__((weak));

static void ask_uname(struct utsname *names)
{
	syscall(SYS_uname, names);
}

static void ask_hostname(void)
{
	struct utsname names;

	ask_uname(&names);
}
#define ask_domainname()	ask_hostname()

static void ask_loads(double *loads)
{
	struct sysinfo info;

	if (!syscall(SYS_sysinfo, &info))
		loads[0] = (double)info.loads[0];
}

static long ask_nprocs(void)
{
	return __sysconf ? __sysconf(_SC_NPROCESSORS_ONLN) : sysconf(_SC_NPROCESSORS_ONLN);
}
#endif

/* Makes one call: by system call, or from the page as the drop-in does. */
static void make_call(enum uss_count_call call, bool system_call)
{
	struct timespec time;
	struct utsname names;
	double loads[3];
	char name[65];

	switch (call) {
	case USS_COUNT_GETPID:
		system_call ? (void)syscall(SYS_getpid) : (void)uss_getpid();
		break;
	case USS_COUNT_GETHOSTNAME:
		system_call ? ask_hostname() : (void)uss_gethostname(name, sizeof(name));
		break;
	case USS_COUNT_GETDOMAINNAME:
		system_call ? ask_domainname() : (void)uss_getdomainname(name, sizeof(name));
		break;
	case USS_COUNT_UNAME:
		system_call ? (void)ask_uname(&names) : (void)uss_uname(&names);
		break;
	case USS_COUNT_GETLOADAVG:
		system_call ? (void)ask_loads(loads) : (void)uss_getloadavg(loads, 3);
		break;
	case USS_COUNT_NPROCS:
		system_call ? (void)ask_nprocs() : (void)uss_nprocs_onln();
		break;
	case USS_COUNT_CPUTIME:
		system_call ? (void)syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time) : (void)uss_thread_cputime(&time);
		break;
#ifdef __FreeBSD__
	case USS_COUNT_SETPROCTITLE:
		system_call ? setproctitle("-usrsysshm stat") : uss_setproctitle("-usrsysshm stat");
		break;
#endif
	default:
		break;		/* libbsd's setproctitle makes no system call that a title could save */
	}
}

static double time_of_calls(enum uss_count_call call, bool system_call)
{
	double start = uss_stat_now();
	int i;

	for (i = 0; i < CALLS; i++)
		make_call(call, system_call);
	return (uss_stat_now() - start) / CALLS;
}

struct range uss_stat_saving(enum uss_count_call call)
{
	double samples[MOST_PAIRS], start = uss_stat_now();
	int i;

#ifndef __FreeBSD__
	if (call == USS_COUNT_SETPROCTITLE)
		return (struct range){ 0, 0, 0 };
#endif
	for (i = 0; !is_enough(i, start); i++) {
		samples[i] = time_of_calls(call, true);
		samples[i] -= time_of_calls(call, false);
	}
	return range_of(samples, i);
}

/* Returns the processor time of a run of `true`; other programs affect it less than the elapsed time. Negative on failure. */
static double time_of_program(char **environment)
{
	char *argv[] = { "true", NULL };
	posix_spawn_file_actions_t quiet;
	struct rusage usage;
	int err, status;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&quiet);
	if (err || wait4(pid, &status, 0, &usage) < 0 || status)
		return -1;
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

bool uss_stat_preload(const char *dropin, struct range *cost)
{
	char setting[PATH_MAX + 16], *environment[] = { setting, NULL };
	double samples[MOST_PAIRS], with, without, start = uss_stat_now();
	int i;

	if (access(dropin, R_OK) < 0)
		return false;
	snprintf(setting, sizeof(setting), "LD_PRELOAD=%s", dropin);
	for (i = -2; !is_enough(i, start); i++) {
		/* Alternate which of the two runs first. The first two pairs only warm up. */
		with = i % 2 ? time_of_program(environment) : 0;
		without = time_of_program(environment + 1);
		if (i % 2 == 0)
			with = time_of_program(environment);
		if (with < 0 || without < 0)
			return false;
		if (i >= 0)
			samples[i] = with - without;
	}
	*cost = range_of(samples, i);
	/* The true cost cannot be negative. */
	cost->low = cost->low > 0 ? cost->low : 0;
	cost->median = cost->median > 0 ? cost->median : 0;
	cost->high = cost->high > 0 ? cost->high : 0;
	return true;
}
