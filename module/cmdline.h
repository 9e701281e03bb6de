/* SPDX-License-Identifier: GPL-2.0-only */
/* cmdline.h - how other processes read the command line and the environment of a process (see cmdline.c) */
#ifndef USS_CMDLINE_H
#define USS_CMDLINE_H

#include <linux/mm_types.h>

int uss_cmdline_init(void);
/* Readers that wait give up. Later ones get the lock at once or not at all. */
void uss_cmdline_exit(void);

/* Must uss_cmdline_read() answer this call of access_remote_vm()? Atomic context. */
bool uss_cmdline_is_concerned(struct mm_struct *mm, unsigned int gup_flags);

/* In the place of access_remote_vm(). The caller holds @mm. May sleep. */
int uss_cmdline_read(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags);

/* @mm is going away. Atomic context. */
void uss_cmdline_forget(const struct mm_struct *mm);

/* How many reads of a command line or an environment did not get the mmap_lock in time. */
long uss_count_stuck_reads(void);

#endif /* USS_CMDLINE_H */
