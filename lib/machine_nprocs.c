/* SPDX-License-Identifier: MIT */
/* machine_nprocs.c - the machine fact: uss_nprocs_onln. Not in the drop-in, which interposes sysconf and so needs another fallback. */
#include <unistd.h>
#include <usrsysshm.h>

#include "machine.h"

long uss_nprocs_onln(void)
{
	long number = uss_machine_nprocs();

	return number ? number : sysconf(_SC_NPROCESSORS_ONLN);
}
