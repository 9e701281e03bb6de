/*-
 * SPDX-License-Identifier: MIT
 *
 * title.c - the title fact: set and get the process's title
 *
 * With the module the title is written into the title area (lib/title_slots.c), where the kernel reads it; without it, libc shows it
 * (title_libc.c).
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../../lib/title.h"

_Static_assert(USS_TITLE_LIMIT == USS_TITLE_MAX, "the limits of API and ABI differ");

static bool
uss_area_is_offered(void)
{
	return ((uss_process->header.features & USS_FEATURE_TITLE) && USS_HAS(uss_process, title_area));
}

/*
 * Returns the title area, or NULL.  The first call requests one: also to read or remove a title, because a forked child has its parent's,
 * which only the kernel knows.
 */
static struct uss_title_page *
uss_area(void)
{
	uint64_t address = 0;
	size_t size = sizeof(address);

	if (!uss_area_is_offered())
		return (NULL);
	address = uss_load(uss_process->title_area);
	if (address == 0 && sysctlbyname("kern.usrsysshm_title", &address, &size, NULL, 0) != 0)
		return (NULL);
	return ((struct uss_title_page *)(uintptr_t)address);
}

unsigned int
uss_title_served(void)
{
	return (uss_area_is_offered() ? USS_SERVED_TITLE : 0);
}

/* Returns how many bytes of the text fit, cut at the start of a UTF-8 character. */
static size_t
uss_fit(const char *text, size_t length)
{
	size_t cut = USS_TITLE_MAX;

	length = strnlen(text, length);
	if (length <= USS_TITLE_MAX)
		return (length);
	while (cut > USS_TITLE_MAX - 4 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return (((unsigned char)text[cut] & 0xc0) == 0x80 ? USS_TITLE_MAX : cut);
}

int
uss_set_title(const char *text, size_t length)
{
	struct uss_title_page *area;
	int err = errno;

	if (text != NULL)
		length = uss_fit(text, length);
	area = uss_area();
	if (area == NULL)
		uss_title_classic_set(text, length);
	else if (uss_title_slots_set(area, text, length) == NULL && text != NULL)
		return (-1);
	errno = err;
	return (0);
}

ssize_t
uss_getproctitle(char *buffer, size_t size)
{
	const struct uss_title_page *area = uss_area();
	char text[USS_TITLE_MAX];
	ssize_t length = area != NULL ? uss_title_slots_get(area, text) : -1;
	size_t copied;

	if (length < 0)
		length = 0;
	if (size > 0) {
		copied = (size_t)length < size ? (size_t)length : size - 1;
		memcpy(buffer, text, copied);
		buffer[copied] = '\0';
	}
	return (length);
}

bool
uss_title_format(char *text, size_t size, const char *format, va_list arguments)
{
	int length = 0;

	if (*format == '-')
		format++;
	else
		length = snprintf(text, size, "%s: ", getprogname());
	return (length >= 0 && (size_t)length < size && vsnprintf(text + length, size - (size_t)length, format, arguments) >= 0);
}

void
uss_vsetproctitle(const char *format, va_list arguments)
{
	/* Longer than a title by a byte and the NUL at least, so that uss_set_title sees that it must cut. */
	char text[USS_TITLE_MAX + 8];
	int err = errno;

	if (format == NULL)
		uss_set_title(NULL, 0);
	else if (uss_title_format(text, sizeof(text), format, arguments))
		uss_set_title(text, strlen(text));
	errno = err;
}

void
uss_setproctitle(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	uss_vsetproctitle(format, arguments);
	va_end(arguments);
}
