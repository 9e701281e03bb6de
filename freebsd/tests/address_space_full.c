/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * address_space_full.c - without room where mmap(2) looks, the request fails with ENOMEM and nothing is mapped elsewhere; with room for the
 * pages alone, it gets these and no title area
 */
#include <sys/mman.h>

#include "test.h"

static char *
take(size_t size)
{
	char *at = mmap(NULL, size, PROT_NONE, MAP_GUARD, -1, 0);

	return (at == MAP_FAILED ? NULL : at);
}

/* Returns the address of one of the pieces that it has taken. */
static char *
take_all(void)
{
	char *some = NULL, *at;
	size_t size;

	for (size = (size_t)1 << 46; size >= 4096; size /= 2)
		while ((at = take(size)) != NULL)
			some = at;
	return (some);
}

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	uint64_t address = 0;
	size_t size = sizeof(address);
	char *some;
	int result;

	CHECK(page != NULL && munmap((void *)(uintptr_t)page, 3 * 4096) == 0, "no pages");
	some = take_all();
	CHECK(some != NULL, "there is no room");
	result = sysctlbyname("kern.usrsysshm", &address, &size, NULL, 0);
	CHECK(result == -1 && errno == ENOMEM, "result %d, error %d, address %jx", result, errno, (uintmax_t)address);
	CHECK(munmap(some, 4096) == 0, "munmap: %s", strerror(errno));
	CHECK(sysctlbyname("kern.usrsysshm", &address, &size, NULL, 0) == -1 && errno == ENOMEM, "address %jx", (uintmax_t)address);
	some = mmap(some, 4096, PROT_NONE, MAP_GUARD | MAP_FIXED, -1, 0);
	CHECK(some != MAP_FAILED, "mmap: %s", strerror(errno));
	/* The pieces touch each other. */
	some -= 2 * 4096;
	CHECK(munmap(some, 3 * 4096) == 0, "munmap: %s", strerror(errno));
	page = ask_pages();
	CHECK((const volatile char *)page == some && (pid_t)page->pid == raw_getpid(), "the pages are at %p, not %p",
	    (void *)(uintptr_t)page, some);
	CHECK(ask("kern.usrsysshm_title") == NULL && page->title_area == 0, "a title area without room");
	return (0);
}
