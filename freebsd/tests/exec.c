/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * exec.c - exec ends the pages: the new program has none until it asks, and then the same pid and another fork id
 */
#include <sys/mman.h>

#include "test.h"

static void
second(const char *address, const char *forkid, const char *pid)
{
	const volatile struct uss_process_page *page;
	char vector;

	CHECK(atoi(pid) == raw_getpid(), "the pid changed");
	CHECK(mincore((void *)(uintptr_t)strtoull(address, NULL, 10), 1, &vector) != 0, "something is mapped at the old address");
	page = ask_pages();
	CHECK(page != NULL && (pid_t)page->pid == raw_getpid(), "no pages after exec");
	CHECK(page->forkid != strtoull(forkid, NULL, 10), "the fork id is still %s", forkid);
	exit(0);
}

int
main(int argc, char **argv)
{
	const volatile struct uss_process_page *page;
	char address[32], forkid[32], pid[32];

	if (argc == 4)
		second(argv[1], argv[2], argv[3]);
	page = ask_pages();
	CHECK(page != NULL, "no pages");
	CHECK(execl("/nonexistent", "x", (char *)NULL) == -1, "exec of nothing");
	CHECK((pid_t)page->pid == raw_getpid(), "after a failed exec the page has %u", page->pid);
	snprintf(address, sizeof(address), "%ju", (uintmax_t)(uintptr_t)page);
	snprintf(forkid, sizeof(forkid), "%ju", (uintmax_t)page->forkid);
	snprintf(pid, sizeof(pid), "%d", raw_getpid());
	execl(argv[0], argv[0], address, forkid, pid, (char *)NULL);
	CHECK(false, "exec: %s", strerror(errno));
}
