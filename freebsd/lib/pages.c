/*-
 * SPDX-License-Identifier: MIT
 *
 * pages.c - finds the calling process's pages, once, when the library is loaded
 *
 * As lib/pages.c, with sysctlbyname(3) in the place of /proc.
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <errno.h>

#include "../../lib/pages.h"

const struct uss_process_page uss_no_page;
static const struct uss_system_page uss_no_system_page;
static const struct uss_machine_page uss_no_machine_page;
const volatile struct uss_process_page *uss_process = &uss_no_page;
const volatile struct uss_system_page *uss_system = &uss_no_system_page;
const volatile struct uss_machine_page *uss_machine = &uss_no_machine_page;

__attribute__((constructor)) static void
uss_find_pages(void)
{
	const volatile struct uss_process_page *page;
	uint64_t address = 0;
	size_t size = sizeof(address);
	int err = errno;

	if (sysctlbyname("kern.usrsysshm", &address, &size, NULL, 0) != 0 || size != sizeof(address) || address == 0) {
		errno = err;
		return;
	}
	page = (const volatile struct uss_process_page *)(uintptr_t)address;
	if (page->header.magic != USS_MAGIC_PROCESS || page->header.abi_version != USS_ABI_VERSION)
		return;
	uss_process = page;
	if (page->system_offset)
		uss_system = (const volatile void *)((const volatile char *)page + page->system_offset);
	if (page->machine_offset)
		uss_machine = (const volatile void *)((const volatile char *)page + page->machine_offset);
}
