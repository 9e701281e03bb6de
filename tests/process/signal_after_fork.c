/* SPDX-License-Identifier: MIT */
/* A signal handler that runs before the first own instruction of a forked child already reads the child's pid. */
#include <signal.h>

#include "test.h"

static volatile sig_atomic_t handled, shares_memory;

static void handler(int signal)
{
	(void)signal;
	if (shares_memory)
		check_fallback("signal handler in a vfork child");
	else
		check_served("signal handler");
	handled = 1;
}

int main(void)
{
	pid_t pid;
	int i;

	signal(SIGUSR1, handler);
	check_served("parent");
	for (i = 0; i < 500; i++) {
		pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
		CHECK(pid >= 0, "clone: %s", strerror(errno));
		if (pid == 0) {
			/* Wait without a system call until the handler has run. */
			while (!handled)
				;
			check_served("after the handler");
			_exit(0);
		}
		kill(pid, SIGUSR1);
		reap(pid);
	}
	/* In a vfork child the handler falls back. The parent's handler right after vfork is served. */
	for (i = 0; i < 200; i++) {
		handled = 0;
		shares_memory = 1;
		pid = vfork();
		if (pid == 0) {
			syscall(SYS_kill, raw_getpid(), SIGUSR1);
			_exit(!handled);
		}
		shares_memory = 0;
		raise(SIGUSR1);
		reap(pid);
	}
	return 0;
}
