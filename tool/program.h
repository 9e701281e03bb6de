/* SPDX-License-Identifier: MIT */
/* program.h - the program that `run` and `stat` start (see program.c) */
#ifndef USS_PROGRAM_H
#define USS_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/*
 * Finds the drop-in @library, a file's name in LIBDIR; USRSYSSHM_DROPIN names another file. Its full path goes to @path. Returns -1 to go
 * on, else the exit code, after saying why.
 */
int uss_find_dropin(const char *library, char path[PATH_MAX]);

/*
 * Adds it to LD_PRELOAD, behind what is there already, or, @first, before that and in the place of another drop-in of ours. Returns
 * -1 to go on, else the exit code, after saying why.
 */
int uss_preload(const char *path, bool first);

/* Says on stderr, in one line, why a preloaded library would have no effect on @command, if that is so. */
void uss_explain_program(const char *command);

/* Becomes the program. Returns, after saying why it could not, with the exit code of env(1). */
int uss_exec(char **argv);

#endif /* USS_PROGRAM_H */
