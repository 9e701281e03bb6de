/* SPDX-License-Identifier: MIT */
/* title_text.c - the title fact: formats a title as setproctitle(3) does, and reads the current one. For Linux and FreeBSD */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "title.h"

_Static_assert(USS_TITLE_LIMIT == USS_TITLE_MAX, "the limits of API and ABI differ");

static const char *uss_program_name(void)
{
#ifdef __FreeBSD__
	return getprogname();
#else
	return program_invocation_short_name;
#endif
}

ssize_t uss_getproctitle(char *buffer, size_t size)
{
	const struct uss_title_page *area = uss_title_area();
	char text[USS_TITLE_MAX];
	ssize_t length = area ? uss_title_slots_get(area, text) : -1;

	if (length < 0)
		length = 0;
	if (size > 0) {
		size_t copied = (size_t)length < size ? (size_t)length : size - 1;

		memcpy(buffer, text, copied);
		buffer[copied] = '\0';
	}
	return length;
}

bool uss_title_format(char *text, size_t size, const char *format, va_list arguments)
{
	int length = 0;

	if (*format == '-')
		format++;
	else
		length = snprintf(text, size, "%s: ", uss_program_name());
	return length >= 0 && (size_t)length < size && vsnprintf(text + length, size - (size_t)length, format, arguments) >= 0;
}

void uss_vsetproctitle(const char *format, va_list arguments)
{
	/* Longer than a title by a byte and the NUL at least, so that uss_set_title sees that it must cut. */
	char text[USS_TITLE_MAX + 8];
	int err = errno;

	if (!format)
		uss_set_title(NULL, 0);
	else if (uss_title_format(text, sizeof(text), format, arguments))
		uss_set_title(text, strlen(text));
	errno = err;
}

void uss_setproctitle(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	uss_vsetproctitle(format, arguments);
	va_end(arguments);
}
