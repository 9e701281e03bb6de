/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * capability_mode.c - a process in capability mode (cap_enter) can ask for its pages and set titles
 */
#include <sys/capsicum.h>

#include "test.h"

int
main(void)
{
	pid_t child = fork();

	if (child == 0) {
		const volatile struct uss_process_page *page;

		SKIP(cap_enter() != 0, "no capability mode: %s", strerror(errno));
		page = ask_pages();
		CHECK(page != NULL && (pid_t)page->pid == raw_getpid(), "no pages");
		CHECK(uss_set_title("in capability mode", 18) == 0, "uss_set_title: %s", strerror(errno));
		CHECK(page->title_area != 0, "no title area");
		_exit(0);
	}
	reap(child);
	return (0);
}
