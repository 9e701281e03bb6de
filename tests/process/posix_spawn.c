/* SPDX-License-Identifier: MIT */
/* During posix_spawn another thread never gets a wrong answer, and the spawned program is served. */
#include <pthread.h>
#include <spawn.h>

#include "test.h"

extern char **environ;
static int done;

static void *checker(void *unused)
{
	(void)unused;
	while (!__atomic_load_n(&done, __ATOMIC_RELAXED))
		check_pid("thread beside posix_spawn");
	return NULL;
}

int main(int argc, char **argv)
{
	char *arguments[] = { argv[0], "checked", "spawned program", NULL };
	pthread_t thread;
	pid_t pid;
	int i, err;

	main_after_exec(argc, argv);
	CHECK(!pthread_create(&thread, NULL, checker, NULL), "pthread_create");
	for (i = 0; i < 100; i++) {
		err = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ);
		CHECK(!err, "posix_spawn: %s", strerror(err));
		check_served("parent after posix_spawn");
		reap(pid);
		err = posix_spawn(&pid, "/nowhere", NULL, NULL, arguments, environ);
		CHECK(err == ENOENT, "posix_spawn of a missing file: %s", strerror(err));
		check_served("parent after a failing posix_spawn");
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	return 0;
}
