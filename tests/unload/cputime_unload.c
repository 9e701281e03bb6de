/* SPDX-License-Identifier: MIT */
/* Threads read their CPU time while the module is unloaded: from the page before, by the system call after, and right at every instant. */
#include <pthread.h>

#include "../cputime.h"
#include "unload.h"

static int unloaded;

static void *reading_thread(void *unused)
{
	int i;

	while (!__atomic_load_n(&unloaded, __ATOMIC_RELAXED)) {
		for (i = 0; i < 50; i++)
			check_cputime("while the module is unloaded");
		usleep(200);
	}
	return unused;
}

static void read_while_unloading(void)
{
	pthread_t ids[4];
	int i;

	need_cputime();
	tell_other();
	for (i = 0; i < 4; i++)
		CHECK(!pthread_create(&ids[i], NULL, reading_thread, NULL), "pthread_create");
	wait_for_other();
	unloaded = 1;
	for (i = 0; i < 4; i++)
		pthread_join(ids[i], NULL);
	CHECK(!cputime_is_served(), "served after the module was unloaded");
	check_cputime("after");
}

int main(int argc, char **argv)
{
	int round;

	(void)argv;
	main_of_program(argc, read_while_unloading);
	for (round = 0; round < 5; round++) {
		pid_t pid;
		int status;

		load_module();
		pid = start_program();
		/* The program exits at once if CPU time is not served here. */
		if (waitpid(pid, &status, WNOHANG) == pid || (usleep(500000), waitpid(pid, &status, WNOHANG) == pid)) {
			unload_module();
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 77, "program ended with status %#x", status);
			return 77;
		}
		wait_for_other();
		usleep(300000);
		unload_module();
		tell_other();
		reap(pid);
	}
	return 0;
}
