/* SPDX-License-Identifier: MIT */
/* libbsd_title: a program that knows nothing of us; sets a title by libbsd and waits, or with --once ends. */
#include <bsd/unistd.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	setproctitle_init(argc, argv, environ);
	setproctitle("worker %d %0300d", 7, 0);
	if (argc == 1)
		pause();
	return 0;
}
