/* SPDX-License-Identifier: MIT */
/* tool.h - functions and constants shared by the subcommands of usrsysshm, on Linux and FreeBSD */
#ifndef USS_TOOL_H
#define USS_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <usrsysshm/abi.h>

/* Exit codes: success, failure, wrong usage. `run` uses those of env(1) instead, because 1 and 2 may be COMMAND's own. */
enum { USS_OK = 0, USS_FAILED = 1, USS_USAGE = 2, USS_RUN_FAILED = 125, USS_CANNOT_RUN = 126, USS_NOT_FOUND = 127 };

/* The hint printed if the module is not loaded. */
#ifdef __FreeBSD__
#define USS_LOAD_IT	"as root: kldload usrsysshm"
#else
#define USS_LOAD_IT	"as root: modprobe usrsysshm; the package usrsysshm-dkms builds it"
#endif

/* The drop-ins, in USS_LIBDIR. */
#define USS_DROPIN	"libusrsysshm-dropin.so"
#define USS_DROPIN_STAT	"libusrsysshm-stat.so"

int uss_cmd_ps(int argc, char **argv);
int uss_cmd_run(int argc, char **argv);
int uss_cmd_selftest(int argc, char **argv);
int uss_cmd_show(int argc, char **argv);
int uss_cmd_stat(int argc, char **argv);
int uss_cmd_status(int argc, char **argv);

/* Prints "usrsysshm: MESSAGE" to stderr and returns @code. */
int uss_error(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Closes stdout. Returns @code; if a write failed, prints an error, and returns USS_FAILED instead of USS_OK. */
int uss_flush(int code);

/*
 * Parses the arguments of a subcommand in any order: --help or -h, --json (sets @json), and at most one word (sets @word; no word is
 * allowed if @word is NULL). Returns -1 to continue, else the exit code.
 */
int uss_arguments(int argc, char **argv, const char *usage, bool *json, const char **word);

/* Whether @word is --help or -h. */
bool uss_is_help(const char *word);

/* Prints the names of the bits set in uss_header.features: as text ("pid forkid"), or as the elements of a JSON list. */
void uss_print_features(uint64_t features, bool json);

/* Prints @text as a JSON string, with U+FFFD for bytes that are not UTF-8. */
void uss_print_json_string(const char *text);

/* Prints the words of @text as a JSON list. Changes @text. */
void uss_print_json_words(char *text);

/* Prints @text for a terminal: bytes other than printable ASCII are escaped. */
void uss_print_name(const char *text);

#endif /* USS_TOOL_H */
