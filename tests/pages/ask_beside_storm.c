/* SPDX-License-Identifier: MIT */
/*
 * A process asks for pages while its other threads vfork, spawn and clone without pause. No process ever finds the pid of
 * another one in the page, and the asking process is served once those threads have stopped.
 */
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>

#include "asking.h"

#define STACK (64 * 1024)
#define AREA (8 * 1024 * 1024)
#define MANY 25

static const volatile struct uss_process_page *page;
static int stop;

static void check_child(void)
{
	check_page_pid(__atomic_load_n(&page, __ATOMIC_ACQUIRE), "child that shares its parent's memory");
}

static void once_vfork_exec(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		check_child();
		execl("/proc/self/exe", "quit", "quit", NULL);
		_exit(1);
	}
	CHECK(pid > 0, "vfork");
	reap(pid);
}

static void once_vfork_exec_fails(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		check_child();
		execl("/proc/self/status", "quit", NULL);
		check_child();
		execl("/nowhere", "quit", NULL);
		check_child();
		_exit(0);
	}
	CHECK(pid > 0, "vfork");
	reap(pid);
}

static void once_spawn(void)
{
	static char *const arguments[] = { "quit", "quit", NULL };
	pid_t pid;

	CHECK(!posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, NULL), "posix_spawn");
	reap(pid);
}

static int clone_child(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 20; i++) {
		check_child();
		if (i % 5 == 0)
			sched_yield();
	}
	return 0;
}

static void once_clone(void)
{
	static __thread char *stack;
	pid_t pid;

	if (!stack)
		stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid = clone(clone_child, stack + STACK, CLONE_VM | SIGCHLD, NULL);
	CHECK(pid > 0, "clone");
	reap(pid);
}

/* Holds the mmap_lock, which a task in exec or exit needs between its hook and the moment it leaves the address space. */
static void once_protect(void)
{
	static __thread char *area;

	if (!area)
		area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	mprotect(area, AREA, PROT_READ);
	mprotect(area, AREA, PROT_READ | PROT_WRITE);
}

static void *storm(void *action)
{
	while (!get_word(&stop)) {
		((void (*)(void))(uintptr_t)action)();
		check_page_pid(__atomic_load_n(&page, __ATOMIC_ACQUIRE), "busy thread");
	}
	return NULL;
}

static void ask_in_storm(int threads, long pause)
{
	static void (*const actions[])(void) = { once_vfork_exec, once_vfork_exec_fails, once_spawn, once_clone, once_protect };
	pthread_t ids[MANY];
	int i;

	for (i = 0; i < threads; i++)
		CHECK(!pthread_create(&ids[i], NULL, storm, (void *)(uintptr_t)actions[i % 5]), "thread");
	sleep_us(pause);
	__atomic_store_n(&page, ask(), __ATOMIC_RELEASE);
	CHECK(page, "no pages");
	for (i = 0; i < 20; i++) {
		check_page_pid(page, "asking process");
		sleep_us(500);
	}
	set_word(&stop, 1);
	for (i = 0; i < threads; i++)
		CHECK(!pthread_join(ids[i], NULL), "join");
	check_page_serves(page, "after the busy threads have stopped");
}

static int round_number;

static void ask_in_small_storm(void)
{
	ask_in_storm(5, 1000 + round_number * 777);
}

/* Enough threads that one of them is always in the middle of exec. */
static void ask_in_large_storm(void)
{
	ask_in_storm(MANY, 20000);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 2)
		return 0;
	for (round_number = 12; round_number; round_number--) {
		in_fresh_process(ask_in_small_storm);
		if (round_number % 4 == 0)
			in_fresh_process(ask_in_large_storm);
	}
	return 0;
}
