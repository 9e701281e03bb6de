/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * unmapped.c - a process that has unmapped or covered its pages lives on, its children too, and can ask for new ones
 */
#include <sys/mman.h>

#include "test.h"

static void
check_child(const char *own)
{
	const volatile struct uss_process_page *page;
	pid_t child = fork();

	if (child == 0) {
		CHECK(own == NULL || *own == 0x55, "the child's own memory changed");
		page = ask_pages();
		CHECK(page != NULL && (pid_t)page->pid == raw_getpid(), "a child has no pages");
		_exit(0);
	}
	reap(child);
}

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	char *at = (char *)(uintptr_t)page;

	CHECK(page != NULL, "no pages");
	CHECK(munmap(at, 3 * 4096) == 0, "munmap: %s", strerror(errno));
	check_child(NULL);
	page = ask_pages();
	CHECK(page != NULL && (pid_t)page->pid == raw_getpid(), "no new pages after munmap");
	at = (char *)(uintptr_t)page;
	CHECK(mmap(at, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0) == at, "mmap: %s", strerror(errno));
	memset(at, 0x55, 3 * 4096);
	check_child(at);
	page = ask_pages();
	CHECK(page != NULL && (pid_t)page->pid == raw_getpid(), "no new pages after mmap");
	CHECK(at[0] == 0x55, "the program's own memory changed");
	check_child(at);
	return (0);
}
