/* SPDX-License-Identifier: MIT */
/* machine.h - the machine fact: load averages and processors online (see machine.c) */
#ifndef USS_MACHINE_H
#define USS_MACHINE_H

#include "pages.h"

/* The fact's bits of uss_served(). */
unsigned int uss_machine_served(void) USS_HIDDEN;

/* Returns the number of processors online from the page, or 0 if the caller must fall back to sysconf. */
long uss_machine_nprocs(void) USS_HIDDEN;

#endif /* USS_MACHINE_H */
