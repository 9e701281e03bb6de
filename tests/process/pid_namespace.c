/* SPDX-License-Identifier: MIT */
/* A process in a new pid namespace reads its pid in that namespace (1 for the first process), not its pid outside. */
#include <sched.h>
#include <signal.h>

#include "test.h"

static uint64_t outer_forkid;

static int pid_1_below_pid_1(void *unused)
{
	(void)unused;
	CHECK(raw_getpid() == 1, "pid %d", raw_getpid());
	check_fallback("pid 1 below pid 1");
	CHECK(uss_forkid() != outer_forkid, "pid 1 below pid 1: it has its parent's fork id");
	usleep(100000);
	check_fallback("pid 1 below pid 1, later");
	return 0;
}

static void inside(void)
{
	pid_t pid;

	check_served("first process of a pid namespace");
	CHECK(uss_getpid() == 1, "first process of a pid namespace: pid %d", uss_getpid());
	pid = fork();
	if (pid == 0) {
		check_served("second process of a pid namespace");
		CHECK(uss_getpid() == 2, "second process: pid %d", uss_getpid());
		_exit(0);
	}
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		check_fallback("vfork child in a pid namespace");
		_exit(0);
	}
	reap(pid);
	check_served("first process again");
}

int main(int argc, char **argv)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid;

	main_after_exec(argc, argv);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, NULL, NULL, NULL, 0);
	CHECK(pid >= 0, "clone: %s", strerror(errno));
	if (pid == 0) {
		inside();
		_exit(0);
	}
	reap(pid);

	/* unshare(CLONE_NEWPID) affects the children only. */
	pid = fork();
	if (pid == 0) {
		CHECK(!unshare(CLONE_NEWPID), "unshare: %s", strerror(errno));
		check_served("after unshare");
		pid = fork();
		if (pid == 0) {
			inside();
			execl("/proc/self/exe", argv[0], "checked", "exec in a pid namespace", NULL);
			_exit(1);
		}
		reap(pid);
		check_served("parent in the outer namespace");
		_exit(0);
	}
	reap(pid);

	/* A sharer whose pid is the same number as its parent's: both are 1, each in its own namespace. */
	pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, NULL, NULL, NULL, 0);
	if (pid == 0) {
		outer_forkid = uss_forkid();
		pid = clone(pid_1_below_pid_1, stack + sizeof(stack), CLONE_VM | CLONE_NEWPID | SIGCHLD, NULL);
		CHECK(pid == 2, "clone: pid %d", pid);
		check_fallback("pid 1 beside pid 1");
		CHECK(uss_forkid() == outer_forkid, "pid 1 beside pid 1: its fork id changed");
		reap(pid);
		check_served("pid 1 alone again");
		_exit(0);
	}
	reap(pid);
	return 0;
}
