/* SPDX-License-Identifier: MIT */
/* names.h - the names of the caller's UTS namespace (see names.c) */
#ifndef USS_NAMES_H
#define USS_NAMES_H

#include "pages.h"

/* The bits of uss_served(). */
unsigned int uss_names_served(void) USS_HIDDEN;

/* The system call itself. */
struct utsname;
int uss_ask_uname(struct utsname *names) USS_HIDDEN;

#endif /* USS_NAMES_H */
