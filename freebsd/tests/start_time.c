/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * start_time.c - the start time is that of kern.proc.pid, in a program that asks and in its forked child, which must ask for it
 */
#include <sys/time.h>
#include <sys/user.h>

#include "test.h"

static uint64_t
reference(void)
{
	int boot_name[] = { CTL_KERN, KERN_BOOTTIME }, name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, raw_getpid() };
	struct kinfo_proc info;
	struct timeval boot, start;
	size_t size = sizeof(boot);

	CHECK(sysctl(boot_name, 2, &boot, &size, NULL, 0) == 0, "kern.boottime: %s", strerror(errno));
	size = sizeof(info);
	CHECK(sysctl(name, 4, &info, &size, NULL, 0) == 0, "kern.proc.pid: %s", strerror(errno));
	timersub(&info.ki_start, &boot, &start);
	return (((uint64_t)start.tv_sec * 1000000 + (uint64_t)start.tv_usec) * 1000);
}

static void
check(void)
{
	CHECK(uss_start_time() == reference(), "%ju, not %ju", (uintmax_t)uss_start_time(), (uintmax_t)reference());
}

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	pid_t child;

	CHECK(page != NULL && (page->speaks & USS_SPEAKS_START_TIME), "the start time is not served");
	CHECK(page->start_time == reference(), "%ju, not %ju", (uintmax_t)page->start_time, (uintmax_t)reference());
	usleep(20000);
	/* A process that shares the memory asks: the start time stays that of the owner. */
	child = vfork();
	if (child == 0) {
		ask_pages();
		_exit(0);
	}
	reap(child);
	CHECK(page->start_time == reference(), "%ju, not %ju", (uintmax_t)page->start_time, (uintmax_t)reference());
	child = fork();
	if (child == 0) {
		CHECK((page->speaks & USS_SPEAKS_START_TIME) == 0, "served before the kernel has set it");
		check();
		CHECK(ask_pages() == page, "another address");
		CHECK((page->speaks & USS_SPEAKS_START_TIME) && page->start_time == reference(), "%ju", (uintmax_t)page->start_time);
		check();
		_exit(0);
	}
	reap(child);
	check();
	return (0);
}
