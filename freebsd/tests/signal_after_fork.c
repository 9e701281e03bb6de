/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * signal_after_fork.c - a signal handler that runs at a forked child's first instruction finds the child's pid
 */
#include <signal.h>

#include "test.h"

static const volatile struct uss_process_page *page;

static void
handler(int number)
{
	(void)number;
	CHECK((pid_t)page->pid == raw_getpid(), "the page has %u, the system call %d", page->pid, raw_getpid());
}

int
main(void)
{
	int i;

	page = ask_pages();
	CHECK(page != NULL, "no pages");
	signal(SIGUSR1, handler);
	for (i = 0; i < 200; i++) {
		pid_t child;

		child = fork();
		if (child == 0) {
			raise(SIGUSR1);
			_exit(0);
		}
		kill(child, SIGUSR1);
		raise(SIGUSR1);
		reap(child);
	}
	return (0);
}
