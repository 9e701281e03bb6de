/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * vfork_exec.c - the parent's pid is back once a vfork child has executed another program, while that runs
 */
#include <signal.h>

#include "test.h"

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	pid_t child;
	uint32_t seen;
	int status;

	CHECK(page != NULL, "no pages");
	child = vfork();
	if (child == 0) {
		execl("/bin/sleep", "sleep", "30", (char *)NULL);
		_exit(127);
	}
	seen = page->pid;
	kill(child, SIGKILL);
	CHECK((pid_t)seen == raw_getpid(), "the page has %u", seen);
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "sleep did not run");
	return (0);
}
