/* SPDX-License-Identifier: MIT */
/* After clone(2) and clone3(2) by raw system call, which libc does not see, the child's first load of its pid is right. */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>

#include "test.h"

int main(void)
{
	struct clone_args arguments = { .exit_signal = SIGCHLD };
	pid_t parent = raw_getpid();
	long pid;
	int i;

	check_served("parent");
	for (i = 0; i < 500; i++) {
		if (i % 2)
			pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
		else
			pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
		CHECK(pid >= 0, "clone: %s", strerror(errno));
		if (pid == 0) {
			pid_t first = uss_getpid();

			CHECK(first != parent, "the child read its parent's pid %d", parent);
			check_served("raw clone child");
			_exit(0);
		}
		check_served("parent after raw clone");
		reap((pid_t)pid);
	}
	return 0;
}
