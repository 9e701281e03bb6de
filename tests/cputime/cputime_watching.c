/* SPDX-License-Identifier: MIT */
/* Switches are watched from when the first process reads its CPU time until some seconds after the last such process has gone. */
#include "cputime.h"

static bool is_watched(void)
{
	char text[4096];
	int fd = open("/sys/kernel/usrsysshm/watching", O_RDONLY);
	ssize_t length;

	CHECK(fd >= 0, "watching: %s", strerror(errno));
	length = read(fd, text, sizeof(text));
	close(fd);
	CHECK(length == 2, "watching: %zd bytes", length);
	return text[0] == '1';
}

int main(void)
{
	int tries;
	pid_t pid;

	skip_without_cputime();
	/* An earlier test may have read its CPU time. */
	for (tries = 0; tries < 30 && is_watched(); tries++)
		sleep(1);
	CHECK(!is_watched(), "switches are watched before a process reads its CPU time");
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
