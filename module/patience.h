/* SPDX-License-Identifier: GPL-2.0-only */
/* patience.h - how long a reader waits for the mmap_lock of another process (see patience.c) */
#ifndef USS_PATIENCE_H
#define USS_PATIENCE_H

#include <linux/mm_types.h>
#include <linux/moduleparam.h>

/* The module parameter ps_patience_ms; 0: readers wait as long as the lock is held. */
extern unsigned int uss_ps_patience_ms;

/* Takes @mm's mmap_lock for reading. Returns false if it did not get it in time. May sleep. */
bool uss_lock_patiently(struct mm_struct *mm);

/* @mm is going away. Atomic context. */
void uss_patience_forget(const struct mm_struct *mm);
void uss_patience_forget_all(void);
/* Readers that wait give up, and no other one begins to wait. */
void uss_patience_stop(void);

#endif /* USS_PATIENCE_H */
