/* SPDX-License-Identifier: GPL-2.0-only */
/* title.h - titles: the title area, and the window that leads readers of the command line there (see title.c) */
#ifndef USS_TITLE_H
#define USS_TITLE_H

#include <linux/mm_types.h>
#include <linux/types.h>
#include <usrsysshm/abi.h>

#include "facts.h"

struct page;

/* Part of struct uss_space, under its lock. */
struct uss_title {
	struct page *pages[USS_TITLE_PAGES];
	unsigned long window;		/* where mm->arg_start points instead of the command line; 0: it does not */
	unsigned long window_size;
	unsigned long arg_start;	/* the original command line */
	unsigned long arg_end;
	char *inherited;		/* a forked child's title, until its first title page is made */
	u32 inherited_length;
};

/* A VMA of the title area begins at @area, or no longer does. With the mmap_lock for writing. */
bool uss_title_has_area(const struct uss_space *space);
void uss_title_set_area(struct uss_space *space, unsigned long area);
void uss_title_unset_area(struct uss_space *space, unsigned long area);

/*
 * For uss_space_call(), with the mm's arg_lock: opens the window if there is an area, whose address goes to @area, an unsigned long; 0
 * without.
 */
void uss_title_open_window(struct uss_space *space, void *area);
/* For uss_space_call(): has the process a window? A bool. */
void uss_title_has_window(struct uss_space *space, void *has);

/* For uss_space_call(): the state of a title, and its text. */
struct uss_title_copy {
	struct uss_title title;		/* the pages and the inherited text are not to be used */
	bool titled;
	u32 length;
	char *text;			/* of USS_TITLE_MAX bytes */
};
void uss_title_copy(struct uss_space *space, void *copy);

#endif /* USS_TITLE_H */
