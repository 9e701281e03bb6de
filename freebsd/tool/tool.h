/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * tool.h - what the files of the usrsysshm command have in common
 */
#ifndef USS_TOOL_H
#define	USS_TOOL_H

#include <sys/cdefs.h>

#include <stdbool.h>

/* Exit statuses, as on Linux: `run` uses those of env(1). */
enum { OK = 0, FAILED = 1, USAGE = 2, NOT_SERVED = 2, RUN_FAILED = 125, CANNOT_RUN = 126, NOT_FOUND = 127 };

/* Prints a message, and returns @code. */
int	uss_error(int code, const char *format, ...) __printflike(2, 3);

/* `usrsysshm selftest`; returns the exit status. */
int	uss_selftest(bool quiet);

#endif /* !USS_TOOL_H */
