/* SPDX-License-Identifier: MIT */
/* program.h - the program that `run` and `stat` start (see program.c) */
#ifndef USS_PROGRAM_H
#define USS_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/*
 * Finds the drop-in @library, the name of a file in LIBDIR; USRSYSSHM_DROPIN names another file. The full path goes to @path. Returns -1 on
 * success; otherwise prints an error and returns the exit code.
 */
int uss_find_dropin(const char *library, char path[PATH_MAX]);

/*
 * Adds the drop-in to LD_PRELOAD: after the existing names, or, with @first, before them and instead of another drop-in of ours. Returns -1
 * on success; otherwise prints an error and returns the exit code.
 */
int uss_preload(const char *path, bool first);

/* If a preloaded library has no effect on @command, or not on all its calls, prints one line on stderr that says why. */
void uss_explain_program(const char *command);

/* Executes the program. On failure, prints an error and returns the exit code that env(1) uses. */
int uss_exec(char **argv);

#endif /* USS_PROGRAM_H */
