/* SPDX-License-Identifier: MIT */
/*
 * The module keeps track of 256 CLONE_VM processes in one address space. With more, it gives up: the pid in the page stays 0, also when all
 * of them have exited. A forked child is served.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "test.h"

#define MOST 256
#define STACK 16384

static int release;

static int child(void *unused)
{
	(void)unused;
	check_fallback("one of many");
	while (!__atomic_load_n(&release, __ATOMIC_ACQUIRE))
		usleep(10000);
	check_fallback("one of many at its end");
	return 0;
}

static void run_many(char *stacks, int many)
{
	static pid_t pids[MOST + 1];
	int i;

	__atomic_store_n(&release, 0, __ATOMIC_RELEASE);
	for (i = 0; i < many; i++) {
		pids[i] = clone(child, stacks + (i + 1) * STACK, CLONE_VM | SIGCHLD, NULL);
		CHECK(pids[i] > 0, "clone: %s", strerror(errno));
	}
	check_fallback("while many run");
	__atomic_store_n(&release, 1, __ATOMIC_RELEASE);
	for (i = 0; i < many; i++)
		reap(pids[i]);
}

int main(void)
{
	char *stacks = mmap(NULL, (MOST + 1) * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK(stacks != MAP_FAILED, "mmap");
	run_many(stacks, MOST);
	check_served("after as many as are kept track of");
	/* The limit is for one time, not for all. */
	run_many(stacks, MOST);
	check_served("after as many again");
	run_many(stacks, MOST + 1);
	check_fallback("after one more");
	pid = fork();
	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0) {
		check_served("a forked child");
		_exit(0);
	}
	reap(pid);
	return 0;
}
