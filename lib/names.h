/* SPDX-License-Identifier: MIT */
/* names.h - the names fact: the names of the caller's UTS namespace (see names.c) */
#ifndef USS_NAMES_H
#define USS_NAMES_H

#include <string.h>

#include "process.h"

/* Copies @size bytes at @offset of the names, if the fields guarded by @speaks are valid for the caller. */
static inline bool uss_names_copy(void *to, size_t offset, size_t size, uint32_t speaks)
{
	const volatile uint32_t *sequence = &uss_system->names_sequence;
	uint32_t before = uss_sequence_begin(sequence);

	if (!before)
		return false;
	memcpy(to, (const char *)&uss_system->names + offset, size);
	return uss_sequence_holds(sequence, before) && uss_process_is_valid(speaks);
}

/* The fact's bits of uss_served(). */
unsigned int uss_names_served(void) USS_HIDDEN;

/* Makes the system call uname(2). Returns 0, or -1 with errno set. */
struct utsname;
int uss_names_syscall_uname(struct utsname *names) USS_HIDDEN;

#endif /* USS_NAMES_H */
