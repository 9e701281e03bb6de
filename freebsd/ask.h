/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * ask.h - a process asks for its pages (see ask.c)
 */
#ifndef USS_ASK_H
#define	USS_ASK_H

#include <sys/types.h>

/* Maps the pages into the current process, unless it has them.  @address gets the address of the process page, or 0. */
int	uss_ask(uint64_t *address);

/* The same for the title area. */
int	uss_ask_title(uint64_t *address);

/* The fork id, 0 without pages, and the start time of the current process. */
void	uss_ask_self(uint64_t *forkid, uint64_t *start_time);

#endif /* !USS_ASK_H */
