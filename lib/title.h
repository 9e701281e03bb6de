/* SPDX-License-Identifier: MIT */
/* title.h - a title in its slots (see slots.c), and the two ways to show it (see title.c, classic.c) */
#ifndef USS_TITLE_H
#define USS_TITLE_H

#include <stdarg.h>

#include "pages.h"

/*
 * Makes the @length bytes at @text, or no title with NULL, the current one of @area. Neither waits nor fails to end. Returns
 * the slot's text, NULL without title, or NULL with errno EAGAIN when all slots are being written.
 */
const char *uss_slots_set(struct uss_title_page *area, const char *text, size_t length) USS_HIDDEN;

/* Copies the current title of @area to @text, of USS_TITLE_MAX bytes. Returns its length, -1 without one. */
ssize_t uss_slots_get(const struct uss_title_page *area, char *text) USS_HIDDEN;

/* The old way: the kernel is told by prctl(PR_SET_MM_MAP) where the title is. As uss_set_title; text NULL restores. */
int uss_classic_set(const char *text, size_t length) USS_HIDDEN;

/* Its area, or NULL. */
struct uss_title_page *uss_classic_area(void) USS_HIDDEN;

/* Formats a title as setproctitle(3) does: the program's name before it, unless @format begins with "-". False if that failed. */
bool uss_format_title(char *text, size_t size, const char *format, va_list arguments) USS_HIDDEN __attribute__((format(printf, 3, 0)));

/* Do titles go into the page? */
bool uss_title_is_served(void) USS_HIDDEN;

#endif /* USS_TITLE_H */
