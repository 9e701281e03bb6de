/* SPDX-License-Identifier: GPL-2.0-only */
/* sharer.h - memory for the record of a process that shares another one's memory (see sharer.c) */
#ifndef USS_SHARER_H
#define USS_SHARER_H

#include <linux/list.h>
#include <linux/types.h>

struct uss_sharer {
	struct list_head node;
	struct signal_struct *signal;	/* compared, never dereferenced */
	u64 forkid;
};

int uss_sharers_init(void);
/* When no hook is registered any more and all records are freed. */
void uss_sharers_exit(void);

/* NULL without memory. Not with a raw spin lock held. */
struct uss_sharer *uss_sharer_alloc(void);

/* In hooks, with preemption off, but without a raw spin lock held. Free ignores NULL. */
struct uss_sharer *uss_sharer_alloc_in_hook(void);
void uss_sharer_free_in_hook(struct uss_sharer *sharer);

#endif /* USS_SHARER_H */
