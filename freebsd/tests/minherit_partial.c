/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * minherit_partial.c - a child that gets no pages, because its parent has unmapped one, does not find the parent's pid, also if minherit(2)
 * lets it inherit the process page
 */
#include <sys/mman.h>

#include "test.h"

static void
check(int inheritance)
{
	const volatile struct uss_process_page *page = ask_pages();
	pid_t child, pid;

	CHECK(page != NULL, "no pages");
	CHECK(minherit((void *)(uintptr_t)page, 4096, inheritance) == 0, "minherit: %s", strerror(errno));
	CHECK(munmap((char *)(uintptr_t)page + page->system_offset, 4096) == 0, "munmap: %s", strerror(errno));
	child = fork();
	if (child == 0) {
		pid = (pid_t)page->pid;
		CHECK(pid == 0, "with inheritance %d the child %d finds %d", inheritance, raw_getpid(), pid);
		_exit(0);
	}
	reap(child);
	CHECK((pid_t)page->pid == raw_getpid(), "the page has %u", page->pid);
}

static void
check_in_child(int inheritance)
{
	pid_t child = fork();

	if (child == 0) {
		check(inheritance);
		_exit(0);
	}
	reap(child);
}

int
main(void)
{
	check_in_child(INHERIT_SHARE);
	check_in_child(INHERIT_COPY);
	check_in_child(INHERIT_ZERO);
	return (0);
}
