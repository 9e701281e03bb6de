/* SPDX-License-Identifier: MIT */
/*
 * A vfork child falls back to the system call until it execs or exits. Its parent is served again as soon as vfork returns.
 * The fork id and the start time are always each process's own.
 */
#include "test.h"

static uint64_t parent_forkid;

static void check_child(void)
{
	check_fallback("vfork child");
	/* What is the same for all processes may still come from the machine page. */
	CHECK((uss_served() & ~(USS_SERVED_LOADAVG | USS_SERVED_NPROCS)) == 0, "vfork child: served %#x", uss_served());
	CHECK(uss_forkid() != parent_forkid, "vfork child: it has its parent's fork id");
	CHECK(uss_forkid() == uss_forkid(), "vfork child: the fork id changed");
}

int main(int argc, char **argv)
{
	uint64_t start;
	pid_t pid;
	int i;

	main_after_exec(argc, argv);
	parent_forkid = uss_forkid();
	start = uss_start_time();
	for (i = 0; i < 300; i++) {
		pid = vfork();
		CHECK(pid >= 0, "vfork: %s", strerror(errno));
		if (pid == 0) {
			check_child();
			CHECK(uss_start_time() > start, "vfork child: start time %llu, its parent's %llu",
			      (unsigned long long)uss_start_time(), (unsigned long long)start);
			if (i % 3 == 0)
				execl("/proc/self/exe", argv[0], "checked", "after vfork and exec", NULL);
			_exit(0);
		}
		check_served("parent after vfork");
		reap(pid);
		CHECK(uss_forkid() == parent_forkid, "parent: the fork id changed after vfork");
		CHECK(uss_start_time() == start, "parent: the start time changed after vfork");
	}
	return 0;
}
