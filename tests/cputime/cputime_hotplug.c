/* SPDX-License-Identifier: MIT */
/* A thread's CPU time from the page stays right while a processor goes offline and comes back, ten times. */
#include <pthread.h>

#include "cputime.h"

static int stop;

static void *reading_thread(void *unused)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		check_cputime("while a processor comes and goes");
	return unused;
}

static void set_online(const char *online)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY);

	CHECK(fd >= 0, "no second processor to take offline: %s", strerror(errno));
	CHECK(write(fd, online, 1) == 1, "online %s: %s", online, strerror(errno));
	close(fd);
}

int main(void)
{
	pthread_t ids[3];
	int i;

	need_cputime();
	for (i = 0; i < 3; i++)
		CHECK(!pthread_create(&ids[i], NULL, reading_thread, NULL), "pthread_create");
	for (i = 0; i < 10; i++) {
		set_online("0");
		usleep(50000);
		set_online("1");
		usleep(50000);
	}
	stop = 1;
	for (i = 0; i < 3; i++)
		pthread_join(ids[i], NULL);
	return 0;
}
