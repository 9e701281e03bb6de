/* SPDX-License-Identifier: MIT */
/* Switches are watched from when the first process reads its CPU time until some seconds after the last such process has gone. */
#include "cputime.h"

int main(void)
{
	int tries;
	pid_t pid;

	skip_without_cputime();
	wait_until_not_watched();
	pid = fork();
	if (!pid) {
		need_cputime();
		CHECK(is_watched(), "switches are not watched");
		_exit(0);
	}
	reap(pid);
	CHECK(is_watched(), "switches are not watched right after");
	for (tries = 0; tries < 60 && is_watched(); tries++)
		sleep(1);
	CHECK(!is_watched(), "switches are watched %d s after", tries);
	return 0;
}
