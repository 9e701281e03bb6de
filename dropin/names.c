/* SPDX-License-Identifier: MIT */
/* names.c - the names fact: gethostname, getdomainname and uname for unmodified programs */
#include <dlfcn.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../lib/names.h"
#include "count.h"
#include "libc.h"
#include "stack.h"

/* Of another libc than glibc. Found once (libc.h). */
static int (*uss_libc_gethostname)(char *name, size_t size);
static int (*uss_libc_getdomainname)(char *name, size_t size);

__attribute__((constructor)) static void uss_find_names(void)
{
	if (USS_LIBC_IS_GLIBC)
		return;
	USS_FIND_NEXT(uss_libc_gethostname, "gethostname");
	USS_FIND_NEXT(uss_libc_getdomainname, "getdomainname");
}

#pragma GCC visibility push(default)

int gethostname(char *name, size_t size)
{
	if (!USS_LIBC_IS_GLIBC) {
		if (!uss_libc_gethostname)
			uss_find_names();
		return uss_libc_gethostname(name, size);
	}
	uss_count(USS_COUNT_GETHOSTNAME);
	return uss_gethostname(name, size);
}

int getdomainname(char *name, size_t size)
{
	if (!USS_LIBC_IS_GLIBC) {
		if (!uss_libc_getdomainname)
			uss_find_names();
		return uss_libc_getdomainname(name, size);
	}
	uss_count(USS_COUNT_GETDOMAINNAME);
	return uss_getdomainname(name, size);
}

int uname(struct utsname *names)
{
	if (!uss_is_on_stack(names)) {
		uss_count_as(USS_COUNT_UNAME, USS_COUNT_BUFFER);
		return uss_names_syscall_uname(names);
	}
	uss_count(USS_COUNT_UNAME);
	return uss_uname(names);
}

#pragma GCC visibility pop
