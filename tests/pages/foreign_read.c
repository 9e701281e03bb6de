/* SPDX-License-Identifier: MIT */
/*
 * Another process reads all memory of a process that has pages and has not touched them. Through /proc/PID/mem and ptrace it
 * reads what the process itself would read; process_vm_readv fails with EFAULT. The process looks the same to others as
 * before: its command line, the address of the command line, and the counts of pages.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "test.h"

#define PAGE_BYTES 4096

static pid_t start_child(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		for (;;)
			pause();
	CHECK(pid > 0, "fork: %s", strerror(errno));
	return pid;
}

struct seen {
	char cmdline[4096], stat_addresses[128];
	ssize_t length;
	long pages, processes;
};

static ssize_t read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	length = read(fd, text, size - 1);
	CHECK(length >= 0, "%s: %s", path, strerror(errno));
	close(fd);
	text[length] = '\0';
	return length;
}

/* What others see of the process. Fields 48 and 49 of /proc/PID/stat are the addresses of the command line. */
static struct seen observe(pid_t pid)
{
	struct seen seen;
	char stat[1024], *at;
	int field;

	memset(&seen, 0, sizeof(seen));
	seen.length = read_file(pid, "cmdline", seen.cmdline, sizeof(seen.cmdline));
	read_file(pid, "stat", stat, sizeof(stat));
	for (at = strrchr(stat, ')'), field = 2; at && field < 48; field++)
		at = strchr(at + 1, ' ');
	CHECK(at, "stat: %s", stat);
	snprintf(seen.stat_addresses, sizeof(seen.stat_addresses), "%s", at);
	seen.pages = read_number(PAGES);
	seen.processes = read_number(PROCESSES);
	return seen;
}

static void read_all(pid_t pid, const char *pages, const char *title)
{
	static char copy[8 * PAGE_BYTES];
	const struct uss_process_page *page = (const void *)copy;
	struct iovec local = { copy, PAGE_BYTES }, remote = { (void *)(uintptr_t)pages, PAGE_BYTES };
	char path[64];
	long word;
	int mem, i;

	for (i = 0; i < 3 + 8; i++) {
		remote.iov_base = (void *)(uintptr_t)(i < 3 ? pages + i * PAGE_BYTES : title + (i - 3) * PAGE_BYTES);
		CHECK(process_vm_readv(pid, &local, 1, &remote, 1, 0) < 0 && errno == EFAULT, "process_vm_readv of page %d: %s", i,
		      strerror(errno));
		CHECK(process_vm_writev(pid, &local, 1, &remote, 1, 0) < 0 && errno == EFAULT, "process_vm_writev of page %d: %s", i,
		      strerror(errno));
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDWR);
	CHECK(mem >= 0, "%s: %s", path, strerror(errno));
	CHECK(pread(mem, copy, 3 * PAGE_BYTES, (off_t)(uintptr_t)pages) == 3 * PAGE_BYTES, "mem: %s", strerror(errno));
	CHECK(page->header.magic == USS_MAGIC_PROCESS && page->pid == (uint32_t)pid, "the page of process %d has pid %u", pid, page->pid);
	CHECK(pread(mem, copy, 8 * PAGE_BYTES, (off_t)(uintptr_t)title) == 8 * PAGE_BYTES, "mem: %s", strerror(errno));
	/* A write by another process fails, also where no page has been allocated yet. */
	CHECK(pwrite(mem, "x", 1, (off_t)(uintptr_t)title + 100) < 0 && errno == EIO, "another process could write to the title area");
	CHECK(pwrite(mem, "x", 1, (off_t)(uintptr_t)pages) < 0 && errno == EIO, "another process could write to the process page");
	close(mem);
	CHECK(!ptrace(PTRACE_SEIZE, pid, 0, 0) && !ptrace(PTRACE_INTERRUPT, pid, 0, 0), "ptrace: %s", strerror(errno));
	CHECK(waitpid(pid, NULL, 0) == pid, "waitpid");
	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, pid, pages + 24, 0);
	CHECK(!errno && (uint32_t)word == (uint32_t)pid, "PTRACE_PEEKDATA: %#lx: %s", word, strerror(errno));
	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, pid, title, 0);
	CHECK(!errno, "PTRACE_PEEKDATA of the title area: %s", strerror(errno));
	CHECK(ptrace(PTRACE_POKEDATA, pid, title, 0x7878787878787878) < 0 && (errno == EIO || errno == EFAULT), "PTRACE_POKEDATA: %s",
	      strerror(errno));
	CHECK(!ptrace(PTRACE_DETACH, pid, 0, 0), "PTRACE_DETACH: %s", strerror(errno));
}

static void check_unchanged(const char *where, const char *title)
{
	pid_t pid = start_child();
	struct seen before = observe(pid), after;

	read_all(pid, uss_page_base(), title);
	after = observe(pid);
	CHECK(before.length == after.length && !memcmp(before.cmdline, after.cmdline, sizeof(after.cmdline)),
	      "%s: command line %s, before %s", where, after.cmdline, before.cmdline);
	CHECK(!strcmp(before.stat_addresses, after.stat_addresses), "%s: its addresses are%s, before%s", where, after.stat_addresses,
	      before.stat_addresses);
	CHECK(before.pages == after.pages && before.processes == after.processes, "%s: %ld pages and %ld processes, before %ld and %ld",
	      where, after.pages, after.processes, before.pages, before.processes);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid, "waitpid");
}

/* As perl does: beyond the end of the arguments, into the environment. */
static void overwrite_arguments(char **argv)
{
	size_t length = strlen(argv[0]) + 1;
	char *next = argv[0] + length;
	int i;

	for (i = 0; environ[i] && (i > 0 || environ[i] == next); i++) {
		length = (size_t)(environ[i] - argv[0]) + strlen(environ[i]);
		if (length > 300)
			break;
	}
	memset(argv[0], 'x', length);
}

int main(int argc, char **argv)
{
	char *title = my_title_area();

	CHECK(argc == 1, "takes no arguments");
	CHECK(title, "no title area");
	check_served("before");
	check_unchanged("without a title", title);
	overwrite_arguments(argv);
	check_unchanged("with an overwritten command line", title);
	uss_setproctitle("-a title");
	check_unchanged("with an inherited title", title);
	return 0;
}
