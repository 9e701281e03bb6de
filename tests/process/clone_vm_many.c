/* SPDX-License-Identifier: MIT */
/*
 * A hundred CLONE_VM processes share one address space and exit in mixed order: the pid in the page is 0 until the last has
 * exited.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "test.h"

#define MANY 100
#define STACK 65536

static int release[MANY];

static int child(void *argument)
{
	int *word = argument;

	check_fallback("one of many");
	while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
		usleep(1000);
	check_fallback("one of many at its end");
	return 0;
}

int main(void)
{
	char *stacks = mmap(NULL, MANY * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pids[MANY];
	int i, at;

	CHECK(stacks != MAP_FAILED, "mmap");
	for (i = 0; i < MANY; i++) {
		pids[i] = clone(child, stacks + (i + 1) * STACK, CLONE_VM | SIGCHLD, &release[i]);
		CHECK(pids[i] > 0, "clone: %s", strerror(errno));
	}
	/* 37 and 100 have no common divisor: each process is released once, in mixed order. */
	for (i = 0; i < MANY; i++) {
		check_fallback("while some of many remain");
		at = (i * 37 + 11) % MANY;
		__atomic_store_n(&release[at], 1, __ATOMIC_RELEASE);
		reap(pids[at]);
	}
	check_served("after the last of many");
	return 0;
}
