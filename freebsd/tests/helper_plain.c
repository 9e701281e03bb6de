/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * helper_plain.c - for the scripts: an ordinary program that knows nothing of the pages; prints its host name and whether its pid is exact
 * in a vfork child, then sets its argument as title, and sleeps
 */
#include <sys/types.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	char name[256];
	pid_t child;
	int status = 0;

	child = vfork();
	if (child == 0)
		_exit(getpid() == (pid_t)syscall(SYS_getpid) ? 0 : 1);
	waitpid(child, &status, 0);
	printf("%s %s\n", gethostname(name, sizeof(name)) == 0 ? name : "-",
	    status == 0 && getpid() == (pid_t)syscall(SYS_getpid) ? "exact" : "wrong");
	fflush(stdout);
	if (argc == 2) {
		setproctitle("-%s", argv[1]);
		sleep(600);
	}
	return (0);
}
