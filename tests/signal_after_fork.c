/* SPDX-License-Identifier: MIT */
/* A signal handler that runs before the forked child's first own instruction already gets the child's pid. */
#include <signal.h>

#include "test.h"

static volatile sig_atomic_t handled;

static void handler(int signal)
{
	(void)signal;
	check_served("signal handler");
	handled = 1;
}

int main(void)
{
	sigset_t usr1, before;
	pid_t pid;
	int i;

	signal(SIGUSR1, handler);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
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
	/* And in a vfork child, where the handler must ask. */
	sigprocmask(SIG_BLOCK, &usr1, &before);
	pid = vfork();
	if (pid == 0) {
		signal(SIGUSR1, SIG_IGN);
		check_asks("vfork child with signals");
		_exit(0);
	}
	reap(pid);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return 0;
}
