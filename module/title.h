/* SPDX-License-Identifier: GPL-2.0-only */
/* title.h - titles: what others see as a process's command line (see title.c) */
#ifndef USS_TITLE_H
#define USS_TITLE_H

#include <linux/mm_types.h>
#include <linux/types.h>

struct page;

/* Part of struct uss_space, under its lock. */
struct uss_title {
	unsigned long window;		/* where the command line is said to be; 0: where it always was */
	unsigned long window_size;
	unsigned long arg_start;	/* where it really is */
	unsigned long arg_end;
	char *inherited;		/* a forked child's title, until its first title page is made */
	u32 inherited_length;
};

void uss_title_open_window(struct uss_title *title, struct mm_struct *mm, unsigned long address);
void uss_title_close_window(struct uss_title *title, struct mm_struct *mm);
/* Of a child, in the middle of fork. */
void uss_title_inherit_window(struct uss_title *title, struct mm_struct *mm);
void uss_title_fill_page(struct uss_title *title, void *page);

/* Copies the title of pages[] to @text; false when there is none. Never more than USS_TITLE_MAX bytes, whatever stands there. */
bool uss_title_copy(struct page **pages, char *text, u32 *length);

/* Is a read of @mm's command line or environment to be answered by uss_title_read()? */
bool uss_title_is_concerned(struct mm_struct *mm, unsigned int gup_flags);
int uss_title_read(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags);

#endif /* USS_TITLE_H */
