/*-
 * SPDX-License-Identifier: MIT
 *
 * dropin.c - libc functions of unmodified programs, answered from the pages (LD_PRELOAD)
 *
 * libc calls these functions through its procedure linkage table (12.1), so its own calls come here, too: those of syslog(3), for example.
 */
#include <sys/types.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../../dropin/count.h"
#include "../../lib/title.h"

/* libc's function, for titles without the module. */
int
uss_title_classic_set(const char *text, size_t length)
{
	void (*next)(const char *, ...) = (void (*)(const char *, ...))dlsym(RTLD_NEXT, "setproctitle");

	if (next != NULL && text != NULL)
		next("-%.*s", (int)length, text);
	else if (next != NULL)
		next(NULL);
	return (0);
}

pid_t
getpid(void)
{
	uss_count(USS_COUNT_GETPID);
	return (uss_getpid());
}

int
gethostname(char *name, size_t size)
{
	uss_count(USS_COUNT_GETHOSTNAME);
	return (uss_gethostname(name, size));
}

int
getdomainname(char *name, int size)
{
	if (size < 0) {
		errno = EINVAL;
		return (-1);
	}
	uss_count(USS_COUNT_GETDOMAINNAME);
	return (uss_getdomainname(name, (size_t)size));
}

void
setproctitle(const char *format, ...)
{
	va_list arguments;

	uss_count(USS_COUNT_SETPROCTITLE);
	va_start(arguments, format);
	uss_vsetproctitle(format, arguments);
	va_end(arguments);
}

void
setproctitle_fast(const char *format, ...)
{
	va_list arguments;

	uss_count(USS_COUNT_SETPROCTITLE);
	va_start(arguments, format);
	uss_vsetproctitle(format, arguments);
	va_end(arguments);
}
