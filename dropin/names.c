/* SPDX-License-Identifier: MIT */
/* names.c - the names fact: gethostname, getdomainname and uname for unmodified programs */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../lib/names.h"
#include "count.h"
#include "libc.h"

/*
 * uname(2) returns EFAULT for an invalid pointer, where our copy would raise SIGSEGV. So only a buffer that is known to be valid is filled
 * from the page: one on the caller's stack, at most this far above our frame. The test costs a compare; most callers have the buffer there.
 */
#define USS_NEAR 4096

static bool uss_is_on_stack(const struct utsname *names)
{
	char here;	/* cheaper than __builtin_frame_address, which needs a frame pointer */

	return (uintptr_t)names - (uintptr_t)&here < USS_NEAR;
}

static int uss_next_name(const char *call, char *name, size_t size)
{
	int (*next)(char *name, size_t size);

	USS_FIND_NEXT(next, call);
	return next(name, size);
}

#pragma GCC visibility push(default)

int gethostname(char *name, size_t size)
{
	if (!USS_LIBC_IS_GLIBC)
		return uss_next_name("gethostname", name, size);
	uss_count(USS_COUNT_GETHOSTNAME);
	return uss_gethostname(name, size);
}

int getdomainname(char *name, size_t size)
{
	if (!USS_LIBC_IS_GLIBC)
		return uss_next_name("getdomainname", name, size);
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
