/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * status_freebsd.c - usrsysshm status: whether the module is loaded, what it serves, and whether this process is served
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <usrsysshm.h>

#include "../../tool/tool.h"

static const char usage[] =
	"usage: usrsysshm status [--json]\n"
	"\n"
	"Shows whether the module is loaded and what it serves, how many processes have pages, and whether this process is served.\n"
	"\n"
	"The exit status is 0 if the module is loaded, 1 if it is not, 2 on wrong usage.\n";

int
uss_cmd_status(int argc, char **argv)
{
	bool json = false, served = uss_served() & USS_SERVED_PID, loaded;
	char features[128];
	size_t size = sizeof(features);
	u_int processes = 0;
	int code;

	code = uss_arguments(argc, argv, usage, &json, NULL);
	if (code >= 0)
		return (code);
	loaded = sysctlbyname("kern.usrsysshm_features", features, &size, NULL, 0) == 0;
	if (!loaded && errno != ENOENT)
		return (uss_error(USS_FAILED, "kern.usrsysshm_features: %s", strerror(errno)));
	size = sizeof(processes);
	if (loaded && sysctlbyname("kern.usrsysshm_processes", &processes, &size, NULL, 0) != 0)
		return (uss_error(USS_FAILED, "kern.usrsysshm_processes: %s", strerror(errno)));
	if (json && loaded) {
		printf("{\"module\": true, \"features\": ");
		uss_print_json_words(features);
		printf(", \"processes\": %u, \"served\": %s}\n", processes, served ? "true" : "false");
	} else if (json) {
		puts("{\"module\": false, \"served\": false}");
	} else if (loaded) {
		printf("module        loaded\n"
		       "features      %s\n"
		       "processes     %u with pages\n"
		       "this process  %s\n",
		       features, processes, served ? "served from its page" : "not served: makes system calls");
	} else {
		puts("module        not loaded (" USS_LOAD_IT ")\n"
		     "this process  not served: makes system calls");
	}
	return (loaded ? USS_OK : USS_FAILED);
}
