/* SPDX-License-Identifier: GPL-2.0-only */
/* cmdline.h - how others read the command line of a process with a title (see cmdline.c) */
#ifndef USS_CMDLINE_H
#define USS_CMDLINE_H

#include <linux/mm_types.h>

/* Must uss_cmdline_read() answer this call of access_remote_vm()? Atomic context. */
bool uss_cmdline_is_concerned(struct mm_struct *mm, unsigned int gup_flags);

/* In the place of access_remote_vm(). The caller holds @mm. May sleep. */
int uss_cmdline_read(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags);

#endif /* USS_CMDLINE_H */
