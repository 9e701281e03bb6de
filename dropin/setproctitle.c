/* SPDX-License-Identifier: MIT */
/*
 * setproctitle.c - libbsd's setproctitle for unmodified programs that import it
 *
 * The title goes into the page, neither cut at the length of argv nor torn. libbsd also writes it over argv's memory, and there are
 * programs that look there; so whoever stands behind us (libbsd, or a program's own, as libruby's) is called as before.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <usrsysshm.h>

#include "../lib/title.h"
#include "count.h"

typedef void uss_setproctitle_function(const char *format, ...);

#pragma GCC visibility push(default)

void setproctitle_init(int argc, char *argv[], char *envp[]);
void setproctitle(const char *format, ...) __attribute__((format(printf, 1, 2)));

void setproctitle_init(int argc, char *argv[], char *envp[])
{
	void (*next)(int, char **, char **);

	*(void **)&next = dlsym(RTLD_NEXT, "setproctitle_init");
	if (next)
		next(argc, argv, envp);
}

void setproctitle(const char *format, ...)
{
	char title[USS_TITLE_MAX + 1];
	uss_setproctitle_function *next;
	va_list arguments;
	int err = errno;

	uss_count(USS_COUNT_SETPROCTITLE);
	*(void **)&next = dlsym(RTLD_NEXT, "setproctitle");
	if (next && !format) {
		next(NULL);
	} else if (next) {
		va_start(arguments, format);
		uss_format_title(title, sizeof(title), format, arguments);
		va_end(arguments);
		next("-%s", title);
	}
	/* Without pages it is as if we were not there, if somebody else is. */
	if (!next || uss_title_is_served()) {
		va_start(arguments, format);
		uss_vsetproctitle(format, arguments);
		va_end(arguments);
	}
	errno = err;
}

#pragma GCC visibility pop
