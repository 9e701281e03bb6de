/* SPDX-License-Identifier: MIT */
/*
 * change_clock [FILE]: two threads compare their CPU time in the page with the system call; meanwhile the main thread writes to FILE, which
 * makes the scheduler's clock a little faster or slower. After each change the threads are served again.
 */
#include <pthread.h>

#include "../cputime.h"

static int stop;

static void *reading_thread(void *unused)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		check_cputime("while the clock changes");
	return unused;
}

static void change(const char *file, long khz)
{
	char text[32];
	int fd = open(file, O_WRONLY), length = sprintf(text, "%ld", khz);

	CHECK(fd >= 0 && write(fd, text, (size_t)length) == length, "%s: %s", file, strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	static const long khz[] = { 20000, -20000, 10000, -10000 };
	pthread_t ids[2];
	size_t i;

	need_cputime();
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&ids[i], NULL, reading_thread, NULL), "pthread_create");
	for (i = 0; i < sizeof(khz) / sizeof(*khz) && argc == 2; i++) {
		change(argv[1], khz[i]);
		usleep(1200000);
		need_cputime();
		usleep(300000);
	}
	stop = 1;
	for (i = 0; i < 2; i++)
		CHECK(!pthread_join(ids[i], NULL), "pthread_join");
	return 0;
}
