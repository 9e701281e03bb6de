/* SPDX-License-Identifier: MIT */
/*
 * Without the module every answer is that of the system call. Fork ids still differ between a process and its children by
 * fork, vfork, raw clone and CLONE_VM, and do not change within a process.
 */
#include <sched.h>
#include <signal.h>

#include "../test.h"

static uint64_t parent_forkid;

static void check_child(const char *where)
{
	check_pid(where);
	CHECK(uss_forkid() != parent_forkid, "%s: it has its parent's fork id", where);
	CHECK(uss_forkid() == uss_forkid(), "%s: the fork id changed", where);
	CHECK(uss_forkid() >> 63, "%s: fork id %llu is in the range of the module", where, (unsigned long long)uss_forkid());
}

static int sharer(void *unused)
{
	(void)unused;
	check_child("CLONE_VM child");
	return 0;
}

/* In a child: the vfork child reads its fork id before its parent does. */
static void child_first(void)
{
	uint64_t mine;
	pid_t pid = vfork();

	if (pid == 0) {
		parent_forkid = uss_forkid();
		_exit(0);
	}
	reap(pid);
	mine = uss_forkid();
	CHECK(mine != parent_forkid, "the vfork child read its fork id first and had its parent's");
}

int main(void)
{
	static char stack[65536];
	pid_t pid;
	int i;

	CHECK(access("/sys/kernel/usrsysshm", F_OK) < 0, "the module is loaded");
	CHECK(!uss_page_base() && !uss_served(), "pages without the module");
	check_pid("program");
	CHECK(uss_start_time() > 0, "no start time");
	pid = fork();
	if (pid == 0) {
		child_first();
		_exit(0);
	}
	reap(pid);
	parent_forkid = uss_forkid();
	for (i = 0; i < 200; i++) {
		pid = fork();
		if (pid == 0) {
			check_child("fork child");
			_exit(0);
		}
		reap(pid);
		pid = vfork();
		if (pid == 0) {
			check_child("vfork child");
			_exit(0);
		}
		reap(pid);
		pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
		if (pid == 0) {
			check_child("raw clone child");
			_exit(0);
		}
		reap(pid);
		CHECK(uss_forkid() == parent_forkid, "the parent's fork id changed");
	}
	pid = clone(sharer, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	reap(pid);
	return 0;
}
