/* SPDX-License-Identifier: MIT */
/*
 * show.c - usrsysshm show: the pages of a process
 *
 * The pages are found by name in /proc/PID/maps and read through /proc/PID/mem, so the kernel's permission check for debuggers applies.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

static const char usage[] =
	"usage: usrsysshm show [PID] [--json]\n"
	"\n"
	"Shows the pages of process PID, or of this process. You need the right to trace the process.\n"
	"A pid of 0 means that the process currently makes the system call.\n"
	"\n"
	"In JSON, fork id, start time and address are also given as strings (forkid_str, start_time_str, address_str), because\n"
	"jq, JavaScript and others round numbers above 2^53. Fork ids and start times exceed that after 104 days of uptime.\n";

#define MAPPING "[usrsysshm]"

struct process {
	int pid;
	char name[64];
	uint64_t base;
	struct uss_process_page page;
	struct uss_system_page system;
	struct uss_machine_page machine;
	struct uss_cputime_page cputime;
};

/* Returns this process's pid in the pid namespace of the mounted /proc; 0 with errno set if it has none. */
static int own_pid(void)
{
	char text[32] = "";

	return readlink("/proc/self", text, sizeof(text) - 1) > 0 ? atoi(text) : 0;
}

/* Prints why process @pid cannot be shown. Returns the exit code. */
static int refuse(int pid, int error)
{
	if (access("/proc/stat", F_OK) < 0)
		return uss_error(USS_FAILED, "no /proc is mounted here");
	if (error == ENOENT || error == ESRCH)
		return uss_error(USS_FAILED, "no process %d%s", pid,
				 own_pid() == getpid() ? "" : " in the pid namespace whose /proc is mounted here");
	if (error == EACCES || error == EPERM)
		return uss_error(USS_FAILED, "process %d: not permitted: this needs the right to trace it%s", pid,
				 geteuid() ? "; try as root" : " (CAP_SYS_PTRACE in its user namespace)");
	return uss_error(USS_FAILED, "process %d: %s", pid, strerror(error));
}

static FILE *open_proc(int pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return fopen(path, "re");
}

