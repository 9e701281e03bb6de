/* SPDX-License-Identifier: MIT */
/*
 * names.c - the names fact: host name, domain name and uname, from the system page
 *
 * The page holds what uname(2) fills in. gethostname and getdomainname are derived from it as in glibc, from page and system call alike.
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <usrsysshm.h>

#include "names.h"
#include "process.h"
#include "raw.h"

_Static_assert(sizeof(struct utsname) == sizeof(struct uss_names), "struct utsname differs from that of uname(2)");

/* Not inlined: the registers that a failure needs would cost every success. */
static __attribute__((noinline)) int uss_fail(long result)
{
	errno = (int)-result;
	return -1;
}

int uss_names_syscall_uname(struct utsname *names)
{
	long result = uss_raw_syscall(SYS_uname, (long)names, 0, 0, 0);

	return __builtin_expect(result == 0, 1) ? 0 : uss_fail(result);
}

/* Returns the name at @offset, stored in @names; NULL with errno set. */
static const char *uss_get_name(struct utsname *names, size_t offset)
{
	char *name = (char *)names + offset;

	if (uss_names_copy(name, offset, USS_NAME_SIZE, USS_SPEAKS_SYSTEM))
		return name;
	return uss_names_syscall_uname(names) == 0 ? name : NULL;
}

/* Copies text and NUL, or as much as fits. Returns whether all of it did. */
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
	if (names && uss_names_copy(names, 0, sizeof(*names), USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME))
		return 0;
	return uss_names_syscall_uname(names);
}

unsigned int uss_names_served(void)
{
	unsigned int served = 0;

	if (!uss_sequence_begin(&uss_system->names_sequence))
		return 0;
	if (uss_process_is_valid(USS_SPEAKS_SYSTEM))
		served |= USS_SERVED_NAMES;
	if (uss_process_is_valid(USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME))
		served |= USS_SERVED_UNAME;
	return served;
}
