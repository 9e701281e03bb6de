/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * getpid.c - the page has the pid, the start time and a fork id; the address stays the same
 */
#include "test.h"

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();

	CHECK(page != NULL, "no pages");
	CHECK(page->header.magic == USS_MAGIC_PROCESS && page->header.abi_version == USS_ABI_VERSION, "magic %x", page->header.magic);
	CHECK(page->header.size == sizeof(*page), "size %u", page->header.size);
	CHECK((pid_t)page->pid == raw_getpid(), "%u, not %d", page->pid, raw_getpid());
	CHECK(page->forkid != 0, "no fork id");
	CHECK(ask_pages() == page, "another address");
	CHECK(uss_page_base() == (const volatile void *)page, "the library found another page");
	CHECK(uss_getpid() == raw_getpid(), "%d", uss_getpid());
	CHECK(uss_forkid() == page->forkid, "the library has another fork id");
	return (0);
}
