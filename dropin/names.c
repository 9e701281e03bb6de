/* SPDX-License-Identifier: MIT */
/* names.c - gethostname, getdomainname and uname for unmodified programs */
#include <sys/utsname.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "count.h"

#pragma GCC visibility push(default)

int gethostname(char *name, size_t size)
{
	uss_count(USS_COUNT_GETHOSTNAME);
	return uss_gethostname(name, size);
}

int getdomainname(char *name, size_t size)
{
	uss_count(USS_COUNT_GETDOMAINNAME);
	return uss_getdomainname(name, size);
}

int uname(struct utsname *names)
{
	uss_count(USS_COUNT_UNAME);
	return uss_uname(names);
}

#pragma GCC visibility pop
