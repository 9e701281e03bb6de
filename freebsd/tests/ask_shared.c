/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * ask_shared.c - a process that asks while others, made before, share its memory gets pages whose pid reads 0 until they are gone
 */
#include "test.h"

/* Not with the library, which asks before main. */
#define	uss_getpid	raw_getpid
#include "sharer.h"

static struct sharer sharers[2];

int
main(void)
{
	const volatile struct uss_process_page *page;

	sharer_start(&sharers[0], NULL);
	sharer_start(&sharers[1], NULL);
	page = ask_pages();
	CHECK(page != NULL, "no pages");
	CHECK(page->header.magic == USS_MAGIC_PROCESS, "magic %x", page->header.magic);
	CHECK(page->pid == 0, "with two sharers the page has %u", page->pid);
	sharer_stop(&sharers[1]);
	CHECK(page->pid == 0, "with one sharer the page has %u", page->pid);
	sharer_stop(&sharers[0]);
	CHECK((pid_t)page->pid == raw_getpid(), "after the last sharer the page has %u", page->pid);
	return (0);
}
