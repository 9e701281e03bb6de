/* SPDX-License-Identifier: MIT */
/*
 * libbsd_title: an ordinary program that sets its title with libbsd and sleeps, or exits if called with --once. libbsd
 * promises that the memory of argv[0] shows as much of the title as fits, and that the environment is kept.
 */
#include <bsd/unistd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	setproctitle_init(argc, argv, environ);
	if (setenv("ANOTHER", "value", 1))
		return 2;
	setproctitle("first");
	if (strcmp(argv[0], "libbsd_title: first"))
		return 3;
	setproctitle("-%s", "second");
	if (strcmp(argv[0], "second"))
		return 4;
	setproctitle(NULL);
	if (!strstr(argv[0], "libbsd_title"))
		return 5;
	setproctitle("worker %d %0300d", 7, 0);
	if (strncmp(argv[0], "libbsd_title: worker 7 000", 26))
		return 6;
	if (!getenv("PATH") || strcmp(getenv("ANOTHER"), "value"))
		return 7;
	if (argc == 1)
		pause();
	return 0;
}
