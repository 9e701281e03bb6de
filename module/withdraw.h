/* SPDX-License-Identifier: GPL-2.0-only */
/* withdraw.h - removes the system page from a process that has left its UTS namespace (see withdraw.c) */
#ifndef USS_WITHDRAW_H
#define USS_WITHDRAW_H

#include <linux/types.h>

struct mm_struct;
struct uss_withdrawal;

/* Memory for one withdrawal, to be freed with kfree() if it is not used. NULL without memory. */
struct uss_withdrawal *uss_withdrawal_alloc(void);

/*
 * Removes the system page from the page tables of @mm soon; the next touch then faults again. Atomic context. Returns whether it has taken
 * over @withdrawal, which is NULL if @mm never had the page.
 */
bool uss_withdraw(struct uss_withdrawal *withdrawal, struct mm_struct *mm);

/* Drops what is still to be withdrawn: all pages are about to be taken away. */
void uss_withdraw_exit(void);

#endif /* USS_WITHDRAW_H */
