/* SPDX-License-Identifier: MIT */
/* A daemon made by double fork and setsid is served with its own pid, fork id and start time. */
#include "test.h"

int main(void)
{
	uint64_t forkid = uss_forkid(), start = uss_start_time();
	int ends[2], i;
	char byte;
	pid_t pid;

	for (i = 0; i < 100; i++) {
		CHECK(!pipe(ends), "pipe");
		pid = fork();
		if (pid == 0) {
			setsid();
			if (fork())
				_exit(0);
			check_served("daemon");
			CHECK(uss_forkid() != forkid, "daemon: it has its grandparent's fork id");
			CHECK(uss_start_time() >= start, "daemon: started before its grandparent");
			CHECK(write(ends[1], "d", 1) == 1, "write");
			_exit(0);
		}
		close(ends[1]);
		reap(pid);
		CHECK(read(ends[0], &byte, 1) == 1, "the daemon failed");
		close(ends[0]);
	}
	return 0;
}
