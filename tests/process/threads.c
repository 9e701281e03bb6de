/* SPDX-License-Identifier: MIT */
/* All threads of a process are served with the same pid and fork id, also after the first thread has exited. */
#include <pthread.h>

#include "test.h"

static uint64_t forkid;

static void *thread(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 2000; i++)
		check_served("thread");
	CHECK(uss_forkid() == forkid, "a thread has another fork id");
	return NULL;
}

static void *survivor(void *unused)
{
	(void)unused;
	usleep(200000);
	check_served("thread after the first thread has exited");
	exit(0);
}

int main(void)
{
	pthread_t threads[8];
	pid_t pid;
	int i;

	forkid = uss_forkid();
	for (i = 0; i < 8; i++)
		CHECK(!pthread_create(&threads[i], NULL, thread, NULL), "pthread_create");
	for (i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	check_served("after threads");
	pid = fork();
	if (pid == 0) {
		CHECK(!pthread_create(&threads[0], NULL, survivor, NULL), "pthread_create");
		pthread_exit(NULL);
	}
	reap(pid);
	return 0;
}
