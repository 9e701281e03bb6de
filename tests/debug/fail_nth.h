/* SPDX-License-Identifier: MIT */
/*
 * fail_nth.h - makes the n-th allocation of the calling thread fail, in a kernel with FAULT_INJECTION
 *
 * Writing n to /proc/thread-self/fail-nth arms it. Reading returns how many allocations remain, 0 after the failure.
 */
#ifndef FAIL_NTH_H
#define FAIL_NTH_H

#include <sys/mount.h>

#include "../test.h"

static int fail_nth_fd;

static inline void write_setting(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

/* Includes sleeping allocations and single pages, and writes no trace to the log for each failure. */
static inline void fail_nth_prepare(void)
{
	CHECK(!mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) || errno == EBUSY, "debugfs: %s", strerror(errno));
	write_setting("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	write_setting("/sys/kernel/debug/failslab/verbose", "0");
	write_setting("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	write_setting("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	write_setting("/sys/kernel/debug/fail_page_alloc/verbose", "0");
}

/* Once in each process, before anything fails, because opening a file allocates memory. */
static inline void fail_nth_open(void)
{
	fail_nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	CHECK(fail_nth_fd >= 0, "fail-nth: %s", strerror(errno));
}

static inline void fail_nth_set(int n)
{
	char text[16];
	int length = sprintf(text, "%d", n);

	CHECK(pwrite(fail_nth_fd, text, (size_t)length, 0) == length, "fail-nth: %s", strerror(errno));
}

static inline bool fail_nth_has_failed(void)
{
	char text[16] = "";

	CHECK(pread(fail_nth_fd, text, sizeof(text) - 1, 0) > 0, "fail-nth: %s", strerror(errno));
	return atoi(text) == 0;
}

#endif /* FAIL_NTH_H */
