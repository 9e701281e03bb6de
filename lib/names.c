/* SPDX-License-Identifier: MIT */
/*
 * names.c - the facts of the system page: host name, domain name, uname
 *
 * The page holds what uname(2) fills in. What glibc makes of that for gethostname and getdomainname is made here, of either.
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <usrsysshm.h>

#include "names.h"
#include "pages.h"
#include "raw.h"

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

/* Apart, for what a failure needs would cost every success. */
static __attribute__((noinline)) int uss_fail(long result)
{
	errno = (int)-result;
	return -1;
}

int uss_ask_uname(struct utsname *names)
{
	long result = uss_raw_call(SYS_uname, (long)names, 0, 0, 0);

	return __builtin_expect(result == 0, 1) ? 0 : uss_fail(result);
}

/* Finds one of the names, for which there is room in @names; NULL with errno. */
static const char *uss_get_name(struct utsname *names, size_t offset)
{
	char *name = (char *)names + offset;

	if (uss_copy_names(name, offset, USS_NAME_SIZE, USS_SPEAKS_SYSTEM))
		return name;
	return uss_ask_uname(names) == 0 ? name : NULL;
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
	struct utsname names;
	const char *whole = uss_get_name(&names, offsetof(struct uss_names, nodename));

	if (!whole)
		return -1;
	if (uss_copy_text(name, size, whole))
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

int uss_getdomainname(char *name, size_t size)
{
	struct utsname names;
	const char *whole = uss_get_name(&names, offsetof(struct uss_names, domainname));

	if (!whole)
		return -1;
	uss_copy_text(name, size, whole);
	return 0;
}

int uss_uname(struct utsname *names)
{
	if (names && uss_copy_names(names, 0, sizeof(*names), USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME))
		return 0;
	return uss_ask_uname(names);
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
