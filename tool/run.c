/* SPDX-License-Identifier: MIT */
/* run.c - usrsysshm run: executes a program with the drop-in preloaded, on Linux and FreeBSD */
#include <stdio.h>
#include <string.h>

#include "program.h"
#include "tool.h"

#ifdef __FreeBSD__
#define CALLS \
	"getpid, gethostname, getdomainname, setproctitle and setproctitle_fast answered from the pages that the\n" \
	"kernel shares with it."
#define MUSL ""
#else
#define CALLS \
	"getpid, gethostname, getdomainname, uname, getloadavg, sysconf(_SC_NPROCESSORS_ONLN),\n" \
	"clock_gettime(CLOCK_THREAD_CPUTIME_ID) and setproctitle answered from the pages that the kernel shares with it."
#define MUSL " In programs\nlinked with musl only getpid, uname, setproctitle and CPU times are answered."
#endif

static const char usage[] =
	"usage: usrsysshm run [--verbose] [--] COMMAND [ARGUMENT]...\n"
	"\n"
	"Runs COMMAND with its " CALLS "\n"
	"The drop-in library is appended to LD_PRELOAD, so COMMAND's children are served too. Static programs, setuid programs and\n"
	"programs of another word size cannot preload it and run unchanged (for the last, ld.so prints a line)." MUSL
	" With -v or --verbose\n"
	"a line on stderr says so. Without the module all programs run unchanged.\n"
	"\n"
	"The exit status is that of COMMAND; 125 if usrsysshm itself fails, 126 if COMMAND cannot be run, 127 if it is not found.\n"
	"USRSYSSHM_DROPIN=FILE names another drop-in than " USS_LIBDIR "/" USS_DROPIN ".\n";

int uss_cmd_run(int argc, char **argv)
{
	char path[PATH_MAX];
	bool verbose = false;
	int code, i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (uss_is_help(argv[i])) {
			fputs(usage, stdout);
			return USS_OK;
		}
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (strcmp(argv[i], "--verbose") && strcmp(argv[i], "-v"))
			return uss_error(USS_RUN_FAILED, "run: unknown option %s; see: usrsysshm run --help", argv[i]);
		verbose = true;
	}
	if (i == argc)
		return uss_error(USS_RUN_FAILED, "run: no command given; see: usrsysshm run --help");
	if (verbose)
		uss_explain_program(argv[i]);
	code = uss_find_dropin(USS_DROPIN, path);
	if (code < 0)
		code = uss_preload(path, false);
	return code < 0 ? uss_exec(argv + i) : code;
}
