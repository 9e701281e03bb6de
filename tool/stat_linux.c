/* SPDX-License-Identifier: MIT */
/* stat_linux.c - usrsysshm stat: counts system calls by perf events on tracepoints, and adopts what the program leaves behind */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stat.h"

/* The counted system calls, and the drop-in's calls that make them. */
static const struct {
	const char *tracepoint;
	unsigned int calls;
	const char *filter; /* of the tracepoint's fields, or NULL */
} system_calls[USS_STAT_SYSTEM_CALLS] = {
	[USS_STAT_GETPID] = { "getpid", 1u << USS_COUNT_GETPID },
	[USS_STAT_UNAME] = { "newuname", 1u << USS_COUNT_GETHOSTNAME | 1u << USS_COUNT_GETDOMAINNAME | 1u << USS_COUNT_UNAME },
	[USS_STAT_SYSINFO] = { "sysinfo", 1u << USS_COUNT_GETLOADAVG },
	[USS_STAT_CPUTIME] = { "clock_gettime", 1u << USS_COUNT_CPUTIME, "which_clock == 3" }, /* CLOCK_THREAD_CPUTIME_ID */
};

/* Opens an event that counts a system call of the program and its future children. Returns a descriptor, or -1. */
static int open_event(struct stat_run *run, const char *tracepoint, const char *filter)
{
	struct perf_event_attr event = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(event), .inherit = 1 };
	char path[128], text[32] = "";
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/syscalls/sys_enter_%s/id", tracepoint);
	file = fopen(path, "re");
	if (!file) {
		run->no_events = errno == EACCES ? "this needs root" : "no tracefs is mounted at /sys/kernel/tracing";
		return -1;
	}
	if (fgets(text, sizeof(text), file))
		event.config = strtoull(text, NULL, 10);
	fclose(file);
	fd = (int)syscall(SYS_perf_event_open, &event, run->pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		run->no_events = errno == EACCES || errno == EPERM ? "this needs root" : "the kernel has no perf events";
	if (fd >= 0 && filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) < 0) {
		run->no_events = "the kernel has no filters of trace events";
		close(fd);
		fd = -1;
	}
	return fd;
}

void uss_stat_count(struct stat_run *run)
{
	int i;

	for (i = 0; i < USS_STAT_SYSTEM_CALLS; i++)
		run->events[i] = open_event(run, system_calls[i].tracepoint, system_calls[i].filter);
}

void uss_stat_counted(struct stat_run *run)
{
	uint64_t made;
	int i, call, why;

	for (i = 0; i < USS_STAT_SYSTEM_CALLS; i++) {
		run->past[i] = -1;
		if (run->no_events || read(run->events[i], &made, sizeof(made)) != (ssize_t)sizeof(made))
			continue;
		for (call = 0; call < USS_COUNT_CALLS; call++)
			for (why = USS_COUNT_PAGE + 1; why < USS_COUNT_WHYS && system_calls[i].calls & 1u << call; why++)
				made -= run->counts.calls[call][why];
		/* The two counts were not taken at the same instant. */
		run->past[i] = (int64_t)made > 0 ? (int64_t)made : 0;
	}
}

void uss_stat_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void uss_stat_name_left(struct stat_run *run)
{
	FILE *list = fopen("/proc/thread-self/children", "re"), *file;
	size_t length = 0;
	char path[64], name[64];
	int pid;

	while (list && length < sizeof(run->left) && fscanf(list, "%d", &pid) == 1) {
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		file = fopen(path, "re");
		if (!file || !fgets(name, sizeof(name), file))
			strcpy(name, "?");
		if (file)
			fclose(file);
		name[strcspn(name, "\n")] = '\0';
		length += (size_t)snprintf(run->left + length, sizeof(run->left) - length, "%s%s (%d)", length ? ", " : "", name, pid);
	}
	if (list)
		fclose(list);
}
