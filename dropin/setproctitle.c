/* SPDX-License-Identifier: MIT */
/*
 * setproctitle.c - libbsd's setproctitle for unmodified programs that import it
 *
 * The title goes into the page, neither cut at the length of argv nor torn. libbsd also writes it over argv's memory, and there are
 * programs that look there; so whoever stands behind us is called as before. That can be somebody else than libbsd: libruby has one,
 * without the program's name before the title. Others' ways are not known to us, and their titles are left to them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <usrsysshm.h>

#include "../lib/title.h"
#include "count.h"

typedef void uss_setproctitle_function(const char *format, ...);

enum uss_behind { USS_NOBODY, USS_LIBBSD, USS_LIBRUBY, USS_SOMEBODY };

/* Whose is the function behind ours? */
static enum uss_behind uss_who(uss_setproctitle_function *next)
{
	Dl_info info;

	if (!next)
		return USS_NOBODY;
	if (!dladdr(*(void **)&next, &info) || !info.dli_fname)
		return USS_SOMEBODY;
	if (strstr(info.dli_fname, "libbsd.so"))
		return USS_LIBBSD;
	return strstr(info.dli_fname, "libruby") ? USS_LIBRUBY : USS_SOMEBODY;
}

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
	char title[USS_TITLE_MAX + 8] = "";
	uss_setproctitle_function *next;
	enum uss_behind behind;
	const char *text = title;
	va_list arguments;
	int err = errno;

	uss_count(USS_COUNT_SETPROCTITLE);
	*(void **)&next = dlsym(RTLD_NEXT, "setproctitle");
	behind = uss_who(next);
	if (!format) {
		text = NULL;
	} else {
		va_start(arguments, format);
		if (behind == USS_NOBODY || behind == USS_LIBBSD)
			uss_format_title(title, sizeof(title), format, arguments);
		else
			vsnprintf(title, sizeof(title), format, arguments);
		va_end(arguments);
	}
	if (next && !text)
		next(NULL);
	else if (behind == USS_LIBBSD || (next && *title == '-' && *format == '-'))
		next("-%s", title + (behind != USS_LIBBSD));
	else if (next)
		next("%s", title);
	/* Without pages it is as if we were not there, if somebody else is. */
	if (behind == USS_NOBODY || (behind != USS_SOMEBODY && uss_title_is_served()))
		uss_set_title(text, text ? strlen(text) : 0);
	errno = err;
}

#pragma GCC visibility pop
