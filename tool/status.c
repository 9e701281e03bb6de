/* SPDX-License-Identifier: MIT */
/* status.c - usrsysshm status: whether the module is loaded, what it serves, and whether this process is served */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <usrsysshm.h>

#include "tool.h"

static const char usage[] =
	"usage: usrsysshm status [--json]\n"
	"\n"
	"Shows whether the module is loaded, its version, ABI version and features, how many processes have pages, how many pages\n"
	"are in use, how many reads of a command line or an environment met a stuck process, and whether this process is served.\n"
	"\n"
	"The exit status is 0 if the module is loaded, 1 if it is not, 2 on wrong usage.\n";

/* Reads one file of /sys/kernel/usrsysshm, without its newline; or the version of the module. */
static bool read_attribute(const char *name, char *text, size_t size)
{
	char path[64];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "/sys/%s/usrsysshm/%s", strcmp(name, "version") ? "kernel" : "module", name);
	file = fopen(path, "re");
	if (!file)
		return false;
	ok = fgets(text, (int)size, file) != NULL;
	fclose(file);
	if (ok)
		text[strcspn(text, "\n")] = '\0';
	return ok;
}

int uss_cmd_status(int argc, char **argv)
{
	char abi[16], features[128], processes[16], pages[16], stuck[24], version[32];
	int code;
	bool json = false, loaded, served = uss_served() & USS_SERVED_PID;

	code = uss_arguments(argc, argv, usage, &json, NULL);
	if (code >= 0)
		return code;
	loaded = read_attribute("abi_version", abi, sizeof(abi)) && read_attribute("features", features, sizeof(features)) &&
		 read_attribute("processes", processes, sizeof(processes)) && read_attribute("pages", pages, sizeof(pages));
	/* A module older than this tool might not have these. */
	if (!read_attribute("stuck_reads", stuck, sizeof(stuck)))
		strcpy(stuck, "0");
	if (!read_attribute("version", version, sizeof(version)))
		strcpy(version, "unknown");
	if (json && loaded) {
		printf("{\"module\": true, \"version\": ");
		uss_print_json_string(version);
		printf(", \"abi_version\": %s, \"features\": ", abi);
		uss_print_json_words(features);
		printf(", \"processes\": %s, \"pages\": %s, \"stuck_reads\": %s, \"served\": %s}\n", processes, pages, stuck,
		       served ? "true" : "false");
	} else if (json) {
		puts("{\"module\": false, \"served\": false}");
	} else if (loaded) {
		printf("module        loaded, version %s\n"
		       "ABI version   %s\n"
		       "features      %s\n"
		       "processes     %s with pages\n"
		       "pages         %s in use\n"
		       "stuck reads   %s (of command lines and environments of processes whose memory was locked)\n"
		       "this process  %s\n",
		       version, abi, features, processes, pages, stuck, served ? "served from its page" : "not served: makes system calls");
	} else {
		puts("module        not loaded (" USS_LOAD_IT ")\n"
		     "this process  not served: makes system calls");
	}
	return loaded ? USS_OK : USS_FAILED;
}
