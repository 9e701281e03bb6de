/* SPDX-License-Identifier: GPL-2.0-only */
/* kept.h - command lines as they were last read (see kept.c) */
#ifndef USS_KEPT_H
#define USS_KEPT_H

#include <linux/mm_types.h>
#include <linux/types.h>

/* Where a command line is: mm->arg_start and mm->arg_end. */
struct uss_args {
	unsigned long start, end;
};

int uss_kept_init(void);
/* Nothing is kept any more. Readers and uss_kept_forget() may still come. */
void uss_kept_exit(void);

/*
 * A reader of @mm's command line was given @length bytes, those at @addr. @last is the last byte of the command line: if it is not NUL, the
 * kernel shows the text up to a NUL. May allocate memory, does not sleep. The caller holds @mm.
 */
void uss_kept_store(const struct mm_struct *mm, const struct uss_args *args, unsigned long addr, const char *piece, int length, char last);
/*
 * Copies at most @len bytes at @addr from the kept text. Returns how many. If the last byte of the command line is not among the kept ones,
 * the kernel treats it as NUL, and reads the same text.
 */
int uss_kept_read(const struct mm_struct *mm, const struct uss_args *args, unsigned long addr, char *buf, int len);

/* @mm is going away. Atomic context. */
void uss_kept_forget(const struct mm_struct *mm);
void uss_kept_forget_all(void);

/* The memory in use, in bytes. */
long uss_kept_bytes(void);

#endif /* USS_KEPT_H */
