/* SPDX-License-Identifier: MIT */
/*
 * raw.h - system calls without libc
 *
 * For code that runs at the start of every program: the dynamic linker would first have to resolve the libc function, which costs more
 * than the system call.
 */
#ifndef USS_RAW_H
#define USS_RAW_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Returns the kernel's result: a negated errno on error. Leaves errno unchanged. */
static inline long uss_raw_syscall(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__) && !defined(__ILP32__)
	register long fourth __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
	return result;
#else
	int err = errno;
	long result = syscall(number, a, b, c, d);

	if (result < 0)
		result = -errno;
	errno = err;
	return result;
#endif
}

#endif /* USS_RAW_H */
