/* SPDX-License-Identifier: MIT */
/*
 * machine.c - the machine fact: getloadavg, get_nprocs and sysconf for unmodified programs
 *
 * Of sysconf, only the number of processors online is answered from the page.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../lib/machine.h"
#include "count.h"
#include "libc.h"

/* Of another libc than glibc. Found once (libc.h). */
static long (*uss_libc_sysconf)(int name);
static int (*uss_libc_getloadavg)(double loadavg[], int count);

__attribute__((constructor)) static void uss_find_machine(void)
{
	if (USS_LIBC_IS_GLIBC)
		return;
	USS_FIND_NEXT(uss_libc_sysconf, "sysconf");
	USS_FIND_NEXT(uss_libc_getloadavg, "getloadavg");
}

static long uss_next_sysconf(int name)
{
	if (USS_LIBC_IS_GLIBC)
		return __sysconf(name);
	if (!uss_libc_sysconf)
		uss_find_machine();
	return uss_libc_sysconf(name);
}

/* As uss_nprocs_onln() in the library, whose fallback sysconf would be ours. */
static long uss_dropin_nprocs(void)
{
	long number;

	if (!USS_LIBC_IS_GLIBC)
		return uss_next_sysconf(_SC_NPROCESSORS_ONLN);
	uss_count(USS_COUNT_NPROCS);
	number = uss_machine_nprocs();
	return number ? number : uss_next_sysconf(_SC_NPROCESSORS_ONLN);
}

#pragma GCC visibility push(default)

long sysconf(int name)
{
	return name == _SC_NPROCESSORS_ONLN ? uss_dropin_nprocs() : uss_next_sysconf(name);
}

int get_nprocs(void)
{
	return (int)uss_dropin_nprocs();
}

int getloadavg(double loadavg[], int count)
{
	if (!USS_LIBC_IS_GLIBC) {
		if (!uss_libc_getloadavg)
			uss_find_machine();
		return uss_libc_getloadavg(loadavg, count);
	}
	uss_count(USS_COUNT_GETLOADAVG);
	return uss_getloadavg(loadavg, count);
}

#pragma GCC visibility pop
