/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * vfork_child.c - in a vfork child the pid reads 0 and the library answers the child's; afterwards the parent's is back
 */
#include "test.h"

static volatile uint32_t seen;
static volatile pid_t library, call;
static volatile uint64_t forkid;

static void
vfork_once(const volatile struct uss_process_page *page)
{
	pid_t child = vfork();

	if (child == 0) {
		seen = page->pid;
		library = uss_getpid();
		call = raw_getpid();
		forkid = uss_forkid();
		_exit(0);
	}
	CHECK((pid_t)page->pid == raw_getpid(), "after vfork the page has %u", page->pid);
	CHECK(seen == 0, "in the child the page has %u", seen);
	CHECK(library == child && call == child, "the child is %d, the library says %d", child, library);
	CHECK(forkid != 0 && forkid != page->forkid, "the child's fork id is %ju", (uintmax_t)forkid);
	reap(child);
}

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	int i;

	CHECK(page != NULL, "no pages");
	for (i = 0; i < 100; i++)
		vfork_once(page);
	return (0);
}
