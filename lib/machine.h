/* SPDX-License-Identifier: MIT */
/* machine.h - load averages and processors (see machine.c) */
#ifndef USS_MACHINE_H
#define USS_MACHINE_H

#include "pages.h"

/* The bits of uss_served(). */
unsigned int uss_machine_served(void) USS_HIDDEN;

/* The number of processors online, or 0: to be asked. */
long uss_nprocs_from_page(void) USS_HIDDEN;

#endif /* USS_MACHINE_H */
