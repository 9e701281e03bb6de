/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * usrsysshm.c - the usrsysshm command for FreeBSD
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "tool.h"

static const char usage[] =
	"usage: usrsysshm status\n"
	"       usrsysshm run COMMAND [ARGUMENT...]\n"
	"       usrsysshm selftest [--quiet]\n"
	"\n"
	"status  Shows whether the module is loaded and what it serves.  The exit status is 0 if it is loaded, else 1.\n"
	"run     Starts a program with the drop-in, so that its calls are answered from pages.  USRSYSSHM_DROPIN names\n"
	"        another file than " USS_LIBDIR "/libusrsysshm-dropin.so.\n"
	"selftest  Compares every fact with the system call, in every kind of process, on this kernel; root can try more.  The\n"
	"        exit status is 0 if all holds, 1 if something differs, 2 if something is not served.\n";

int
uss_error(int code, const char *format, ...)
{
	va_list arguments;

	fputs("usrsysshm: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return (code);
}

static int
status(void)
{
	char features[128];
	size_t size = sizeof(features);
	u_int processes;

	if (sysctlbyname("kern.usrsysshm_features", features, &size, NULL, 0) != 0) {
		if (errno != ENOENT)
			return (uss_error(FAILED, "kern.usrsysshm_features: %s", strerror(errno)));
		puts("module        not loaded (as root: kldload usrsysshm)\n"
		     "this process  not served: makes system calls");
		return (FAILED);
	}
	size = sizeof(processes);
	if (sysctlbyname("kern.usrsysshm_processes", &processes, &size, NULL, 0) != 0)
		return (uss_error(FAILED, "kern.usrsysshm_processes: %s", strerror(errno)));
	printf("module        loaded\n"
	       "features      %s\n"
	       "processes     %u with pages\n"
	       "this process  %s\n",
	       features, processes, uss_served() & USS_SERVED_PID ? "served from its page" : "not served: makes system calls");
	return (OK);
}

static int
run(char **argv)
{
	const char *dropin = getenv("USRSYSSHM_DROPIN"), *before = getenv("LD_PRELOAD");
	char *preload;

	if (dropin == NULL)
		dropin = USS_LIBDIR "/libusrsysshm-dropin.so";
	if (access(dropin, R_OK) != 0)
		return (uss_error(RUN_FAILED, "%s: %s", dropin, strerror(errno)));
	if (asprintf(&preload, "%s%s%s", before != NULL ? before : "", before != NULL && *before != '\0' ? ":" : "", dropin) < 0 ||
	    setenv("LD_PRELOAD", preload, 1) != 0)
		return (uss_error(RUN_FAILED, "no memory"));
	execvp(argv[0], argv);
	return (uss_error(errno == ENOENT ? NOT_FOUND : CANNOT_RUN, "%s: %s", argv[0], strerror(errno)));
}

int
main(int argc, char **argv)
{
	int code;

	if (argc >= 3 && strcmp(argv[1], "run") == 0)
		return (run(argv + 2));
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		code = OK;
	} else if (argc == 2 && strcmp(argv[1], "status") == 0) {
		code = status();
	} else if (argc == 2 && strcmp(argv[1], "selftest") == 0) {
		code = uss_selftest(false);
	} else if (argc == 3 && strcmp(argv[1], "selftest") == 0 && strcmp(argv[2], "--quiet") == 0) {
		code = uss_selftest(true);
	} else {
		fputs(usage, stderr);
		return (USAGE);
	}
	if (fclose(stdout) != 0)
		return (uss_error(FAILED, "standard output: %s", strerror(errno)));
	return (code);
}
