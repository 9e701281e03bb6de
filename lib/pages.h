/* SPDX-License-Identifier: MIT */
/* pages.h - where the calling process's pages are, for the rest of the library and the drop-in (see pages.c) */
#ifndef USS_PAGES_H
#define USS_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <usrsysshm/abi.h>

#define USS_HIDDEN __attribute__((visibility("hidden")))

/* Never NULL: a page of zeros, on which every fact says "ask the kernel", until and unless the real one is found. */
extern const volatile struct uss_process_page *uss_process USS_HIDDEN;
extern const struct uss_process_page uss_no_page USS_HIDDEN;
extern const volatile struct uss_system_page *uss_system USS_HIDDEN;
extern const volatile struct uss_machine_page *uss_machine USS_HIDDEN;

/* One aligned load; volatile keeps the loads of a function in order, and x86 and the acquire below keep the processor to it. */
#define uss_load(field)		__atomic_load_n(&(field), __ATOMIC_ACQUIRE)

/* The pid, by load or by system call. */
static inline __attribute__((always_inline)) pid_t uss_pid_from(const volatile struct uss_process_page *page,
								 pid_t (*ask)(void))
{
	pid_t pid = (pid_t)__atomic_load_n(&page->pid, __ATOMIC_RELAXED);

	return __builtin_expect(pid != 0, 1) ? pid : ask();
}

/* The system call itself, whatever getpid is interposed. */
pid_t uss_ask_getpid(void) USS_HIDDEN;

/*
 * Begins and ends a read of what stands under a sequence: from the first, which gives the sequence or 0 for "ask", to the second, which
 * says whether nothing has changed.
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

/* Does the process page say, after what was read, that the reader is the one it speaks for, in these points? */
static inline bool uss_speaks(uint32_t points)
{
	return (uss_load(uss_process->speaks) & points) == points && uss_load(uss_process->pid);
}

/*
 * Reads a small file of /proc into @text, NUL-terminated. Returns its length, or -1 with errno set (EIO: that is no
 * real /proc: a chroot may hold anything under that name).
 */
ssize_t uss_read_proc(const char *path, char *text, size_t size) USS_HIDDEN;

/* Reads an unsigned decimal and moves @text behind it. */
unsigned long long uss_parse(const char **text) USS_HIDDEN;

#endif /* USS_PAGES_H */
