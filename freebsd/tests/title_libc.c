/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_libc.c - of a title of the library and one of setproctitle(3), the one set last is shown
 */
#include "test.h"

int
main(void)
{
	char text[64];
	pid_t child;

	CHECK(uss_set_title("library", 7) == 0, "uss_set_title: %s", strerror(errno));
	check_title(raw_getpid(), "library");
	setproctitle("-%s", "libc");
	check_title(raw_getpid(), "libc");
	CHECK(uss_set_title("library again", 13) == 0, "uss_set_title: %s", strerror(errno));
	check_title(raw_getpid(), "library again");
	child = fork();
	if (child == 0) {
		check_title(raw_getpid(), "library again");
		setproctitle("-%s", "libc in a child");
		check_title(raw_getpid(), "libc in a child");
		check_title(getppid(), "library again");
		_exit(0);
	}
	reap(child);
	setproctitle(NULL);
	CHECK(read_args(raw_getpid(), text, sizeof(text)) > 0 && strstr(text, "library") == NULL, "\"%.60s\"", text);
	return (0);
}
