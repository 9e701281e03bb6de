/* SPDX-License-Identifier: MIT */
/*
 * A tracer reads the page of a child that has not touched the page, or has not run at all. It finds the child's pid and not
 * its own, and the child then finds the same.
 */
#include <signal.h>
#include <sys/ptrace.h>

#include "test.h"

static struct uss_process_page read_page_of(pid_t pid)
{
	struct uss_process_page page;
	char path[64];
	int mem;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDONLY);
	CHECK(mem >= 0 && pread(mem, &page, sizeof(page), (off_t)(uintptr_t)uss_page_base()) == (ssize_t)sizeof(page), "%s: %s", path,
	      strerror(errno));
	close(mem);
	return page;
}

/* Forks by a raw system call, which touches no page. PTRACE_O_TRACEFORK stops the child before its first instruction. */
static void tracee(uint64_t forkid)
{
	pid_t pid;

	syscall(SYS_kill, raw_getpid(), SIGSTOP);
	check_served("tracee");
	CHECK(uss_forkid() != forkid, "tracee: it has the tracer's fork id");
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
	if (pid == 0) {
		check_served("tracee's child");
		_exit(0);
	}
	reap(pid);
	_exit(0);
}

static void wait_for_stop(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, __WALL | WUNTRACED) == pid && WIFSTOPPED(status), "process %d: status %#x", pid, status);
}

static void check_page_of(pid_t pid, uint64_t mine, const char *where)
{
	struct uss_process_page page = read_page_of(pid);

	CHECK(page.header.magic == USS_MAGIC_PROCESS && page.pid == (uint32_t)pid, "%s: the page of process %d has pid %u", where, pid,
	      page.pid);
	CHECK(page.forkid != mine, "%s: it has the tracer's fork id", where);
}

int main(void)
{
	uint64_t mine = uss_forkid();
	unsigned long child;
	pid_t pid;
	int i;

	for (i = 0; i < 100; i++) {
		pid = fork();
		if (pid == 0)
			tracee(mine);
		check_page_of(pid, mine, "after fork");
		wait_for_stop(pid);
		CHECK(!ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEFORK), "PTRACE_SEIZE: %s", strerror(errno));
		wait_for_stop(pid);
		kill(pid, SIGCONT);
		/* Skip the stop events of SIGCONT. */
		do {
			CHECK(!ptrace(PTRACE_CONT, pid, 0, 0), "PTRACE_CONT: %s", strerror(errno));
			wait_for_stop(pid);
		} while (ptrace(PTRACE_GETEVENTMSG, pid, 0, &child) || child <= (unsigned long)pid);
		wait_for_stop((pid_t)child);
		check_page_of((pid_t)child, mine, "child that has not run");
		check_page_of(pid, mine, "parent of a child that has not run");
		CHECK(!ptrace(PTRACE_DETACH, (pid_t)child, 0, 0), "PTRACE_DETACH: %s", strerror(errno));
		CHECK(!ptrace(PTRACE_DETACH, pid, 0, 0), "PTRACE_DETACH: %s", strerror(errno));
		reap(pid);
	}
	return 0;
}
