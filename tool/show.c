/* SPDX-License-Identifier: MIT */
/*
 * show.c - usrsysshm show: the pages of a process
 *
 * For Linux (show_linux.c reads the pages) and FreeBSD (freebsd/tool/show_freebsd.c).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "show.h"
#include "tool.h"

static const char usage[] =
	"usage: usrsysshm show [PID] [--json]\n"
	"\n"
	"Shows the pages of process PID, or of this process. You need the right to trace the process.\n"
	"A pid of 0 means that the process currently makes the system call.\n"
	"\n"
	"In JSON, fork id, start time and address are also given as strings (forkid_str, start_time_str, address_str), because\n"
	"jq, JavaScript and others round numbers above 2^53. Fork ids and start times exceed that after 104 days of uptime.\n";

/* Whether these are pages that this tool knows. Returns the exit code. */
static int check(const struct uss_shown *process)
{
	if (process->page.header.magic != USS_MAGIC_PROCESS)
		return uss_error(USS_FAILED, "process %d has an empty page, so it makes system calls", process->pid);
	if (process->page.header.abi_version != USS_ABI_VERSION)
		return uss_error(USS_FAILED, "process %d has pages of ABI version %u, this tool knows %d", process->pid,
				 process->page.header.abi_version, USS_ABI_VERSION);
	return USS_OK;
}

/* Returns why the process reads its CPU time by system call; NULL if from the page. */
static const char *no_cputime(const struct uss_shown *process)
{
	uint32_t clock = process->machine.clock_sequence;

	if (!(process->page.header.features & USS_FEATURE_CPUTIME))
		return "the module does not serve it on this machine";
	if (process->cputime.header.magic != USS_MAGIC_CPUTIME)
		return "the process has not read it yet";
	if (!process->cputime.enabled)
		return "a thread may not read the time-stamp counter";
	if (!clock || clock & 1)
		return "the scheduler's clock cannot be computed at present";
	return NULL;
}

static const char no_pid[] = "another process shares its memory";

static bool names_are_valid(const struct uss_shown *process)
{
	return process->page.pid && process->page.speaks & USS_SPEAKS_SYSTEM && process->system.names_sequence &&
	       !(process->system.names_sequence & 1);
}

static bool loads_are_valid(const struct uss_shown *process)
{
	return process->page.header.features & USS_FEATURE_LOADAVG && process->machine.loads_sequence &&
	       !(process->machine.loads_sequence & 1);
}

static double load(const struct uss_shown *process, int i)
{
	return (double)process->machine.loads[i] / 65536;
}

static void print_text(const struct uss_shown *process)
{
	const struct uss_process_page *page = &process->page;
	bool holds = page->speaks & USS_SPEAKS_START_TIME;
	const char *why = no_cputime(process);

	printf("process %d (", process->pid);
	uss_print_name(process->name);
	printf(")\n");
	printf("  address      0x%" PRIx64 "\n", process->base);
	printf("  ABI version  %u\n", page->header.abi_version);
	printf("  features     ");
	uss_print_features(page->header.features, false);
	printf("\n  pid          %u%s%s%s\n", page->pid, page->pid ? "" : "  (", page->pid ? "" : no_pid,
	       page->pid ? "" : ", so it makes the system call)");
	printf("  fork id      %llu\n", (unsigned long long)page->forkid);
	printf("  start time   %llu ns after boot%s%s%s\n", (unsigned long long)page->start_time, holds ? "" : "  (",
	       holds ? "" : uss_show_no_start_time, holds ? "" : ")");
	if (names_are_valid(process)) {
		printf("  host name    ");
		uss_print_name(process->system.names.nodename);
		printf("\n  domain name  ");
		uss_print_name(process->system.names.domainname);
		putchar('\n');
	} else {
		printf("  host name    (it makes the system call, because %s)\n", page->pid ? uss_show_no_names : no_pid);
	}
	if (loads_are_valid(process))
		printf("  loads        %.2f %.2f %.2f\n", load(process, 0), load(process, 1), load(process, 2));
	printf("  processors   %u%s\n", process->machine.nprocs_onln,
	       process->machine.nprocs_onln ? "" : "  (one comes or goes, so it makes the system call)");
	printf("  CPU time     %s%s\n", why ? "by system call: " : "from the page", why ?: "");
}

static void print_json(const struct uss_shown *process)
{
	const struct uss_process_page *page = &process->page;

	printf("{\"process\": %d, \"name\": ", process->pid);
	uss_print_json_string(process->name);
	printf(", \"address\": %" PRIu64 ", \"address_str\": \"%" PRIu64 "\", \"abi_version\": %u, \"features\": [", process->base,
	       process->base, page->header.abi_version);
	uss_print_features(page->header.features, true);
	printf("], \"pid\": %u, \"forkid\": %llu, \"forkid_str\": \"%llu\"", page->pid, (unsigned long long)page->forkid,
	       (unsigned long long)page->forkid);
	printf(", \"start_time\": %llu, \"start_time_str\": \"%llu\", \"start_time_holds\": %s", (unsigned long long)page->start_time,
	       (unsigned long long)page->start_time, page->speaks & USS_SPEAKS_START_TIME ? "true" : "false");
	if (names_are_valid(process)) {
		printf(", \"hostname\": ");
		uss_print_json_string(process->system.names.nodename);
		printf(", \"domainname\": ");
		uss_print_json_string(process->system.names.domainname);
	}
	if (loads_are_valid(process))
		printf(", \"loadavg\": [%.2f, %.2f, %.2f]", load(process, 0), load(process, 1), load(process, 2));
	printf(", \"nprocs\": %u, \"cputime_served\": %s}\n", process->machine.nprocs_onln, no_cputime(process) ? "false" : "true");
}

/* Returns -1 on success, else the exit code. */
static int parse_pid(const char *word, int *pid)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(word, &end, 10);
	if (errno || end == word || *end || number < 1 || number > INT32_MAX)
		return uss_error(USS_USAGE, "show: %s is not a process id; see: usrsysshm show --help", word);
	*pid = (int)number;
	return -1;
}

int uss_cmd_show(int argc, char **argv)
{
	struct uss_shown process = { .pid = uss_show_own_pid(), .name = "?" };
	const char *word = NULL;
	bool json = false;
	int code;

	code = uss_arguments(argc, argv, usage, &json, &word);
	if (code < 0 && word)
		code = parse_pid(word, &process.pid);
	if (code >= 0)
		return code;
	code = uss_show_read(&process);
	if (code == USS_OK)
		code = check(&process);
	if (code != USS_OK)
		return code;
	if (json)
		print_json(&process);
	else
		print_text(&process);
	return USS_OK;
}
