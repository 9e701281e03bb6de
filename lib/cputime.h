/* SPDX-License-Identifier: MIT */
/* cputime.h - the CPU time fact: the CPU time of the calling thread (see cputime.c) */
#ifndef USS_CPUTIME_H
#define USS_CPUTIME_H

#include "pages.h"

/* Stores the CPU time of the calling thread in nanoseconds. Returns false if the caller must fall back to the system call. */
bool uss_cputime_read(uint64_t *nanoseconds) USS_HIDDEN;

/* What uss_thread_cputime is in a 32-bit program compiled with _TIME_BITS=64. @time is the struct timespec of such a program. */
int uss_thread_cputime64(void *time);

/* The fact's bit of uss_served(). */
unsigned int uss_cputime_served(void) USS_HIDDEN;

#endif /* USS_CPUTIME_H */
