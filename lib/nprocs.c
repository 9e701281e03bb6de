/* SPDX-License-Identifier: MIT */
/* nprocs.c - uss_nprocs_onln; apart, because the drop-in, which stands in for sysconf, asks in another way */
#include <unistd.h>
#include <usrsysshm.h>

#include "machine.h"

long uss_nprocs_onln(void)
{
	long number = uss_nprocs_from_page();

	return number ? number : sysconf(_SC_NPROCESSORS_ONLN);
}
