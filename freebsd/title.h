/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title.h - titles: the title area, and kern.proc.args (see title.c)
 */
#ifndef USS_TITLE_H
#define	USS_TITLE_H

#include <sys/types.h>

#include "map.h"

struct proc;
struct uss_space;

#define	USS_TITLE_PAGES	8

/* Part of struct uss_space, under its lock. */
struct uss_title {
	struct uss_object area;		/* NULL: the process has not asked */
	void		*pages[USS_TITLE_PAGES];
	vm_offset_t	address;
	uint64_t	overridden;	/* the title that was current when setproctitle(3) was called */
	char		*inherited;	/* a forked child's title, until it has an area of its own */
	uint32_t	inherited_length;
};

int	uss_title_init(void);
void	uss_title_exit(void);

void	uss_title_free(struct uss_space *space);

/* A forked child inherits its parent's title.  May sleep. */
void	uss_title_inherit(struct uss_space *child, struct uss_space *parent);

/* Maps a title area into the current process, the owner, unless it has one.  Returns its address, or 0: no memory, or too many renewals. */
uint64_t uss_title_ask(struct uss_space *space);

#endif /* !USS_TITLE_H */
