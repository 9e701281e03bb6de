/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * processors.c - the number of processors in the machine page is that of hw.ncpu
 */
#include "test.h"

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	const volatile struct uss_machine_page *machine;
	size_t size = sizeof(int);
	int count;

	CHECK(page != NULL, "no pages");
	machine = (const volatile void *)((const volatile char *)page + page->machine_offset);
	CHECK(machine->header.magic == USS_MAGIC_MACHINE, "magic %x", machine->header.magic);
	CHECK(sysctlbyname("hw.ncpu", &count, &size, NULL, 0) == 0, "hw.ncpu: %s", strerror(errno));
	CHECK(machine->nprocs_onln == (uint32_t)count, "%u, not %d", machine->nprocs_onln, count);
	CHECK(uss_nprocs_onln() == count, "the library says %ld", uss_nprocs_onln());
	return (0);
}
