/* SPDX-License-Identifier: MIT */
/*
 * show_linux.c - usrsysshm show: finds and reads the pages of a process
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

#include "show.h"
#include "tool.h"

#define MAPPING "[usrsysshm]"

const char *const uss_show_no_start_time = "in a time namespace that it has left";
const char *const uss_show_no_names = "a name is being set or it has left a UTS namespace";

/* In the pid namespace of the mounted /proc. */
int uss_show_own_pid(void)
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
				 uss_show_own_pid() == getpid() ? "" : " in the pid namespace whose /proc is mounted here");
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

static void read_name(struct uss_shown *process)
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

#define KERNEL_THREAD 0x00200000 /* the kernel's PF_KTHREAD */

/* Prints why the existing process @pid has no pages. Returns the exit code. */
static int explain_none(int pid)
{
	char text[512] = "", state = '?', *end;
	FILE *file = open_proc(pid, "stat");
	unsigned int flags = 0;
	int threads = 0;

	/* The name in parentheses may contain any characters; after it come fields 3 (the state), 9 (flags) and 20 (threads). */
	if (file && fread(text, 1, sizeof(text) - 1, file) && (end = strrchr(text, ')')))
		sscanf(end, ") %c %*d %*d %*d %*d %*d %u %*d %*d %*d %*d %*d %*d %*d %*d %*d %*d %d", &state, &flags, &threads);
	if (file)
		fclose(file);
	if (flags & KERNEL_THREAD)
		return uss_error(USS_FAILED, "process %d has no pages: it is a kernel thread, which has no memory of its own", pid);
	if (state == 'Z' && threads > 1)
		return uss_error(USS_FAILED, "process %d: its pages cannot be found, because its main thread has exited; others run", pid);
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
static int find_base(struct uss_shown *process)
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

static int read_pages(struct uss_shown *process)
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
	return USS_OK;
}

int uss_show_read(struct uss_shown *process)
{
	int code;

	if (!process->pid)
		return refuse(getpid(), errno);
	read_name(process);
	code = find_base(process);
	return code == USS_OK ? read_pages(process) : code;
}
