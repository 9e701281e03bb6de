/* SPDX-License-Identifier: MIT */
/*
 * Twice as many process trees as processors, for some seconds: forks, vforks, spawns, CLONE_VM children, threads and execs at
 * random, killed at random. No answer is wrong, and the live counts return to their values at the start.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <time.h>

#include "test.h"

#define SECONDS 8

extern char **environ;
static char *self;
static time_t end;

static void *thread(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 200; i++)
		check_pid("thread under load");
	return NULL;
}

static int sharer(void *microseconds)
{
	int i;

	for (i = 0; i < 50; i++)
		check_pid("CLONE_VM child under load");
	usleep((unsigned int)(intptr_t)microseconds);
	check_pid("CLONE_VM child under load, later");
	return 0;
}

static void reap_killed(pid_t pid, bool killed)
{
	int status;

	CHECK(waitpid(pid, &status, __WALL) == pid, "waitpid");
	CHECK(status == 0 || (killed && status == SIGKILL), "status %#x", status);
}

static void one_step(unsigned int *seed)
{
	static char stack[65536] __attribute__((aligned(16)));
	char *arguments[] = { self, "checked", "program under load", NULL };
	pthread_t other;
	volatile bool killed = false;
	pid_t pid = 0;

	switch (rand_r(seed) % 6) {
	case 0:
		pid = fork();
		if (pid == 0) {
			check_served("fork child under load");
			if (rand_r(seed) % 2)
				execv("/proc/self/exe", arguments);
			_exit(0);
		}
		break;
	case 1:
		pid = vfork();
		if (pid == 0) {
			check_fallback("vfork child under load");
			if (*seed % 2)
				execv("/proc/self/exe", arguments);
			_exit(0);
		}
		break;
	case 2:
		CHECK(!posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ), "posix_spawn");
		break;
	case 3:
		pid = clone(sharer, stack + sizeof(stack), CLONE_VM | SIGCHLD, (void *)(intptr_t)(rand_r(seed) % 3000));
		check_pid("beside a CLONE_VM child under load");
		killed = rand_r(seed) % 3 == 0;
		break;
	case 4:
		CHECK(!pthread_create(&other, NULL, thread, NULL), "pthread_create");
		check_served("beside a thread under load");
		pthread_join(other, NULL);
		return;
	case 5:
		pid = fork();
		if (pid == 0) {
			for (;;)
				check_served("process to be killed");
		}
		usleep((unsigned int)(rand_r(seed) % 2000));
		killed = true;
		break;
	}
	CHECK(pid > 0, "fork, vfork or clone: %s", strerror(errno));
	if (killed)
		kill(pid, SIGKILL);
	reap_killed(pid, killed);
	check_served("parent under load");
}

int main(int argc, char **argv)
{
	long processes, pages, workers = 2 * sysconf(_SC_NPROCESSORS_ONLN), i;
	unsigned int seed;

	main_after_exec(argc, argv);
	self = argv[0];
	check_served("before");
	processes = read_number(PROCESSES);
	pages = read_number(PAGES);
	end = time(NULL) + SECONDS;
	for (i = 0; i < workers; i++)
		if (fork() == 0) {
			for (seed = (unsigned int)i + 1; time(NULL) < end;)
				one_step(&seed);
			_exit(0);
		}
	for (i = 0; i < workers; i++)
		reap(-1);
	CHECK(read_number(PROCESSES) == processes && read_number(PAGES) == pages, "%ld processes, %ld pages; before %ld, %ld",
	      read_number(PROCESSES), read_number(PAGES), processes, pages);
	return 0;
}
