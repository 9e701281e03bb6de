/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * minherit.c - a forked child never finds its parent's pid, also if minherit(2) lets it inherit the pages as any other memory
 */
#include <sys/mman.h>

#include "test.h"

static void
check(const volatile struct uss_process_page *page, int inheritance)
{
	pid_t child, pid;

	CHECK(minherit((void *)(uintptr_t)page, 3 * 4096, inheritance) == 0, "minherit: %s", strerror(errno));
	child = fork();
	if (child == 0) {
		pid = (pid_t)page->pid;
		CHECK(pid == raw_getpid(), "with inheritance %d the child finds %d", inheritance, pid);
		CHECK(ask_pages() == page, "another address");
		_exit(0);
	}
	reap(child);
	CHECK((pid_t)page->pid == raw_getpid(), "the page has %u", page->pid);
}

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();

	CHECK(page != NULL, "no pages");
	check(page, INHERIT_SHARE);
	check(page, INHERIT_COPY);
	check(page, INHERIT_ZERO);
	return (0);
}
