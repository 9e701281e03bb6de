/* SPDX-License-Identifier: GPL-2.0-only */
/* ask.h - a process asks for its pages (see ask.c) */
#ifndef USS_ASK_H
#define USS_ASK_H

/*
 * Maps the pages into the current process if it has none. Returns the address of its process page. Returns 0 without memory or room, or
 * if the process is the child of a vfork. May sleep. Two threads that ask at once get the same pages.
 */
unsigned long uss_ask(void);

/* The same for the title area. Returns 0 as well if the process has no pages. */
unsigned long uss_ask_title_area(void);

#endif /* USS_ASK_H */
