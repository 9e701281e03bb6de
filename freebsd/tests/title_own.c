/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_own.c - kern.proc.args of the pid -1 is that of the caller, title included, where the kernel knows that pid (from FreeBSD 14)
 */
#include "test.h"

int
main(void)
{
	char text[4096];

	SKIP(read_args(-1, text, sizeof(text)) < 0, "the kernel does not know the pid -1: %s", strerror(errno));
	CHECK(uss_set_title("own title", 9) == 0, "uss_set_title: %s", strerror(errno));
	check_title(-1, "own title");
	check_title(raw_getpid(), "own title");
	return (0);
}
