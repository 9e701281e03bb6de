/* SPDX-License-Identifier: MIT */
/* time_read FILE: reads the file ten times and prints the shortest time in microseconds and the contents. */
#include <time.h>

#include "../test.h"

int main(int argc, char **argv)
{
	struct timespec from, to;
	long best = -1, took;
	char text[4096];
	ssize_t length = 0;
	int i, fd;

	CHECK(argc == 2, "usage");
	for (i = 0; i < 10; i++) {
		clock_gettime(CLOCK_MONOTONIC, &from);
		fd = open(argv[1], O_RDONLY);
		length = read(fd, text, sizeof(text) - 1);
		CHECK(fd >= 0 && length >= 0, "%s: %s", argv[1], strerror(errno));
		close(fd);
		clock_gettime(CLOCK_MONOTONIC, &to);
		took = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
		if (best < 0 || took < best)
			best = took;
	}
	text[length] = '\0';
	printf("%ld %s\n", best, text);
	return 0;
}
