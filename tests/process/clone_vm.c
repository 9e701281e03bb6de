/* SPDX-License-Identifier: MIT */
/*
 * A CLONE_VM child without CLONE_THREAD lives for two seconds beside its parent and has a child of its own. All that time
 * both fall back to the system call. If the parent exits first, the child still never finds a pid in the page.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include "test.h"

#define STACK (256 * 1024)

static int started;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int report = -1;

static int child(void *seconds)
{
	double end = now() + *(double *)seconds;
	pid_t pid;

	__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	while (now() < end)
		check_fallback("CLONE_VM child");
	/* A forked child has memory of its own and is served. */
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
	if (pid == 0) {
		check_served("fork child of a CLONE_VM child");
		_exit(0);
	}
	reap(pid);
	check_fallback("CLONE_VM child at its end");
	if (report >= 0)
		CHECK(write(report, "k", 1) == 1, "write");
	return 0;
}

static pid_t start(double *seconds)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid;

	CHECK(stack != MAP_FAILED, "mmap");
	started = 0;
	pid = clone(child, stack + STACK, CLONE_VM | SIGCHLD, seconds);
	CHECK(pid > 0, "clone: %s", strerror(errno));
	return pid;
}

int main(void)
{
	double two = 2, half = 0.5;
	int status, ends[2];
	pid_t pid, parent;
	char byte;

	check_served("before");
	pid = start(&two);
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (kill(pid, 0) == 0)
			check_pid("beside a CLONE_VM child");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %#x", status);
	check_served("after the CLONE_VM child");

	/* The parent exits first. Nobody waits for its child, so the child reports over a pipe that its checks passed. */
	CHECK(!pipe(ends), "pipe");
	parent = fork();
	if (parent == 0) {
		close(ends[0]);
		report = ends[1];
		start(&half);
		while (!__atomic_load_n(&started, __ATOMIC_ACQUIRE))
			sched_yield();
		check_fallback("parent that exits first");
		/* Only this process exits. Its child continues in the same memory. */
		syscall(SYS_exit_group, 0);
	}
	close(ends[1]);
	reap(parent);
	CHECK(read(ends[0], &byte, 1) == 1, "the child whose parent exited first failed");
	return 0;
}
