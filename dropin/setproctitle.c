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
typedef void uss_setproctitle_init_function(int argc, char *argv[], char *envp[]);

/*
 * Weak, and with them the version of glibc that has them in libc itself: with an older one whoever calls setproctitle has no more than
 * the page, but everybody starts.
 */
#pragma weak dlsym
#pragma weak dladdr
#pragma weak dlopen

enum uss_behind { USS_UNKNOWN, USS_NOBODY, USS_LIBBSD, USS_LIBRUBY, USS_SOMEBODY };

/* Found out at the first call, for it takes the loader's lock. */
static enum uss_behind uss_behind;
static uss_setproctitle_function *uss_next;
static uss_setproctitle_init_function *uss_next_init;

/* Whose is the function behind ours? */
static enum uss_behind uss_who(uss_setproctitle_function *next)
{
	Dl_info info;

	if (!dladdr || !dladdr(*(void **)&next, &info) || !info.dli_fname)
		return USS_SOMEBODY;
	if (strstr(info.dli_fname, "libbsd.so"))
		return USS_LIBBSD;
	return strstr(info.dli_fname, "libruby") ? USS_LIBRUBY : USS_SOMEBODY;
}

static enum uss_behind uss_look_behind(void)
{
	enum uss_behind behind = __atomic_load_n(&uss_behind, __ATOMIC_ACQUIRE);
	void *from = RTLD_NEXT, *next;

	if (behind != USS_UNKNOWN)
		return behind;
	if (!dlsym || !dlopen)
		return USS_NOBODY;
	next = dlsym(from, "setproctitle");
	/* A plugin's libbsd is in no list that is searched. */
	if (!next && (from = dlopen("libbsd.so.0", RTLD_NOW | RTLD_NOLOAD)))
		next = dlsym(from, "setproctitle");
	if (!next)
		return USS_NOBODY;	/* For now: libbsd may be loaded later. */
	*(void **)&uss_next = next;
	*(void **)&uss_next_init = dlsym(from, "setproctitle_init");
	behind = uss_who(uss_next);
	/* Whoever else did this found, and stored, the same. */
	__atomic_store_n(&uss_behind, behind, __ATOMIC_RELEASE);
	return behind;
}

#pragma GCC visibility push(default)

void setproctitle_init(int argc, char *argv[], char *envp[]);
void setproctitle(const char *format, ...) __attribute__((format(printf, 1, 2)));

void setproctitle_init(int argc, char *argv[], char *envp[])
{
	if (uss_look_behind() != USS_NOBODY && uss_next_init)
		uss_next_init(argc, argv, envp);
}

/* Formats as the one behind does; false if that failed. */
static bool uss_format(enum uss_behind behind, char *title, size_t size, const char *format, va_list arguments)
{
	if (behind == USS_NOBODY || behind == USS_LIBBSD)
		return uss_format_title(title, size, format, arguments);
	return vsnprintf(title, size, format, arguments) >= 0;
}

static void uss_pass_on(enum uss_behind behind, const char *format, const char *title)
{
	if (!format)
		uss_next(NULL);
	else if (behind == USS_LIBBSD)
		uss_next("-%s", title);
	else if (*format == '-')
		uss_next("-%s", title + 1);
	else
		uss_next("%s", title);
}

void setproctitle(const char *format, ...)
{
	char title[USS_TITLE_MAX + 8] = "";
	enum uss_behind behind;
	va_list arguments;
	int err = errno;
	bool ok = true;

	uss_count(USS_COUNT_SETPROCTITLE);
	behind = uss_look_behind();
	if (format) {
		errno = err;	/* %m */
		va_start(arguments, format);
		ok = uss_format(behind, title, sizeof(title), format, arguments);
		va_end(arguments);
	}
	if (ok && behind != USS_NOBODY)
		uss_pass_on(behind, format, title);
	/* Without pages it is as if we were not there, if somebody else is. */
	if (ok && (behind == USS_NOBODY || (behind != USS_SOMEBODY && uss_title_is_served())))
		uss_set_title(format ? title : NULL, strlen(title));
	errno = err;
}

#pragma GCC visibility pop
