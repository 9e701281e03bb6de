/* SPDX-License-Identifier: MIT */
/*
 * ask_for_ever FILE: forks, vforks and asks who it is until FILE is there, whatever happens to the module meanwhile. Exits with
 * 0 when it never got a wrong answer.
 */
#include "../test.h"

static void check_child(uint64_t parents, const char *where)
{
	check_pid(where);
	CHECK(uss_forkid() != parents, "%s: fork id of its parent", where);
}

int main(int argc, char **argv)
{
	uint64_t before;
	pid_t pid;
	int i;

	CHECK(argc == 2, "usage: %s FILE", argv[0]);
	while (access(argv[1], F_OK) < 0) {
		for (i = 0; i < 1000; i++)
			check_pid("program");
		before = uss_forkid();
		pid = fork();
		if (pid == 0) {
			check_child(before, "fork child");
			_exit(0);
		}
		reap(pid);
		before = uss_forkid();
		pid = vfork();
		if (pid == 0) {
			check_child(before, "vfork child");
			_exit(0);
		}
		reap(pid);
		/* Its own to write, pages or no pages. */
		if (uss_page_base())
			*((volatile char *)(uintptr_t)uss_page_base() + 3 * sysconf(_SC_PAGESIZE)) = 1;
	}
	return 0;
}
