/*-
 * SPDX-License-Identifier: MIT
 *
 * names.c - the names fact: host name and domain name, from the system page of the caller's jail
 *
 * Results and errors are those of FreeBSD's libc.  A name that does not fit the caller's buffer, or a buffer that is NULL, is left to the
 * system call.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>

#include <errno.h>
#include <string.h>
#include <usrsysshm.h>

#include "../../lib/names.h"

/* Copies the name at @offset, if it is valid for the caller and fits. */
static bool
uss_copy_name(char *to, size_t size, size_t offset)
{
	char name[USS_NAME_SIZE];
	size_t length;

	if (to == NULL || !uss_names_copy(name, offset, sizeof(name), USS_SPEAKS_SYSTEM))
		return (false);
	length = strnlen(name, sizeof(name));
	if (length >= size || length == sizeof(name))
		return (false);
	memcpy(to, name, length + 1);
	return (true);
}

/* What gethostname(3) and getdomainname(3) of libc do, which the drop-in interposes. */
static int
uss_names_call(int which, char *to, size_t size)
{
	int name[] = { CTL_KERN, which };

	return (sysctl(name, 2, to, &size, NULL, 0));
}

int
uss_gethostname(char *name, size_t size)
{
	int result;

	if (uss_copy_name(name, size, offsetof(struct uss_names, nodename)))
		return (0);
	result = uss_names_call(KERN_HOSTNAME, name, size);
	if (result != 0 && errno == ENOMEM)
		errno = ENAMETOOLONG;
	return (result);
}

int
uss_getdomainname(char *name, size_t size)
{
	if (uss_copy_name(name, size, offsetof(struct uss_names, domainname)))
		return (0);
	return (uss_names_call(KERN_NISDOMAINNAME, name, size));
}

/* Not served: the version does not fit into the system page. */
int
uss_uname(struct utsname *names)
{
	return (uname(names));
}

unsigned int
uss_names_served(void)
{
	return (uss_sequence_begin(&uss_system->names_sequence) && uss_process_is_valid(USS_SPEAKS_SYSTEM) ? USS_SERVED_NAMES : 0);
}
