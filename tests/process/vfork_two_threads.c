/* SPDX-License-Identifier: MIT */
/*
 * Two threads each have a vfork child pending, and the children exit in either order. While one remains, every process in the
 * address space falls back to the system call. When both have exited, the page serves again.
 */
#include <pthread.h>
#include <sched.h>

#include "test.h"

static int pending, release[2];
static uint64_t forkid;

static void wait_for(const int *word, int value)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < value)
		sched_yield();
}

static void *vforker(void *argument)
{
	int me = (int)(intptr_t)argument;
	pid_t pid = vfork();

	CHECK(pid >= 0, "vfork: %s", strerror(errno));
	if (pid == 0) {
		check_fallback("vfork child");
		__atomic_add_fetch(&pending, 1, __ATOMIC_RELEASE);
		wait_for(&release[me], 1);
		check_fallback("vfork child before its end");
		_exit(0);
	}
	reap(pid);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	int round, i;

	forkid = uss_forkid();
	for (round = 0; round < 200; round++) {
		pending = release[0] = release[1] = 0;
		check_served("before");
		for (i = 0; i < 2; i++)
			CHECK(!pthread_create(&threads[i], NULL, vforker, (void *)(intptr_t)i), "pthread_create");
		wait_for(&pending, 2);
		check_fallback("both pending");
		__atomic_store_n(&release[round % 2], 1, __ATOMIC_RELEASE);
		pthread_join(threads[round % 2], NULL);
		check_fallback("one still pending");
		CHECK(uss_forkid() == forkid, "the fork id changed while a child shares the memory");
		__atomic_store_n(&release[!(round % 2)], 1, __ATOMIC_RELEASE);
		pthread_join(threads[!(round % 2)], NULL);
		check_served("after both");
		CHECK(uss_forkid() == forkid, "the fork id changed afterwards");
	}
	return 0;
}
