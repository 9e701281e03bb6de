/* SPDX-License-Identifier: MIT */
/* machine.c - getloadavg, get_nprocs and sysconf for unmodified programs; of sysconf, the number of processors online */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../lib/machine.h"
#include "count.h"
#include "libc.h"

static long uss_ask_sysconf(int name)
{
	long (*next)(int name);

	if (USS_LIBC_IS_GLIBC)
		return __sysconf(name);
	USS_FIND_NEXT(next, "sysconf");
	return next(name);
}

/* What uss_nprocs_onln() is in the library: its sysconf would be ours. */
static long uss_count_processors(void)
{
	long number;

	if (!USS_LIBC_IS_GLIBC)
		return uss_ask_sysconf(_SC_NPROCESSORS_ONLN);
	uss_count(USS_COUNT_NPROCS);
	number = uss_nprocs_from_page();
	return number ? number : uss_ask_sysconf(_SC_NPROCESSORS_ONLN);
}

#pragma GCC visibility push(default)

long sysconf(int name)
{
	return name == _SC_NPROCESSORS_ONLN ? uss_count_processors() : uss_ask_sysconf(name);
}

int get_nprocs(void)
{
	return (int)uss_count_processors();
}

int getloadavg(double loadavg[], int count)
{
	int (*next)(double loadavg[], int count);

	if (!USS_LIBC_IS_GLIBC) {
		USS_FIND_NEXT(next, "getloadavg");
		return next(loadavg, count);
	}
	uss_count(USS_COUNT_GETLOADAVG);
	return uss_getloadavg(loadavg, count);
}

#pragma GCC visibility pop
