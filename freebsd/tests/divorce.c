/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * divorce.c - after rfork without RFPROC and RFMEM, which ends the sharing of memory, pages are served again on request
 */
#include <signal.h>

#include "sharer.h"

static struct sharer sharer;

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();

	CHECK(page != NULL, "no pages");
	sharer_start(&sharer, page);
	CHECK(rfork(0) == 0, "rfork(0): %s", strerror(errno));
	CHECK(page->pid == 0 && uss_getpid() == raw_getpid(), "after the divorce the page has %u", page->pid);
	page = ask_pages();
	CHECK(page != NULL && (pid_t)page->pid == raw_getpid(), "no pid in the new page");
	kill(sharer.pid, SIGKILL);
	waitpid(sharer.pid, NULL, 0);
	CHECK((pid_t)page->pid == raw_getpid(), "the page has %u", page->pid);
	return (0);
}
