/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * renewals.c - pages that the program unmaps are made again 16 times; from then on neither pages nor a title area are
 */
#include <sys/mman.h>

#include "test.h"

#define	RENEWALS	16

/* Asks until no pages come, and unmaps a part of them each time.  Returns how often some came. */
static int
ask_and_unmap(void)
{
	const volatile struct uss_process_page *page;
	int count;

	for (count = 0; count < 10 * RENEWALS; count++) {
		page = ask_pages();
		if (page == NULL)
			break;
		CHECK((pid_t)page->pid == raw_getpid(), "the page has %u", page->pid);
		CHECK(munmap((void *)(uintptr_t)page, 4096) == 0, "munmap: %s", strerror(errno));
	}
	return (count);
}

/* The same for the title area. */
static int
ask_and_unmap_title(void)
{
	void *area;
	int count;

	for (count = 0; count < 10 * RENEWALS; count++) {
		area = ask("kern.usrsysshm_title");
		if (area == NULL)
			break;
		CHECK(munmap(area, 4096) == 0, "munmap: %s", strerror(errno));
	}
	return (count);
}

int
main(void)
{
	pid_t child;
	int count;

	child = fork();
	if (child == 0) {
		count = ask_and_unmap_title();
		CHECK(count == 1 + RENEWALS, "a title area came %d times", count);
		CHECK(ask_pages() != NULL, "the pages are gone, too");
		_exit(0);
	}
	reap(child);
	/* The pages that the library has found are the first ones. */
	count = ask_and_unmap();
	CHECK(count == 1 + RENEWALS, "pages came %d times", count);
	CHECK(ask("kern.usrsysshm_title") == NULL, "a title area without pages");
	return (0);
}
