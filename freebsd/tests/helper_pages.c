/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * helper_pages.c - for the scripts: asks for its pages, whatever its arguments, and sleeps; with "large PID" reads the arguments of that
 * process instead, in a request so large that the kernel makes others wait
 */
#include "test.h"

int
main(int argc, char **argv)
{
	static char text[1 << 20];

	if (argc == 3 && strcmp(argv[1], "large") == 0)
		return (read_args((pid_t)atoi(argv[2]), text, sizeof(text)) >= 0 ? 0 : 1);
	CHECK(ask_pages() != NULL, "no pages");
	sleep(600);
	return (0);
}
