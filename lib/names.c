/* SPDX-License-Identifier: MIT */
/*
 * names.c - the facts of the system page: host name, domain name, uname
 *
 * The page holds what uname(2) fills in. What glibc makes of that for gethostname and getdomainname is made here, of either.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "names.h"
#include "pages.h"

_Static_assert(sizeof(struct utsname) == sizeof(struct uss_names), "uname(2) fills in another structure here");

/* Copies @size bytes at @offset of the names, if the page speaks for the caller in these points. */
static inline bool uss_copy_names(void *to, size_t offset, size_t size, uint32_t points)
{
	const volatile uint32_t *sequence = &uss_system->names_sequence;
	uint32_t before = uss_sequence_begin(sequence);

	if (!before)
		return false;
	memcpy(to, (const char *)&uss_system->names + offset, size);
	return uss_sequence_holds(sequence, before) && uss_speaks(points);
}

/* One of the names, or -1 with errno. */
static int uss_get_name(char name[USS_NAME_SIZE], size_t offset)
{
	struct utsname names;

	if (uss_copy_names(name, offset, USS_NAME_SIZE, USS_SPEAKS_SYSTEM))
		return 0;
	if (syscall(SYS_uname, &names) < 0)
		return -1;
	memcpy(name, (const char *)&names + offset, USS_NAME_SIZE);
	return 0;
}

/* Copies text and NUL, or as much of them as fits; says whether all did. */
static bool uss_copy_text(char *to, size_t size, const char *text)
{
	size_t length = strlen(text) + 1;

	memcpy(to, text, length < size ? length : size);
	return length <= size;
}

int uss_gethostname(char *name, size_t size)
{
	char whole[USS_NAME_SIZE];

	if (uss_get_name(whole, offsetof(struct uss_names, nodename)) < 0)
		return -1;
	if (uss_copy_text(name, size, whole))
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

int uss_getdomainname(char *name, size_t size)
{
	char whole[USS_NAME_SIZE];

	if (uss_get_name(whole, offsetof(struct uss_names, domainname)) < 0)
		return -1;
	uss_copy_text(name, size, whole);
	return 0;
}

int uss_uname(struct utsname *names)
{
	if (names && uss_copy_names(names, 0, sizeof(*names), USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME))
		return 0;
	return (int)syscall(SYS_uname, names);
}

unsigned int uss_names_served(void)
{
	unsigned int served = 0;

	if (!uss_sequence_begin(&uss_system->names_sequence))
		return 0;
	if (uss_speaks(USS_SPEAKS_SYSTEM))
		served |= USS_SERVED_NAMES;
	if (uss_speaks(USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME))
		served |= USS_SERVED_UNAME;
	return served;
}
