/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * names_null.c - a buffer that is NULL: the library answers as libc does
 */
#include "names.h"

static int
result(int (*function)(char *, size_t), size_t size)
{
	errno = 0;
	return (function(NULL, size) * 1000 + errno);
}

static int
libc_getdomainname(char *name, size_t size)
{
	return (getdomainname(name, (int)size));
}

int
main(void)
{
	static const size_t sizes[] = { 0, 1, 256 };
	u_int i;

	names_pages();
	for (i = 0; i < nitems(sizes); i++) {
		CHECK(result(uss_gethostname, sizes[i]) == result(gethostname, sizes[i]), "host name, size %zu: %d, not %d", sizes[i],
		    result(uss_gethostname, sizes[i]), result(gethostname, sizes[i]));
		CHECK(result(uss_getdomainname, sizes[i]) == result(libc_getdomainname, sizes[i]), "domain name, size %zu: %d, not %d",
		    sizes[i], result(uss_getdomainname, sizes[i]), result(libc_getdomainname, sizes[i]));
	}
	return (0);
}
