/* SPDX-License-Identifier: MIT */
/* vfork_getpid N: N vfork children call getpid, each before its parent does. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int call_twice(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(getpid() <= 0);
	return waitpid(pid, NULL, 0) == pid && getpid() > 0;
}

int main(int argc, char **argv)
{
	int number = argc > 1 ? atoi(argv[1]) : 1;

	while (number--)
		if (!call_twice())
			return 1;
	return 0;
}
