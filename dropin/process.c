/* SPDX-License-Identifier: MIT */
/*
 * process.c - the process fact: getpid for unmodified programs
 *
 * Preloaded, it interposes libc's getpid with the same prototype and the same result. Calls from inside glibc (for example in syslog) do
 * not reach it.
 */
#include <unistd.h>

#include "../lib/process.h"
#include "count.h"

#pragma GCC visibility push(default)

pid_t getpid(void)
{
	uss_count(USS_COUNT_GETPID);
	return uss_process_pid(uss_process, uss_process_syscall_getpid);
}

#pragma GCC visibility pop
