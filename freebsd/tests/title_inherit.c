/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_inherit.c - a forked child has its parent's title until it sets its own; exec ends it; the parent's stays
 */
#include "test.h"

int
main(int argc, char **argv)
{
	char text[64];
	pid_t child;

	if (argc == 2) {
		CHECK(read_args(raw_getpid(), text, sizeof(text)) > 0 && strcmp(text, argv[0]) == 0, "after exec: \"%.60s\"", text);
		return (0);
	}
	CHECK(uss_set_title("the parent", 10) == 0, "uss_set_title: %s", strerror(errno));
	child = fork();
	if (child == 0) {
		check_title(raw_getpid(), "the parent");
		pid_t grandchild = fork();

		if (grandchild == 0) {
			check_title(raw_getpid(), "the parent");
			CHECK(uss_getproctitle(text, sizeof(text)) == 10 && strcmp(text, "the parent") == 0, "\"%s\"", text);
			CHECK(uss_set_title("grandchild", 10) == 0, "uss_set_title: %s", strerror(errno));
			check_title(raw_getpid(), "grandchild");
			check_title(getppid(), "the parent");
			_exit(0);
		}
		reap(grandchild);
		check_title(raw_getpid(), "the parent");
		CHECK(uss_set_title(NULL, 0) == 0, "uss_set_title: %s", strerror(errno));
		CHECK(read_args(raw_getpid(), text, sizeof(text)) > 0 && strcmp(text, argv[0]) == 0, "removed: \"%.60s\"", text);
		_exit(0);
	}
	reap(child);
	check_title(raw_getpid(), "the parent");
	child = fork();
	if (child == 0) {
		execl(argv[0], argv[0], "x", (char *)NULL);
		_exit(127);
	}
	reap(child);
	return (0);
}