static void read_name(struct process *process)
{
	FILE *file = open_proc(process->pid, "comm");

	if (file && fgets(process->name, sizeof(process->name), file))
		process->name[strcspn(process->name, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* Whether this line of maps is the mapping of the read-only pages, from the first page on. The whole name is compared. */
static bool is_ours(const char *line, uint64_t *start)
{
	uint64_t offset;
	int name = 0;

	return sscanf(line, "%" SCNx64 "-%*x %*s %" SCNx64 " %*s %*s %n", start, &offset, &name) == 2 && name && offset == 0 &&
	       !strcmp(line + name, MAPPING "\n");
}

#define KERNEL_THREAD 0x00200000	/* the kernel's PF_KTHREAD */

/* Prints why the existing process @pid has no pages. Returns the exit code. */
static int explain_none(int pid)
{
	char text[512] = "", state = '?', *end;
	FILE *file = open_proc(pid, "stat");
	unsigned int flags = 0;

	/* The name in parentheses may contain any characters; after it come the state, five numbers and the flags. */
	if (file && fread(text, 1, sizeof(text) - 1, file) && (end = strrchr(text, ')')))
		sscanf(end, ") %c %*d %*d %*d %*d %*d %u", &state, &flags);
	if (file)
		fclose(file);
	if (flags & KERNEL_THREAD)
		return uss_error(USS_FAILED, "process %d has no pages: it is a kernel thread, which has no memory of its own", pid);
	if (state == 'Z' || state == 'X')
		return uss_error(USS_FAILED, "process %d has no pages: it has exited, and its parent has not waited for it", pid);
	if (access("/sys/kernel/usrsysshm", F_OK) < 0)
		return uss_error(USS_FAILED, "process %d has no pages: the module is not loaded (" USS_LOAD_IT ")", pid);
	return uss_error(USS_FAILED,
			 "process %d has no pages: it has not asked for them; programs ask when they load libusrsysshm or, "
			 "started by usrsysshm run, the drop-in",
			 pid);
}

/* Finds the process page. Returns the exit code. */
static int find_base(struct process *process)
{
	FILE *maps = open_proc(process->pid, "maps");
	uint64_t start;
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!maps)
		return refuse(process->pid, errno);
	while (!process->base && getline(&line, &size, maps) > 0)
		if (is_ours(line, &start))
			process->base = start;
	if (ferror(maps))
		err = errno;
	free(line);
	fclose(maps);
	if (err)
		return refuse(process->pid, err);
	if (!process->base)
		return explain_none(process->pid);
	return USS_OK;
}

/* Reads a page with a sequence counter until two reads give the same. On failure sets the counter to 0: the fields are not shown. */
static void read_shared_page(int fd, uint64_t address, void *page, size_t size, uint32_t *sequence)
{
	char again[512];
	int tries;

	for (tries = 0; tries < 100; tries++)
		if (pread(fd, page, size, (off_t)address) == (ssize_t)size && pread(fd, again, size, (off_t)address) == (ssize_t)size &&
		    !memcmp(page, again, size))
			return;
	*sequence = 0;
}

static int read_pages(struct process *process)
{
	struct uss_process_page *page = &process->page;
	char path[64];
	ssize_t length;
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%d/mem", process->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(process->pid, errno);
	length = pread(fd, page, sizeof(*page), (off_t)process->base);
	if (length == (ssize_t)sizeof(*page)) {
		read_shared_page(fd, process->base + page->system_offset, &process->system, sizeof(process->system),
				 &process->system.names_sequence);
		read_shared_page(fd, process->base + page->machine_offset, &process->machine, sizeof(process->machine),
				 &process->machine.loads_sequence);
		/* All zeros if the process has not read it yet. */
		if (page->cputime_offset &&
		    pread(fd, &process->cputime, sizeof(process->cputime), (off_t)(process->base + page->cputime_offset)) < 0)
			process->cputime.header.magic = 0;
		/* Read it again: the fields that validate the other pages must be read after them. */
		length = pread(fd, page, sizeof(*page), (off_t)process->base);
	}
	err = length < 0 ? errno : ESRCH;
	close(fd);
	if (length != (ssize_t)sizeof(process->page))
		return refuse(process->pid, err);
	if (process->page.header.magic != USS_MAGIC_PROCESS)
		return uss_error(USS_FAILED, "process %d has an empty page, so it makes system calls", process->pid);
	if (process->page.header.abi_version != USS_ABI_VERSION)
		return uss_error(USS_FAILED, "process %d has pages of ABI version %u, this tool knows %d", process->pid,
				 process->page.header.abi_version, USS_ABI_VERSION);
	return USS_OK;
}

/* Returns why the process reads its CPU time by system call; NULL if from the page. */
static const char *no_cputime(const struct process *process)
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

static bool names_are_valid(const struct process *process)
{
	return process->page.speaks & USS_SPEAKS_SYSTEM && process->system.names_sequence && !(process->system.names_sequence & 1);
}

static double load(const struct process *process, int i)
{
	return (double)process->machine.loads[i] / 65536;
}

static void print_text(const struct process *process)
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
	printf("\n  pid          %u%s\n", page->pid, page->pid ? "" : "  (another process shares its memory, so it makes the system call)");
	printf("  fork id      %llu\n", (unsigned long long)page->forkid);
	printf("  start time   %llu ns after boot%s\n", (unsigned long long)page->start_time,
	       holds ? "" : "  (in a time namespace that it has left)");
	if (names_are_valid(process)) {
		printf("  host name    ");
		uss_print_name(process->system.names.nodename);
		printf("\n  domain name  ");
		uss_print_name(process->system.names.domainname);
		putchar('\n');
	} else {
		printf("  host name    (it makes the system call, because a name is being set or it has left a UTS namespace)\n");
	}
	printf("  loads        %.2f %.2f %.2f\n", load(process, 0), load(process, 1), load(process, 2));
	printf("  processors   %u\n", process->machine.nprocs_onln);
	printf("  CPU time     %s%s\n", why ? "by system call: " : "from the page", why ?: "");
}

static void print_json(const struct process *process)
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
	printf(", \"loadavg\": [%.2f, %.2f, %.2f], \"nprocs\": %u, \"cputime_served\": %s}\n", load(process, 0), load(process, 1),
	       load(process, 2), process->machine.nprocs_onln, no_cputime(process) ? "false" : "true");
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
	struct process process = { .pid = own_pid(), .name = "?" };
	const char *word = NULL;
	bool json = false;
	int code;

	code = uss_arguments(argc, argv, usage, &json, &word);
	if (code < 0 && word)
		code = parse_pid(word, &process.pid);
	if (code >= 0)
		return code;
	if (!process.pid)
		return refuse(getpid(), errno);
	read_name(&process);
	code = find_base(&process);
	if (code == USS_OK)
		code = read_pages(&process);
	if (code != USS_OK)
		return code;
	if (json)
		print_json(&process);
	else
		print_text(&process);
	return USS_OK;
}
