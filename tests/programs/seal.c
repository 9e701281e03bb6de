/* SPDX-License-Identifier: MIT */
/* seal: seals its own pages with mseal(2), which forbids unmapping and replacing them, and sleeps. */
#include "../test.h"

#ifndef SYS_mseal
#define SYS_mseal 462
#endif

int main(void)
{
	check_pid("program to be sealed");
	if (uss_page_base())
		syscall(SYS_mseal, uss_page_base(), 10 * sysconf(_SC_PAGESIZE), 0UL);
	pause();
	return 0;
}
