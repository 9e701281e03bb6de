/* SPDX-License-Identifier: GPL-2.0-only */
/* map.h - the pages in a process's address space (see map.c) */
#ifndef USS_MAP_H
#define USS_MAP_H

int uss_map_init(void);

/* Takes the pages away from every process. None may be getting new ones by exec any more. */
void uss_map_exit(void);

/* Maps the pages into the current process, alone in a new mm. On failure it has none, and runs as if there were no module. */
void uss_map_current(void);

/* The page that @mm sees as its system page is found anew at the next touch. */
void uss_map_zap_system_page(struct mm_struct *mm);

/* Where the current process has them, 0 without. */
unsigned long uss_current_base(void);

#endif /* USS_MAP_H */
