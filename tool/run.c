/* SPDX-License-Identifier: MIT */
/* run.c - usrsysshm run: starts a program with the drop-in preloaded, and gets out of its way */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

static const char usage[] =
	"usage: usrsysshm run [--] COMMAND [ARGUMENT]...\n"
	"\n"
	"Runs COMMAND with its getpid() answered from the page that the kernel shares with it: the drop-in\n"
	"library is added to LD_PRELOAD, behind what is there already, and so serves COMMAND's children too.\n"
	"Static and setuid programs take no preload and run as ever, as does everything without the module.\n"
	"\n"
	"The exit status is COMMAND's; 125 if usrsysshm itself fails, 126 if COMMAND cannot be run, 127 if there is none.\n"
	"USRSYSSHM_DROPIN=FILE names another drop-in than " USS_DROPIN ".\n";

static int preload(const char *library)
{
	const char *before = getenv("LD_PRELOAD");
	char *both;
	int err;

	if (!before || !*before)
		return setenv("LD_PRELOAD", library, 1);
	if (asprintf(&both, "%s:%s", before, library) < 0)
		return -1;
	err = setenv("LD_PRELOAD", both, 1);
	free(both);
	return err;
}

int uss_cmd_run(int argc, char **argv)
{
	const char *library = getenv("USRSYSSHM_DROPIN");
	char path[PATH_MAX];
	int code;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return USS_OK;
	}
	if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--"))
		return uss_error(USS_RUN_FAILED, "run: unknown option %s; see: usrsysshm run --help", argv[1]);
	argv += argc > 1 && !strcmp(argv[1], "--") ? 2 : 1;
	if (!*argv)
		return uss_error(USS_RUN_FAILED, "run: no command given; see: usrsysshm run --help");
	if (!library)
		library = USS_DROPIN;
	/* By its full path: a name without a slash would be looked for elsewhere. */
	if (!realpath(library, path) || access(path, R_OK) < 0)
		return uss_error(USS_RUN_FAILED, "no drop-in %s: %s; install it, or name it with USRSYSSHM_DROPIN=FILE", library,
				 strerror(errno));
	if (preload(path) < 0)
		return uss_error(USS_RUN_FAILED, "out of memory");
	execvp(argv[0], argv);
	code = errno == ENOENT ? USS_NOT_FOUND : USS_CANNOT_RUN;
	return uss_error(code, "cannot run %s: %s", argv[0], strerror(errno));
}
