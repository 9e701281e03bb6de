/* SPDX-License-Identifier: MIT */
/* tool.h - what the subcommands of usrsysshm share */
#ifndef USS_TOOL_H
#define USS_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <usrsysshm/abi.h>

/* Exit codes: done; could not be done; called wrongly. `run` adds those of env(1): 126 and 127. */
enum { USS_OK = 0, USS_FAILED = 1, USS_USAGE = 2, USS_CANNOT_RUN = 126, USS_NOT_FOUND = 127 };

int uss_cmd_run(int argc, char **argv);
int uss_cmd_show(int argc, char **argv);
int uss_cmd_status(int argc, char **argv);

/* Prints "usrsysshm: MESSAGE" to stderr and returns @code. */
int uss_error(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Handles --help; every other option than @allowed is an error. Returns -1 to go on, else the exit code. */
int uss_options(int argc, char **argv, const char *usage, const char *allowed, bool *given);

/* The names of the bits of uss_header.features, and of a set of them as text: "pid forkid", or a JSON list. */
void uss_print_features(uint64_t features, bool json);

/* Prints @text as a JSON string. */
void uss_print_json_string(const char *text);

#endif /* USS_TOOL_H */
