/* SPDX-License-Identifier: MIT */
/* After exec by a thread other than the first, the new program has the process's pid and start time and is served. */
#include <pthread.h>

#include "test.h"

static char pid_text[16], start_text[32];

static void *execer(void *unused)
{
	(void)unused;
	execl("/proc/self/exe", "exec_thread", "second", pid_text, start_text, NULL);
	_exit(1);
}

static __attribute__((noreturn)) void *idler(void *unused)
{
	(void)unused;
	for (;;)
		check_pid("thread beside a thread in exec");
}

int main(int argc, char **argv)
{
	pthread_t thread;
	pid_t pid;
	int i;

	if (argc == 4) {
		check_served("after exec by a thread");
		CHECK(raw_getpid() == atoi(argv[2]), "pid %d, before exec %s", raw_getpid(), argv[2]);
		CHECK(uss_start_time() == strtoull(argv[3], NULL, 10), "start time %llu, before exec %s",
		      (unsigned long long)uss_start_time(), argv[3]);
		return 0;
	}
	for (i = 0; i < 100; i++) {
		pid = fork();
		if (pid == 0) {
			snprintf(pid_text, sizeof(pid_text), "%d", raw_getpid());
			snprintf(start_text, sizeof(start_text), "%llu", (unsigned long long)uss_start_time());
			CHECK(!pthread_create(&thread, NULL, idler, NULL), "pthread_create");
			CHECK(!pthread_create(&thread, NULL, execer, NULL), "pthread_create");
			pthread_join(thread, NULL);
			_exit(1);
		}
		reap(pid);
	}
	return 0;
}
