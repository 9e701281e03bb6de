/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * rfork_mem.c - while processes made by rfork(RFMEM) run in the same memory the pid reads 0 for all; then it is back
 */
#include "sharer.h"

static struct sharer sharers[3];

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	int i;

	CHECK(page != NULL, "no pages");
	for (i = 0; i < 3; i++) {
		sharer_start(&sharers[i], page);
		CHECK(sharers[i].page == 0, "sharer %d saw pid %d in the page", i, sharers[i].page);
		CHECK(sharers[i].library == sharers[i].pid, "sharer %d is %d, the library says %d", i, sharers[i].pid, sharers[i].library);
		CHECK(page->pid == 0, "with sharer %d the page has %u", i, page->pid);
		CHECK(uss_getpid() == raw_getpid(), "the library says %d", uss_getpid());
	}
	for (i = 0; i < 3; i++) {
		CHECK(page->pid == 0, "before the end of sharer %d the page has %u", i, page->pid);
		sharer_stop(&sharers[i]);
	}
	CHECK((pid_t)page->pid == raw_getpid(), "after the last sharer the page has %u", page->pid);
	return (0);
}
