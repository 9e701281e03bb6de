/* SPDX-License-Identifier: MIT */
/*
 * stack.h - whether a caller's buffer is known to be valid
 *
 * A system call returns EFAULT for an invalid pointer, where our copy would raise SIGSEGV. So only a buffer that is known to be valid is filled
 * from the page: one on the caller's stack, at most this far above our frame. The test costs a compare; most callers have the buffer there.
 */
#ifndef USS_STACK_H
#define USS_STACK_H

#include <stdbool.h>
#include <stdint.h>

#define USS_NEAR 4096

static inline __attribute__((always_inline)) bool uss_is_on_stack(const void *buffer)
{
	char here;	/* cheaper than __builtin_frame_address, which needs a frame pointer */

	return (uintptr_t)buffer - (uintptr_t)&here < USS_NEAR;
}

#endif /* USS_STACK_H */
