/* SPDX-License-Identifier: MIT */
/* No function of the library is a cancellation point, because the calls that they replace are none. */
#include <pthread.h>
#include <sys/utsname.h>

#include "../test.h"

static int ended;

static void *call_all(void *unused)
{
	char name[65], title[100];
	struct utsname names;
	struct timespec time;
	double loads[3];

	pthread_cancel(pthread_self());
	uss_getpid();
	uss_forkid();
	uss_start_time();
	uss_gethostname(name, sizeof(name));
	uss_getdomainname(name, sizeof(name));
	uss_uname(&names);
	uss_getloadavg(loads, 3);
	uss_nprocs_onln();
	uss_thread_cputime(&time);
	uss_set_title("a title", 7);
	uss_setproctitle("a %s", "title");
	uss_getproctitle(title, sizeof(title));
	uss_page_base();
	ended = 1;
	return unused;
}

int main(void)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, call_all, NULL), "pthread_create");
	CHECK(!pthread_join(thread, NULL), "pthread_join");
	CHECK(ended, "a function ended the thread");
	return 0;
}
