/* SPDX-License-Identifier: MIT */
/* Without the module: a thread can set the title after the main thread has called pthread_exit. */
#include <pthread.h>
#include <signal.h>

#include "test.h"

static const char title[] = "set without a main thread";

/* Whether only the main thread has exited: it is a zombie. */
static bool main_has_exited(void)
{
	char text[512] = "";
	int fd = open("/proc/self/stat", O_RDONLY);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "/proc/self/stat: %s", strerror(errno));
	close(fd);
	return strstr(text, ") Z ");
}

static void *set_title(void *nothing)
{
	char text[64] = "";
	ssize_t length;
	int fd;

	while (!main_has_exited())
		usleep(1000);
	CHECK(!uss_set_title(title, strlen(title)), "uss_set_title: %s", strerror(errno));
	/* That of the process is empty from then on. */
	fd = open("/proc/thread-self/cmdline", O_RDONLY);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	CHECK(length >= (ssize_t)strlen(title) && !strcmp(text, title), "the command line is '%s'", text);
	_exit(0);
	return nothing;
}

int main(void)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, set_title, NULL), "pthread_create");
	pthread_exit(NULL);
}
