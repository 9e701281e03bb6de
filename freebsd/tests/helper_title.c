/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * helper_title.c - for the scripts: sets its argument as title, and sleeps
 */
#include "test.h"

int
main(int argc, char **argv)
{
	CHECK(argc == 2 && uss_set_title(argv[1], strlen(argv[1])) == 0, "uss_set_title: %s", strerror(errno));
	sleep(600);
	return (0);
}
