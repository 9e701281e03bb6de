/* SPDX-License-Identifier: MIT */
/*
 * setproctitle.c - libbsd's setproctitle for unmodified programs that import it
 *
 * Same prototypes, same meaning; the title is neither cut at the length of argv nor torn.
 */
#include <stdarg.h>
#include <usrsysshm.h>

#pragma GCC visibility push(default)

void setproctitle_init(int argc, char *argv[], char *envp[]);
void setproctitle(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* libbsd's moves the environment out of the way. There is no need. */
void setproctitle_init(int argc, char *argv[], char *envp[])
{
	(void)argc;
	(void)argv;
	(void)envp;
}

void setproctitle(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	uss_vsetproctitle(format, arguments);
	va_end(arguments);
}

#pragma GCC visibility pop
