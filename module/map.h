/* SPDX-License-Identifier: GPL-2.0-only */
/* map.h - the pages in a process's address space (see map.c) */
#ifndef USS_MAP_H
#define USS_MAP_H

int uss_map_init(void);

/* Takes the pages away from every process. None may be asking for them any more. */
void uss_map_exit(void);

/* Maps the pages into the current process. Returns their address, also if another thread was quicker; 0 when it has none. */
unsigned long uss_map_pages(void);

/* Maps the title area. False without room or memory, or when another thread was quicker. */
bool uss_map_title_area(void);

/*
 * What @mm sees as its system page is soon taken out of it; the next touch faults again. In atomic context, with memory that was got
 * before, by kmalloc, and is freed here. @withdrawal is NULL if @mm never saw one.
 */
struct uss_withdrawal *uss_map_prepare_withdrawal(void);
void uss_map_withdraw(struct uss_withdrawal *withdrawal, struct mm_struct *mm);

/* Where the current process has them, 0 without. */
unsigned long uss_current_base(void);

#endif /* USS_MAP_H */
