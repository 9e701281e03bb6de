/* SPDX-License-Identifier: MIT */
/*
 * title.h - the title fact: its area (title.c), slots in it (title_slots.c), texts (title_text.c), and the classic method without the
 * module (title_classic.c)
 */
#ifndef USS_TITLE_H
#define USS_TITLE_H

#include <stdarg.h>
#include <string.h>

#include "pages.h"

/* Returns how many bytes of the text fit, cut at the start of a UTF-8 character. */
static inline size_t uss_title_fit(const char *text, size_t length)
{
	size_t cut = USS_TITLE_MAX;

	length = strnlen(text, length);
	if (length <= USS_TITLE_MAX)
		return length;
	while (cut > USS_TITLE_MAX - 4 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return ((unsigned char)text[cut] & 0xc0) == 0x80 ? USS_TITLE_MAX : cut;
}

/* Returns where the current title is, if there is one; NULL without an area. */
const struct uss_title_page *uss_title_area(void) USS_HIDDEN;

/*
 * Makes the @length bytes at @text the current title of @area; NULL removes the title. Never waits, and always terminates. Returns the
 * address of the text in its slot; NULL if a title was removed, or with errno EAGAIN if all slots are being written.
 */
const char *uss_title_slots_set(struct uss_title_page *area, const char *text, size_t length) USS_HIDDEN;

/* Copies the current title of @area to @text, of USS_TITLE_MAX bytes. Returns its length, or -1 if there is none. */
ssize_t uss_title_slots_get(const struct uss_title_page *area, char *text) USS_HIDDEN;

/* Sets the title by the classic method: prctl(PR_SET_MM_MAP) tells the kernel where it is. Arguments and return as uss_set_title. */
int uss_title_classic_set(const char *text, size_t length) USS_HIDDEN;

/* Returns the classic method's area, or NULL. */
struct uss_title_page *uss_title_classic_area(void) USS_HIDDEN;

/* Formats a title as setproctitle(3): with the program's name before it, unless @format begins with "-". Returns false on failure. */
bool uss_title_format(char *text, size_t size, const char *format, va_list arguments) USS_HIDDEN __attribute__((format(printf, 3, 0)));

/* The fact's bit of uss_served(), for the owner of the memory. */
unsigned int uss_title_served(void) USS_HIDDEN;

#endif /* USS_TITLE_H */
