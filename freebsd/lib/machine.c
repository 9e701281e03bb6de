/*-
 * SPDX-License-Identifier: MIT
 *
 * machine.c - the machine fact, and what is not served on FreeBSD: load averages and CPU time
 */
#include <stdlib.h>
#include <time.h>
#include <usrsysshm.h>

#include "../../lib/cputime.h"
#include "../../lib/machine.h"

long
uss_machine_nprocs(void)
{
	return ((long)uss_load(uss_machine->nprocs_onln));
}

unsigned int
uss_machine_served(void)
{
	return (uss_machine_nprocs() != 0 ? USS_SERVED_NPROCS : 0);
}

int
uss_getloadavg(double loadavg[], int count)
{
	return (getloadavg(loadavg, count));
}

int
uss_thread_cputime(struct timespec *time)
{
	return (clock_gettime(CLOCK_THREAD_CPUTIME_ID, time));
}

unsigned int
uss_cputime_served(void)
{
	return (0);
}

bool
uss_cputime_read(uint64_t *nanoseconds)
{
	(void)nanoseconds;
	return (false);
}
