/* SPDX-License-Identifier: MIT */
/*
 * hold_title TITLE: sets the title and sleeps. hold_title --marked TITLE: sets it once, then twice between two marks for
 * strace, and exits.
 */
#include "../test.h"

int main(int argc, char **argv)
{
	CHECK(argc >= 2, "usage");
	if (!strcmp(argv[1], "--marked")) {
		uss_setproctitle("-first");
		CHECK(write(-1, "begin", 5) < 0, "write");
		uss_set_title(argv[2], strlen(argv[2]));
		uss_setproctitle("-%s", argv[2]);
		CHECK(write(-1, "end", 3) < 0, "write");
		return 0;
	}
	CHECK(!uss_set_title(argv[1], strlen(argv[1])), "uss_set_title: %s", strerror(errno));
	pause();
	return 0;
}
