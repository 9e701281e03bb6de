/* SPDX-License-Identifier: MIT */
/* names.h - the names fact: the names of the caller's UTS namespace (see names.c) */
#ifndef USS_NAMES_H
#define USS_NAMES_H

#include "pages.h"

/* The fact's bits of uss_served(). */
unsigned int uss_names_served(void) USS_HIDDEN;

/* Makes the system call uname(2). Returns 0, or -1 with errno set. */
struct utsname;
int uss_names_syscall_uname(struct utsname *names) USS_HIDDEN;

#endif /* USS_NAMES_H */
