/* SPDX-License-Identifier: MIT */
/* A signal handler that runs before the forked child's first own instruction already gets the child's pid. */
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
	for (i = 0; i < 2000; i++) {
		pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
		CHECK(pid >= 0, "clone: %s", strerror(errno));
		if (pid == 0) {
			/* Spins on memory only, until the handler has been. */
			while (!handled)
				;
			check_served("after the handler");
			_exit(0);
		}
		kill(pid, SIGUSR1);
		reap(pid);
	}
	/* And in a vfork child, where the handler must ask; the parent's handler, right after it, is served. */
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
