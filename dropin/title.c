/* SPDX-License-Identifier: MIT */
/*
 * title.c - the title fact: libbsd's setproctitle for unmodified programs that import it
 *
 * The title is written into the page, so it is neither cut at the length of argv nor torn. libbsd also overwrites the memory of argv, and
 * some programs read it there, so the next setproctitle in the search order is called as well. It may belong to another library: that of
 * libruby does not put the program's name before the title. The format of any other library is unknown, so titles are left to that library.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <usrsysshm.h>

#include "../lib/title.h"
#include "count.h"

typedef void uss_setproctitle_function(const char *format, ...);
typedef void uss_setproctitle_init_function(int argc, char *argv[], char *envp[]);

/* The library that the next setproctitle in the search order belongs to. */
enum uss_next { USS_NEXT_UNKNOWN, USS_NEXT_NONE, USS_NEXT_LIBBSD, USS_NEXT_LIBRUBY, USS_NEXT_OTHER };

/*
 * Determined at the first call, and only once, because that takes the lock of the dynamic linker. Not in a constructor: most programs have
 * no other setproctitle, and a search in vain is slow.
 */
static enum uss_next uss_next_library;
static uss_setproctitle_function *uss_next_setproctitle;
static uss_setproctitle_init_function *uss_next_setproctitle_init;

/* Returns the library that @next belongs to. */
static enum uss_next uss_library_of(uss_setproctitle_function *next)
{
	Dl_info info;

	if (!dladdr(*(void **)&next, &info) || !info.dli_fname)
		return USS_NEXT_OTHER;
	if (strstr(info.dli_fname, "libbsd.so"))
		return USS_NEXT_LIBBSD;
	return strstr(info.dli_fname, "libruby") ? USS_NEXT_LIBRUBY : USS_NEXT_OTHER;
}

/* Finds the next setproctitle and setproctitle_init after ours. Returns their library. */
static enum uss_next uss_find_next(void)
{
	enum uss_next library = __atomic_load_n(&uss_next_library, __ATOMIC_ACQUIRE);
	void *from = RTLD_NEXT, *next;

	if (library != USS_NEXT_UNKNOWN)
		return library;
	next = dlsym(from, "setproctitle");
	/* A libbsd that was loaded as a dependency of a plugin is not in the search order. */
	if (!next && (from = dlopen("libbsd.so.0", RTLD_NOW | RTLD_NOLOAD)))
		next = dlsym(from, "setproctitle");
	if (!next)
		return USS_NEXT_NONE;	/* Not stored: libbsd may be loaded later. */
	*(void **)&uss_next_setproctitle = next;
	*(void **)&uss_next_setproctitle_init = dlsym(from, "setproctitle_init");
	library = uss_library_of(uss_next_setproctitle);
	/* A concurrent call finds and stores the same. */
	__atomic_store_n(&uss_next_library, library, __ATOMIC_RELEASE);
	return library;
}

#pragma GCC visibility push(default)

void setproctitle_init(int argc, char *argv[], char *envp[]);
void setproctitle(const char *format, ...) __attribute__((format(printf, 1, 2)));

void setproctitle_init(int argc, char *argv[], char *envp[])
{
	if (uss_find_next() != USS_NEXT_NONE && uss_next_setproctitle_init)
		uss_next_setproctitle_init(argc, argv, envp);
}

/* Formats the title as the next setproctitle does. Returns false on failure. */
static bool uss_format_as(enum uss_next library, char *title, size_t size, const char *format, va_list arguments)
{
	if (library == USS_NEXT_NONE || library == USS_NEXT_LIBBSD)
		return uss_title_format(title, size, format, arguments);
	return vsnprintf(title, size, format, arguments) >= 0;
}

static void uss_call_next(enum uss_next library, const char *format, const char *title)
{
	if (!format)
		uss_next_setproctitle(NULL);
	else if (library == USS_NEXT_LIBBSD)
		uss_next_setproctitle("-%s", title);
	else if (*format == '-')
		uss_next_setproctitle("-%s", title + 1);
	else
		uss_next_setproctitle("%s", title);
}

void setproctitle(const char *format, ...)
{
	char title[USS_TITLE_MAX + 8] = "", *whole = NULL;
	enum uss_next library;
	va_list arguments;
	int err = errno;
	bool ok = true;

	uss_count(USS_COUNT_SETPROCTITLE);
	library = uss_find_next();
	if (format) {
		errno = err;	/* for %m */
		va_start(arguments, format);
		ok = uss_format_as(library, title, sizeof(title), format, arguments);
		va_end(arguments);
	}
	/* A library that we do not know may show more. */
	if (library == USS_NEXT_OTHER && strlen(title) == sizeof(title) - 1) {
		va_start(arguments, format);
		if (vasprintf(&whole, format, arguments) < 0)
			whole = NULL;
		va_end(arguments);
	}
	if (ok && library != USS_NEXT_NONE)
		uss_call_next(library, format, whole ?: title);
	free(whole);
	/* Without pages, leave the title to the next setproctitle, if there is one. */
	if (ok && (library == USS_NEXT_NONE || (library != USS_NEXT_OTHER && uss_title_served())))
		uss_set_title(format ? title : NULL, strlen(title));
	errno = err;
}

#pragma GCC visibility pop
