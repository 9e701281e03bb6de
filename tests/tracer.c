/* SPDX-License-Identifier: MIT */
/*
 * A tracer reads the page of a child that has not touched it, nor run at all: it finds the child's pid and not its own,
 * and the child then finds the same.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "test.h"

static struct uss_process_page read_page_of(pid_t pid)
{
	struct uss_process_page page;
	struct iovec local = { &page, sizeof(page) }, remote = { (void *)uss_page_base(), sizeof(page) };

	CHECK(process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)sizeof(page), "process_vm_readv: %s", strerror(errno));
	return page;
}

static void tracee(uint64_t *forkid)
{
	/* Nothing before this touches the page: pid and fork id come straight from the kernel. */
	raise(SIGSTOP);
	check_served("tracee");
	CHECK(my_page()->forkid != *forkid, "tracee: fork id of its tracer");
	_exit(0);
}

int main(void)
{
	uint64_t mine = uss_forkid();
	struct uss_process_page page;
	int i, status;
	pid_t pid;

	for (i = 0; i < 200; i++) {
		pid = fork();
		if (pid == 0)
			tracee(&mine);
		/* At once, whether it has run or not. */
		page = read_page_of(pid);
		CHECK(page.pid == (uint32_t)pid, "page of child %d, just forked, says %u", pid, page.pid);
		CHECK(!ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEFORK), "PTRACE_SEIZE: %s", strerror(errno));
		CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "status %#x", status);
		page = read_page_of(pid);
		CHECK(page.pid == (uint32_t)pid && page.forkid != mine, "page of stopped child %d says %u", pid, page.pid);
		CHECK(!ptrace(PTRACE_DETACH, pid, 0, SIGCONT), "PTRACE_DETACH: %s", strerror(errno));
		kill(pid, SIGCONT);
		reap(pid);
	}
	return 0;
}
