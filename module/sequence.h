/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sequence.h - the writer's side of a sequence counter in a page
 *
 * The counter is odd while the values beside it change, and 0 in a page that never had any. A reader copies the values between two loads
 * of the counter and falls back to the system call unless both gave the same even number (<usrsysshm/abi.h>, lib/pages.h). The caller
 * serialises writers.
 */
#ifndef USS_SEQUENCE_H
#define USS_SEQUENCE_H

#include <linux/types.h>
#include <asm/barrier.h>

static inline bool uss_sequence_is_odd(const u32 *sequence)
{
	return *sequence & 1;
}

/* Before the first of the values changes. */
static inline void uss_sequence_begin(u32 *sequence)
{
	WRITE_ONCE(*sequence, *sequence | 1);
	/* Pairs with the reader's acquire fence: a reader that copies a new value finds the counter odd, or changed. */
	smp_wmb();
}

/* After the last one has changed. */
static inline void uss_sequence_end(u32 *sequence)
{
	u32 next = (*sequence | 1) + 1;

	/* 0 would make every reader fall back for ever. */
	smp_store_release(sequence, next ?: 2);
}

#endif /* USS_SEQUENCE_H */
