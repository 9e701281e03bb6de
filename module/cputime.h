/* SPDX-License-Identifier: GPL-2.0-only */
/* cputime.h - the CPU time page: the CPU time of each thread (see cputime.c) */
#ifndef USS_CPUTIME_H
#define USS_CPUTIME_H

#include <linux/types.h>

struct uss_cputime_reader;

/* Part of struct uss_space, under its lock. */
struct uss_space_cputime {
	struct uss_cputime_reader *reader;	/* since the process touched the page */
};

/* The number of pages, 0 if CPU time is not served. */
unsigned int uss_cputime_count_pages(void);

/* Whether switches are watched. */
bool uss_cputime_is_watching(void);

#endif /* USS_CPUTIME_H */
