/* SPDX-License-Identifier: MIT */
/*
 * getpid.c - getpid for unmodified programs
 *
 * Preloaded, it stands before libc's. Same prototype, same answer. glibc's own calls (syslog, for one) do not come here.
 */
#include <unistd.h>

#include "../lib/pages.h"
#include "count.h"

#pragma GCC visibility push(default)

pid_t getpid(void)
{
	uss_count(USS_COUNT_GETPID);
	return uss_pid_from(uss_process, uss_ask_getpid);
}

#pragma GCC visibility pop
