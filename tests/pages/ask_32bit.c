/* SPDX-License-Identifier: MIT */
/*
 * A 32-bit program that asks for pages after its start is served: alone, after a process that shared its memory has exited,
 * and in a forked child.
 */
#include <sys/personality.h>

#include "asking.h"

_Static_assert(sizeof(void *) == 4, "compile with -m32");

static const volatile struct uss_process_page *page;

static int wait_for_end(void *end)
{
	while (!get_word(end))
		check_page_pid(page, "32-bit sharer");
	return 0;
}

static void beside_a_sharer(void)
{
	static char stack[65536];
	static int end;
	pid_t pid = clone(wait_for_end, stack + sizeof(stack), CLONE_VM | SIGCHLD, &end);

	CHECK(pid > 0, "clone");
	page = ask();
	check_page_zero(page, "32-bit program beside a sharer");
	set_word(&end, 1);
	reap(pid);
	check_page_serves(page, "32-bit program");
}

int main(void)
{
	pid_t pid;

	require_pages_on_demand();
	check_no_pages("32-bit program");
	in_fresh_process(beside_a_sharer);
	page = ask();
	check_page_serves(page, "32-bit program");
	CHECK(page->speaks == (USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME), "speaks %#x", page->speaks);
	CHECK(ask() == page && count_mappings() == 1, "asking again returns another address or adds a mapping");
	pid = fork();
	if (pid == 0) {
		check_page_serves(page, "child of a 32-bit program");
		_exit(0);
	}
	reap(pid);
	return 0;
}
