/* SPDX-License-Identifier: MIT */
/*
 * A process asks for pages while older processes that share its memory leave it, by exit and by exec. None of them is recorded
 * after it has left: when all are gone the process is served.
 */
#include <sys/mman.h>

#include "asking.h"

#define STACK (64 * 1024)
#define AREA (8 * 1024 * 1024)
#define SHARERS 8

static int go, ready, stop;
static char *area;

/* Holds the mmap_lock, which a process that leaves needs between its hook and the moment it has left. */
static int hold_lock(void *unused)
{
	(void)unused;
	while (!get_word(&stop)) {
		mprotect(area, AREA, PROT_READ);
		mprotect(area, AREA, PROT_READ | PROT_WRITE);
	}
	return 0;
}

static void wait_for_go(void)
{
	__atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
	wait_word(&go, 1);
}

static int leave_by_exit(void *unused)
{
	(void)unused;
	wait_for_go();
	return 0;
}

static int leave_by_exec(void *unused)
{
	(void)unused;
	wait_for_go();
	execl("/proc/self/exe", "quit", "quit", NULL);
	return 1;
}

static pid_t share(int (*function)(void *))
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid = clone(function, stack + STACK, CLONE_VM | SIGCHLD, NULL);

	CHECK(pid > 0, "clone: %s", strerror(errno));
	return pid;
}

static long pause_us;

static void ask_beside_leaving(void)
{
	const volatile struct uss_process_page *page;
	pid_t pids[SHARERS], holder;
	int i;

	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	holder = share(hold_lock);
	for (i = 0; i < SHARERS; i++)
		pids[i] = share(i % 2 ? leave_by_exec : leave_by_exit);
	wait_word(&ready, SHARERS);
	set_word(&go, 1);
	sleep_us(pause_us);
	page = ask();
	check_page_zero(page, "while the memory is shared");
	for (i = 0; i < SHARERS; i++)
		reap(pids[i]);
	set_word(&stop, 1);
	reap(holder);
	check_page_serves(page, "when all sharers have left");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 2)
		return 0;
	for (pause_us = 0; pause_us < 12000; pause_us += 200)
		in_fresh_process(ask_beside_leaving);
	return 0;
}
