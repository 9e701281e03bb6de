/* SPDX-License-Identifier: MIT */
/* pages.h - the pages of the calling process, for the facts of the library and the drop-in (see pages.c) */
#ifndef USS_PAGES_H
#define USS_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <usrsysshm/abi.h>

#define USS_HIDDEN __attribute__((visibility("hidden")))

/* Never NULL: a page of zeros, which makes every call fall back to the system call, unless the real page was found. */
extern const volatile struct uss_process_page *uss_process USS_HIDDEN;
extern const struct uss_process_page uss_no_page USS_HIDDEN;
extern const volatile struct uss_system_page *uss_system USS_HIDDEN;
extern const volatile struct uss_machine_page *uss_machine USS_HIDDEN;

/* One aligned load. volatile keeps the compiler from reordering a function's loads; acquire and x86 keep the processor from it. */
#define uss_load(field)		__atomic_load_n(&(field), __ATOMIC_ACQUIRE)

/*
 * The fields under a sequence counter are read between uss_sequence_begin and uss_sequence_holds. uss_sequence_begin returns the counter,
 * or 0 if the caller must fall back to the system call. uss_sequence_holds returns whether the counter is still the same.
 */
static inline uint32_t uss_sequence_begin(const volatile uint32_t *sequence)
{
	uint32_t before = __atomic_load_n(sequence, __ATOMIC_ACQUIRE);

	return before & 1 ? 0 : before;
}

static inline bool uss_sequence_holds(const volatile uint32_t *sequence, uint32_t before)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(sequence, __ATOMIC_RELAXED) == before;
}

/*
 * Reads a small file of /proc into @text, NUL-terminated. Returns its length, or -1 with errno set (EIO: the file is not on a proc file
 * system; a chroot may hold anything under that name).
 */
ssize_t uss_read_proc(const char *path, char *text, size_t size) USS_HIDDEN;

/* Parses an unsigned decimal and advances @text past it. */
unsigned long long uss_parse(const char **text) USS_HIDDEN;

#endif /* USS_PAGES_H */
