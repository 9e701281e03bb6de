/* SPDX-License-Identifier: MIT */
/* tool.h - what the subcommands of usrsysshm share */
#ifndef USS_TOOL_H
#define USS_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <usrsysshm/abi.h>

/* Exit codes: done; could not be done; called wrongly. `run` has those of env(1) instead, for 1 and 2 may be its COMMAND's. */
enum { USS_OK = 0, USS_FAILED = 1, USS_USAGE = 2, USS_RUN_FAILED = 125, USS_CANNOT_RUN = 126, USS_NOT_FOUND = 127 };

/* What to do when the module is not loaded. */
#define USS_LOAD_IT	"as root, in the source tree: insmod build/$(uname -r)/usrsysshm.ko"

/* The drop-ins, in USS_LIBDIR. */
#define USS_DROPIN	"libusrsysshm-dropin.so"
#define USS_DROPIN_STAT	"libusrsysshm-stat.so"

int uss_cmd_ps(int argc, char **argv);
int uss_cmd_run(int argc, char **argv);
int uss_cmd_show(int argc, char **argv);
int uss_cmd_stat(int argc, char **argv);
int uss_cmd_status(int argc, char **argv);

/* Prints "usrsysshm: MESSAGE" to stderr and returns @code. */
int uss_error(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Closes stdout. Returns @code; if something could not be written it says so, and returns USS_FAILED in place of USS_OK. */
int uss_flush(int code);

/*
 * Handles the arguments of a subcommand: --help or -h, --json (sets @json), and at most one word (sets @word; none may come if that is
 * NULL), in any order. Returns -1 to go on, else the exit code.
 */
int uss_arguments(int argc, char **argv, const char *usage, bool *json, const char **word);

/* Is it --help, or -h? */
bool uss_is_help(const char *word);

/* The names of the bits of uss_header.features, and of a set of them as text: "pid forkid", or a JSON list. */
void uss_print_features(uint64_t features, bool json);

/* Bytes of the UTF-8 character at @text, 0 if there is none. */
int uss_utf8_length(const char *text);

/* Prints @text as a JSON string (what is no UTF-8 as U+FFFD), or a name for a person: bytes that are no printable ASCII, escaped. */
void uss_print_json_string(const char *text);
void uss_print_name(const char *text);

#endif /* USS_TOOL_H */
