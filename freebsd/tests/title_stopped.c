/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_stopped.c - the title of a process that is stopped, also in the middle of writing one, is read without waiting
 */
#include <signal.h>

#include "test.h"

int
main(void)
{
	struct uss_title_page *area;
	pid_t child;
	int status, i;

	child = fork();
	if (child == 0) {
		CHECK(uss_set_title("before", 6) == 0, "uss_set_title: %s", strerror(errno));
		area = (struct uss_title_page *)(uintptr_t)ask_pages()->title_area;
		/* The next slots are claimed, and their writer never goes on. */
		for (i = 0; i < USS_TITLE_SLOTS; i++)
			if (USS_SLOT_STATE(area->slot[i]) == USS_SLOT_FREE)
				area->slot[i] = USS_SLOT(1, raw_getpid(), USS_SLOT_WRITING);
		raise(SIGSTOP);
		_exit(0);
	}
	CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status), "the child did not stop");
	alarm(20);
	for (i = 0; i < 100; i++)
		check_title(child, "before");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return (0);
}
